"""Job queues as the API has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import client, make_definition, make_queue, script, settled, wait_for_job, wait_until

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
    settled(batch, name)
    batch.delete_job_queue(jobQueue=name)
    assert wait_for_job(batch, job["jobId"], "FAILED")["statusReason"] == "Job queue was deleted"
    wait_until(lambda: not describe(batch, name))
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="DISABLED")
    settled(batch, f"{name}-ce")
    batch.delete_compute_environment(computeEnvironment=f"{name}-ce")


def test_a_queue_that_is_being_changed_is_neither_changed_nor_deleted(batch: Any, name: str) -> None:
    make_queue(batch, name)
    batch.update_job_queue(jobQueue=name, state="DISABLED")
    with pytest.raises(ClientError, match="Cannot update, resource is being modified"):
        batch.update_job_queue(jobQueue=name, priority=2)
    with pytest.raises(ClientError, match="Cannot delete, resource is being modified"):
        batch.delete_job_queue(jobQueue=name)
    assert describe(batch, name)["priority"] == 1


def test_a_queue_takes_environments_that_are_valid(batch: Any, name: str) -> None:
    make_queue(batch, name)
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="DISABLED")
    with pytest.raises(ClientError, match="is UPDATING; a job queue takes those that are VALID"):
        batch.create_job_queue(
            jobQueueName=f"{name}-2", priority=1, computeEnvironmentOrder=[entry(f"{name}-ce")]
        )
    assert describe(batch, f"{name}-2") == {}


def test_a_region_has_at_most_fifty_queues(batch: Any, endpoint: str, name: str) -> None:
    elsewhere = client("batch", endpoint, "eu-north-1")
    make_queue(elsewhere, name)
    order = [entry(f"{name}-ce")]
    for number in range(49):
        elsewhere.create_job_queue(jobQueueName=f"q{number}", priority=1, computeEnvironmentOrder=order)
    with pytest.raises(ClientError, match="at most 50 job queues"):
        elsewhere.create_job_queue(jobQueueName="q50", priority=1, computeEnvironmentOrder=order)


def entry(name: str, order: int = 1) -> dict[str, Any]:
    return {"order": order, "computeEnvironment": name}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"computeEnvironmentOrder": []}, "1 to 3"),
        ({"computeEnvironmentOrder": [entry("x", order) for order in range(4)]}, "1 to 3"),
        ({"computeEnvironmentOrder": [entry("nowhere")]}, "does not exist"),
        ({"computeEnvironmentOrder": [entry("x"), entry("y")]}, "must not repeat an order"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "maxTimeSeconds": 599}]}, "between 600 and 86400"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "reason": "BECAUSE"}]}, "Invalid job reason"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "action": "TERMINATE"}]}, "must be CANCEL"),
        ({"jobStateTimeLimitActions": [{**LIMIT, "state": "RUNNING"}]}, "enum value set"),
        ({"jobQueueName": "no spaces"}, "up to 128 letters"),
        ({"jobQueueType": "EKS"}, "job queues of type ECS_FARGATE, not EKS"),
        ({"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "x"}]}, "service environments"),
        ({"tags": {"aws:x": "y"}}, "must not begin with 'aws:'"),
    ],
)
def test_create_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        make_queue(batch, name, **changes)
    assert describe(batch, name) == {}


def test_update_refuses_what_create_refuses_and_changes_nothing(batch: Any, name: str) -> None:
    make_queue(batch, name)
    with pytest.raises(ClientError, match="does not exist"):
        batch.update_job_queue(jobQueue=name, priority=9, computeEnvironmentOrder=[entry("nowhere")])
    with pytest.raises(ClientError, match="between 600 and 86400"):
        batch.update_job_queue(jobQueue=name, jobStateTimeLimitActions=[{**LIMIT, "maxTimeSeconds": 1}])
    assert (describe(batch, name)["priority"], describe(batch, name)["jobStateTimeLimitActions"]) == (1, [])


def test_what_is_not_there_cannot_be_updated(batch: Any, name: str) -> None:
    with pytest.raises(ClientError, match=f"Job queue {name} does not exist"):
        batch.update_job_queue(jobQueue=name, priority=9)


def test_an_environment_is_in_a_queue_once(batch: Any, name: str) -> None:
    make_queue(batch, name)
    twice = [entry(f"{name}-ce", order) for order in (1, 2)]
    with pytest.raises(ClientError, match="must not repeat a compute environment"):
        batch.update_job_queue(jobQueue=name, computeEnvironmentOrder=twice)


def test_a_name_is_taken_once(batch: Any, name: str) -> None:
    make_queue(batch, name)
    with pytest.raises(ClientError, match="Object already exists"):
        batch.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=[entry(f"{name}-ce")])


def test_pages_hold_every_queue_once(batch: Any, name: str) -> None:
    made = {f"{name}-{number}" for number in range(3)}
    for each in made:
        make_queue(batch, each)
    pages = batch.get_paginator("describe_job_queues").paginate(PaginationConfig={"PageSize": 2})
    found = [queue["jobQueueName"] for page in pages for queue in page["jobQueues"]]
    assert len(found) == len(set(found))
    assert made <= set(found)
