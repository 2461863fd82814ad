"""Job queues as the API has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_definition, make_queue, script, wait_for_job, wait_until

LIMIT = {
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "state": "RUNNABLE",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}


def describe(batch: Any, name: str) -> dict[str, Any]:
    found = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    return found[0] if found else {}


def test_a_queue_shows_what_it_was_given(batch: Any, name: str) -> None:
    arn = make_queue(batch, name, priority=7, tags={"a": "b"}, jobStateTimeLimitActions=[LIMIT])
    found = describe(batch, arn)
    assert found["jobQueueArn"] == f"arn:aws:batch:eu-west-1:123456789012:job-queue/{name}"
    assert (found["state"], found["status"], found["priority"]) == ("ENABLED", "VALID", 7)
    assert found["jobStateTimeLimitActions"] == [LIMIT]
    assert found["tags"] == {"a": "b"}
    order = found["computeEnvironmentOrder"]
    assert [entry["computeEnvironment"].rpartition("/")[2] for entry in order] == [f"{name}-ce"]


def test_an_update_changes_what_it_names(batch: Any, name: str) -> None:
    make_queue(batch, name, jobStateTimeLimitActions=[LIMIT])
    batch.update_job_queue(jobQueue=name, priority=3, state="DISABLED")
    found = describe(batch, name)
    assert (found["priority"], found["state"]) == (3, "DISABLED")
    assert found["jobStateTimeLimitActions"] == [LIMIT]


def test_delete_refuses_an_enabled_queue(batch: Any, name: str) -> None:
    make_queue(batch, name)
    with pytest.raises(ClientError, match="must be DISABLED"):
        batch.delete_job_queue(jobQueue=name)


def test_a_disabled_queue_takes_no_job_and_finishes_those_it_has(batch: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    job = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script({"sleep": 0.3})
    )
    batch.update_job_queue(jobQueue=name, state="DISABLED")
    with pytest.raises(ClientError, match="DISABLED"):
        batch.submit_job(jobName=name, jobQueue=name, jobDefinition=name)
    wait_for_job(batch, job["jobId"], "SUCCEEDED")


def test_a_deleted_queue_ends_its_jobs_and_frees_its_environment(batch: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    job = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script({"sleep": 600})
    )
    wait_for_job(batch, job["jobId"], "RUNNING")
    batch.update_job_queue(jobQueue=name, state="DISABLED")
    batch.delete_job_queue(jobQueue=name)
    assert wait_for_job(batch, job["jobId"], "FAILED")["statusReason"] == "Job queue was deleted"
    wait_until(lambda: not describe(batch, name))
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="DISABLED")
    batch.delete_compute_environment(computeEnvironment=f"{name}-ce")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"computeEnvironmentOrder": []}, "1 to 3"),
        ({"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "nowhere"}]}, "does not exist"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "maxTimeSeconds": 599}]}, "between 600 and 86400"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "reason": "BECAUSE"}]}, "Invalid job reason"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "action": "TERMINATE"}]}, "must be CANCEL"),
        ({"schedulingPolicyArn": "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/x"}, "not offer"),
        ({"jobQueueName": "no spaces"}, "must match the pattern"),
    ],
)
def test_create_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        make_queue(batch, name, **changes)
