from datetime import UTC, datetime
from typing import Any

from fargo.aws.batch import Submission
from fargo.aws.batch_answers import job_from
from fargo.model.job import Attempt, JobState

T0 = 1_795_370_000_000


def _detail(**more: Any) -> dict[str, Any]:
    return {"jobId": "id", "jobName": "n", "status": "RUNNING", "createdAt": T0, **more}


def test_a_running_job_has_an_attempt_before_aws_lists_it() -> None:
    job = job_from(_detail(startedAt=T0 + 5000, container={"logStreamName": "d/default/1"}))
    started = datetime.fromtimestamp(T0 / 1000 + 5, UTC)
    assert job.attempts == (Attempt(started=started, log_stream="d/default/1"),)
    assert job.log_streams == ("d/default/1",)


def test_the_containers_reason_says_more_than_the_jobs() -> None:
    container = {"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}
    job = job_from(
        _detail(status="FAILED", statusReason="Essential container in task exited", container=container)
    )
    assert (job.exit_code, job.reason) == (137, "OutOfMemoryError: Container killed due to memory usage")


def test_attempts_that_ended_are_not_counted_twice() -> None:
    ended = {"container": {"logStreamName": "s1", "exitCode": 1}, "startedAt": T0, "stoppedAt": T0 + 1}
    job = job_from(_detail(attempts=[ended], container={"logStreamName": "s1"}))
    assert [attempt.log_stream for attempt in job.attempts] == ["s1"]
    again = job_from(_detail(attempts=[ended], container={"logStreamName": "s2"}))
    assert [attempt.log_stream for attempt in again.attempts] == ["s1", "s2"]


def test_a_job_that_is_told_to_stop_is_stopping_until_it_ended() -> None:
    assert job_from(_detail(isTerminated=True)).stopping
    assert not job_from(_detail(isTerminated=True, status="FAILED")).stopping


def test_an_array_parent_brings_its_counts() -> None:
    job = job_from(_detail(arrayProperties={"statusSummary": {"RUNNING": 2, "FAILED": 1, "PENDING": 0}}))
    assert job.counts == ((JobState.RUNNING, 2), (JobState.FAILED, 1))


def test_the_size_is_always_sent_and_a_timeout_only_where_there_is_one() -> None:
    plain = Submission(
        name="n", queue="q", definition="d", command=("x",), environment=(), tags=(), vcpu=1, memory_mib=2048
    )
    assert plain.request()["containerOverrides"]["resourceRequirements"] == [
        {"type": "VCPU", "value": "1"},
        {"type": "MEMORY", "value": "2048"},
    ]
    assert "timeout" not in plain.request()
