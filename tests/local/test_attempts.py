"""Attempts: retries and their rules, timeouts, and jobs that are stopped. On a clock 200 times as fast."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_definition, make_queue, script, wait_for_job, wait_until

TIMED_OUT = "Job attempt duration exceeded timeout"


@pytest.fixture
def ready(fast_batch: Any, name: str) -> str:
    make_queue(fast_batch, name, max_vcpus=1)
    make_definition(fast_batch, name, vcpu="1", memory="2048")
    return name


def submit(batch: Any, name: str, *steps: Any, **more: Any) -> str:
    answer = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script(*steps), **more
    )
    return str(answer["jobId"])


def test_a_failed_attempt_is_followed_by_another(fast_batch: Any, ready: str) -> None:
    scenes = [[{"exit": 1}], [{"exit": 2}], [{"exit": 0}]]
    job_id = submit(fast_batch, ready, *scenes, retryStrategy={"attempts": 5})
    job = wait_for_job(fast_batch, job_id, "SUCCEEDED")
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [1, 2, 0]
    streams = [attempt["container"]["logStreamName"] for attempt in job["attempts"]]
    assert len(set(streams)) == 3
    assert job["container"]["logStreamName"] == streams[-1]


def test_attempts_end_when_they_are_used_up(fast_batch: Any, ready: str) -> None:
    job_id = submit(fast_batch, ready, {"exit": 1}, retryStrategy={"attempts": 3})
    assert len(wait_for_job(fast_batch, job_id, "FAILED")["attempts"]) == 3


def test_each_attempt_knows_its_number(fast_batch: Any, fast_endpoint: str, ready: str) -> None:
    from local_aws import LOG_GROUP, client

    steps = [{"env": "AWS_BATCH_JOB_ATTEMPT"}, {"exit": 1}]
    job_id = submit(fast_batch, ready, *steps, retryStrategy={"attempts": 2})
    job = wait_for_job(fast_batch, job_id, "FAILED")
    logs = client("logs", fast_endpoint)
    for number, attempt in enumerate(job["attempts"], start=1):
        stream = attempt["container"]["logStreamName"]
        events = logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream)["events"]
        assert [event["message"] for event in events] == [f"AWS_BATCH_JOB_ATTEMPT={number}"]


SPOT = {"onStatusReason": "Your Spot Task was interrupted*", "action": "RETRY"}
SPOT_ENDS = {"stopped": "Your Spot Task was interrupted."}


@pytest.mark.parametrize(
    ("rules", "ending", "attempts"),
    [
        ([{"onExitCode": "127", "action": "EXIT"}], {"exit": 127}, 1),
        ([{"onExitCode": "12*", "action": "exit"}], {"exit": 127}, 1),
        ([{"onExitCode": "126", "action": "EXIT"}], {"exit": 127}, 3),
        ([SPOT, {"onReason": "*", "action": "EXIT"}], SPOT_ENDS, 3),
        ([SPOT, {"onReason": "*", "action": "EXIT"}], {"exit": 1}, 1),
        ([{"onReason": "CannotPull*not found", "action": "EXIT"}], {"fail": "CannotPull: not found"}, 3),
        ([{"onReason": "CannotPull*", "action": "EXIT"}], {"fail": "CannotPull: not found"}, 1),
        ([{"onExitCode": "1", "onReason": "x*", "action": "EXIT"}], {"exit": 1}, 3),
        ([{"onExitCode": "1", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}], {"exit": 1}, 3),
    ],
)
def test_the_first_rule_that_fits_decides_and_without_one_the_job_is_tried_again(
    fast_batch: Any, ready: str, rules: list[dict[str, str]], ending: dict[str, Any], attempts: int
) -> None:
    job_id = submit(fast_batch, ready, ending, retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    assert len(wait_for_job(fast_batch, job_id, "FAILED")["attempts"]) == attempts


def test_a_timeout_stops_the_attempt_and_is_not_retried(fast_batch: Any, ready: str) -> None:
    job_id = submit(
        fast_batch,
        ready,
        {"sleep": 90},
        timeout={"attemptDurationSeconds": 60},
        retryStrategy={"attempts": 3},
    )
    job = wait_for_job(fast_batch, job_id, "FAILED")
    assert job["statusReason"] == TIMED_OUT
    assert [attempt["statusReason"] for attempt in job["attempts"]] == [TIMED_OUT]
    assert job["container"]["exitCode"] == 143
    assert 60_000 <= job["stoppedAt"] - job["startedAt"] < 90_000


def test_terminate_stops_a_running_job_with_the_reason_given(fast_batch: Any, ready: str) -> None:
    job_id = submit(fast_batch, ready, {"sleep": 6000}, retryStrategy={"attempts": 3})
    wait_for_job(fast_batch, job_id, "RUNNING")
    fast_batch.terminate_job(jobId=job_id, reason="no longer wanted")
    job = wait_for_job(fast_batch, job_id, "FAILED")
    assert job["statusReason"] == "no longer wanted"
    assert job["isTerminated"] is True
    assert len(job["attempts"]) == 1


def test_a_job_that_traps_sigterm_ends_with_its_own_code_and_is_failed(fast_batch: Any, ready: str) -> None:
    job_id = submit(fast_batch, ready, {"trap": 0}, {"sleep": 6000})
    wait_for_job(fast_batch, job_id, "RUNNING")
    fast_batch.terminate_job(jobId=job_id, reason="stop")
    job = wait_for_job(fast_batch, job_id, "FAILED")
    assert job["container"]["exitCode"] == 0


def test_a_job_that_ignores_sigterm_is_killed_after_thirty_seconds(fast_batch: Any, ready: str) -> None:
    job_id = submit(fast_batch, ready, {"ignore": True}, {"sleep": 6000})
    wait_for_job(fast_batch, job_id, "RUNNING")
    before = fast_batch.describe_jobs(jobs=[job_id])["jobs"][0]["startedAt"]
    fast_batch.terminate_job(jobId=job_id, reason="stop")
    job = wait_for_job(fast_batch, job_id, "FAILED")
    assert job["container"]["exitCode"] == 137
    assert job["stoppedAt"] - before >= 30_000


def test_terminate_fails_a_waiting_job_at_once(fast_batch: Any, ready: str) -> None:
    blocker = submit(fast_batch, ready, {"sleep": 6000})
    waiting = submit(fast_batch, ready, {"sleep": 6000})
    wait_for_job(fast_batch, blocker, "RUNNING")
    fast_batch.terminate_job(jobId=waiting, reason="no longer wanted")
    job = wait_for_job(fast_batch, waiting, "FAILED")
    assert (job["statusReason"], job["attempts"]) == ("no longer wanted", [])
    fast_batch.terminate_job(jobId=blocker, reason="done")


def test_cancel_fails_a_runnable_job_when_it_reaches_the_head(fast_batch: Any, ready: str) -> None:
    blocker = submit(fast_batch, ready, {"sleep": 6000})
    ahead = submit(fast_batch, ready, {"sleep": 6000})
    waiting = submit(fast_batch, ready, {"sleep": 6000})
    wait_for_job(fast_batch, blocker, "RUNNING")
    fast_batch.cancel_job(jobId=waiting, reason="changed my mind")
    assert fast_batch.describe_jobs(jobs=[waiting])["jobs"][0]["status"] == "RUNNABLE"
    fast_batch.terminate_job(jobId=blocker, reason="done")
    wait_for_job(fast_batch, ahead, "RUNNING")
    job = wait_for_job(fast_batch, waiting, "FAILED")
    assert (job["statusReason"], job["isCancelled"]) == ("changed my mind", True)
    fast_batch.terminate_job(jobId=ahead, reason="done")


def test_cancel_does_not_touch_a_running_job(fast_batch: Any, ready: str) -> None:
    job_id = submit(fast_batch, ready, {"sleep": 20})
    wait_for_job(fast_batch, job_id, "RUNNING")
    fast_batch.cancel_job(jobId=job_id, reason="too late")
    job = wait_for_job(fast_batch, job_id, "SUCCEEDED")
    assert job["isCancelled"] is False


def test_to_stop_what_is_over_or_unknown_is_no_error(fast_batch: Any, ready: str) -> None:
    job_id = submit(fast_batch, ready, {"exit": 0})
    wait_for_job(fast_batch, job_id, "SUCCEEDED")
    fast_batch.terminate_job(jobId=job_id, reason="late")
    fast_batch.cancel_job(jobId="00000000-0000-0000-0000-000000000000", reason="unknown")
    job = wait_for_job(fast_batch, job_id, "SUCCEEDED")
    assert (job["isTerminated"], job["isCancelled"]) == (False, False)


def test_a_time_limit_cancels_a_job_that_can_never_run_and_lets_the_next_one_pass(
    fast_batch: Any, name: str
) -> None:
    reason = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
    limit = {"reason": reason, "state": "RUNNABLE", "maxTimeSeconds": 600, "action": "CANCEL"}
    make_queue(fast_batch, name, max_vcpus=1, jobStateTimeLimitActions=[limit])
    make_definition(fast_batch, name, vcpu="2", memory="4096")
    make_definition(fast_batch, f"{name}-small")
    large = submit(fast_batch, name)
    small = fast_batch.submit_job(jobName=name, jobQueue=name, jobDefinition=f"{name}-small")["jobId"]
    job = wait_for_job(fast_batch, large, "FAILED")
    assert job["statusReason"] == f"Canceled by JobStateTimeLimit action due to reason: {reason}"
    assert job["stoppedAt"] - job["createdAt"] >= 600_000
    assert wait_for_job(fast_batch, small, "SUCCEEDED")["startedAt"] >= job["stoppedAt"]


def test_a_reason_must_be_given(fast_batch: Any) -> None:
    with pytest.raises(ClientError, match="reason must not be empty"):
        fast_batch.terminate_job(jobId="x", reason=" ")


def test_a_retried_job_leaves_room_for_nobody_else_in_between(fast_batch: Any, ready: str) -> None:
    first = submit(
        fast_batch, ready, [{"sleep": 5}, {"exit": 1}], [{"exit": 0}], retryStrategy={"attempts": 2}
    )
    second = submit(fast_batch, ready, {"exit": 0})
    done = [wait_for_job(fast_batch, each, "SUCCEEDED") for each in (first, second)]
    assert done[0]["stoppedAt"] <= done[1]["startedAt"]
    wait_until(lambda: not fast_batch.list_jobs(jobQueue=ready)["jobSummaryList"])


def test_a_job_that_cannot_be_launched_fails_and_the_next_one_runs(fast_batch: Any, ready: str) -> None:
    environment = [{"name": "FARGO_SCRIPT", "value": "[" * 5000}]
    broken = fast_batch.submit_job(
        jobName=ready, jobQueue=ready, jobDefinition=ready, containerOverrides={"environment": environment}
    )["jobId"]
    assert "exitCode" not in wait_for_job(fast_batch, broken, "FAILED")["container"]
    wait_for_job(fast_batch, submit(fast_batch, ready, {"exit": 0}), "SUCCEEDED")


def test_a_timeout_of_centuries_holds_up_nobody(fast_batch: Any, ready: str) -> None:
    first = submit(fast_batch, ready, {"exit": 0}, timeout={"attemptDurationSeconds": 2**31 - 1})
    wait_for_job(fast_batch, first, "SUCCEEDED")
    wait_for_job(fast_batch, submit(fast_batch, ready, {"exit": 0}), "SUCCEEDED")
    assert fast_batch.describe_jobs(jobs=[first])["jobs"][0]["timeout"] == {
        "attemptDurationSeconds": 2**31 - 1
    }
