"""TerminateJobs tells of each job by itself: what it put off is sent again, what it refused is told."""

import pytest
from fakes import Script, Time, throttled

from fargo.aws.batch import Batch
from fargo.errors import AwsThrottled
from fargo.submit import stopping


class Client:
    def __init__(self, *answers: object) -> None:
        self.terminate_jobs = Script(*answers)


def answer(**codes: str) -> dict[str, object]:
    """What TerminateJobs says where these jobs were not terminated: id → code."""
    errors = [{"job": job, "code": code, "message": f"{code} of {job}"} for job, code in codes.items()]
    return {"successful": [], "errors": errors}


def terminate(client: Client, time: Time) -> dict[str, str]:
    return stopping.terminate(["a", "b", "c"], batch=Batch(client), sleep=time.sleep, reason="enough")


def test_jobs_that_were_put_off_are_sent_again_and_those_alone() -> None:
    first = answer(a="ThrottlingException", b="AccessDenied", c="ServerException")
    client = Client(first, throttled(), answer(c="ThrottlingException"), answer())
    assert terminate(client, Time()) == {"b": "AccessDenied of b"}
    asked = [call["jobs"] for call in client.terminate_jobs.calls]
    assert asked == [["a", "b", "c"], ["a", "c"], ["a", "c"], ["c"]]


def test_what_is_put_off_for_too_long_is_told() -> None:
    client, time = Client(answer(a="ThrottlingException")), Time()
    assert terminate(client, time) == {"a": "ThrottlingException of a"}
    assert time.slept == [0.0, *stopping.THROTTLE_PAUSES]


def test_a_call_that_is_throttled_for_too_long_is_an_error() -> None:
    with pytest.raises(AwsThrottled):
        terminate(Client(throttled()), Time())
