"""Faults on demand, as boto3 meets them over HTTP."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from faulty import Ask, control, patient, queues, struck, submit, submitted
from local_aws import client, wait_until

CALLS: dict[str, Callable[[Any], Any]] = {
    "batch": lambda batch: batch.describe_job_queues(),
    "s3": lambda s3: s3.list_objects_v2(Bucket="bucket"),
    "logs": lambda logs: logs.describe_log_groups(),
    "iam": lambda iam: iam.list_roles(),
    "ec2": lambda ec2: ec2.describe_vpcs(),
    "ecr": lambda ecr: ecr.describe_repositories(),
    "kms": lambda kms: kms.list_keys(),
    "sts": lambda sts: sts.get_caller_identity(),
    "events": lambda events: events.list_rules(),
    "lambda": lambda functions: functions.list_functions(),
    "route53": lambda route53: route53.list_hosted_zones(),
}

REFUSALS = [
    ("batch", "throttle", 429, "TooManyRequestsException"),
    ("batch", "error", 500, "ServerException"),
    ("batch", "unavailable", 503, "ServiceUnavailable"),
    ("s3", "throttle", 503, "SlowDown"),
    ("s3", "error", 500, "InternalError"),
    ("s3", "unavailable", 503, "ServiceUnavailable"),
    ("logs", "throttle", 400, "ThrottlingException"),
    ("logs", "error", 500, "InternalFailure"),
    ("iam", "throttle", 400, "Throttling"),
    ("iam", "error", 500, "InternalFailure"),
    ("ec2", "throttle", 503, "RequestLimitExceeded"),
    ("ec2", "error", 500, "InternalError"),
    ("ec2", "unavailable", 503, "Unavailable"),
    ("ecr", "throttle", 400, "ThrottlingException"),
    ("kms", "throttle", 400, "ThrottlingException"),
    ("kms", "unavailable", 503, "ServiceUnavailable"),
    ("sts", "throttle", 400, "Throttling"),
    ("events", "throttle", 400, "ThrottlingException"),
    ("lambda", "throttle", 400, "ThrottlingException"),
    ("route53", "unavailable", 503, "ServiceUnavailable"),
]


@pytest.mark.parametrize(("service", "kind", "status", "code"), REFUSALS)
def test_boto3_reads_the_refusal_of_each_service(
    server: str, ask: Ask, service: str, kind: str, status: int, code: str
) -> None:
    ask({"service": service, "kind": kind})
    with pytest.raises(ClientError) as refused:
        CALLS[service](client(service, server))
    answer = refused.value.response
    assert answer["Error"]["Code"] == code
    assert answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize("kind", ["throttle", "error", "unavailable", "drop_request"])
def test_boto3_s_own_retries_get_over_a_fault(
    server: str, ask: Ask, service: str, mode: str, kind: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    ask({"service": service, "kind": kind, "times": 2})
    answer = CALLS[service](patient(service, server, retries={"mode": mode, "total_max_attempts": 4}))
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_head_request_is_refused_without_a_body_and_the_connection_goes_on(server: str, ask: Ask) -> None:
    s3 = client("s3", server)
    ask({"service": "s3", "operation": "HeadBucket", "kind": "throttle", "times": 1})
    with pytest.raises(ClientError) as refused:
        s3.head_bucket(Bucket="bucket")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert s3.head_bucket(Bucket="bucket")["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_dropped_request_was_not_carried_out(server: str, ask: Ask) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "drop_request"})
    with pytest.raises(ConnectionClosedError):
        submit(server, "dropped-request")
    assert submitted(server, "dropped-request") == 0


def test_a_dropped_answer_belongs_to_a_request_that_was_carried_out(server: str, ask: Ask) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "drop_answer"})
    with pytest.raises(ConnectionClosedError):
        submit(server, "dropped-answer")
    assert submitted(server, "dropped-answer") == 1


def test_a_client_that_retries_a_dropped_answer_submits_twice(server: str, ask: Ask) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "drop_answer", "times": 1})
    submit(server, "twice", retries={"total_max_attempts": 2})
    assert submitted(server, "twice") == 2


def test_an_upload_whose_answer_is_lost_is_in_the_bucket(server: str, ask: Ask) -> None:
    s3, body = client("s3", server), b"x" * 3_000_000
    ask({"service": "s3", "operation": "PutObject", "kind": "drop_answer"})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="bucket", Key="lost/answer", Body=body)
    assert s3.get_object(Bucket="bucket", Key="lost/answer")["Body"].read() == body


def test_a_slow_answer_is_one_of_a_request_that_was_carried_out_at_once(server: str, ask: Ask) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "slow", "seconds": 600})
    with pytest.raises(ReadTimeoutError):
        submit(server, "slow", read_timeout=0.5, retries={"total_max_attempts": 1})
    assert submitted(server, "slow") == 1


def test_slow_answers_go_out_when_their_fault_is_taken_back(server: str, ask: Ask) -> None:
    ask({"service": "batch", "operation": "SubmitJob", "kind": "slow", "seconds": 600})
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(submit(server, "late")))
    thread.start()
    wait_until(lambda: control(server, "GET")[0]["hits"] == 1)
    assert answers == []
    control(server, "DELETE")
    thread.join(timeout=30)
    assert answers[0]["jobName"] == "late"


def test_a_rate_strikes_that_share_of_calls_and_the_same_ones_again(server: str, ask: Ask) -> None:
    fault = {"service": "batch", "kind": "throttle", "rate": 0.3, "seed": 7}
    ask(fault)
    first = struck(queues(server), 100)
    ask(fault)
    again = struck(queues(server), 100)
    ask(fault | {"seed": 8})
    other = struck(queues(server), 100)
    assert first == again != other
    assert 15 < sum(first) < 45


def test_a_rate_of_nothing_strikes_nothing(server: str, ask: Ask) -> None:
    ask({"kind": "error", "rate": 0})
    assert struck(queues(server), 20) == [False] * 20


def test_the_next_calls_after_some(server: str, ask: Ask) -> None:
    ask({"service": "batch", "kind": "throttle", "after": 2, "times": 3})
    assert struck(queues(server), 7) == [False, False, True, True, True, False, False]


def test_the_first_fault_that_strikes_decides(server: str, ask: Ask) -> None:
    ask({"service": "batch", "kind": "throttle", "times": 1}, {"service": "*", "kind": "error", "times": 1})
    codes = []
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            queues(server)()
        codes.append(refused.value.response["Error"]["Code"])
    assert codes == ["TooManyRequestsException", "ServerException"]
    assert queues(server)()["jobQueues"]
