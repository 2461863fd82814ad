"""Array jobs: a parent that waits for its children, and children with an index of their own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from local_aws import (
    LOG_GROUP,
    client,
    make_definition,
    make_queue,
    script,
    set_rules,
    wait_for_job,
    wait_until,
)


@pytest.fixture
def ready(batch: Any, name: str) -> str:
    make_queue(batch, name, max_vcpus=1)
    make_definition(batch, name)
    return name


def submit(batch: Any, name: str, size: int, *steps: Any, **more: Any) -> str:
    answer = batch.submit_job(
        **{
            "jobName": name,
            "jobQueue": name,
            "jobDefinition": name,
            "arrayProperties": {"size": size},
            "containerOverrides": script(*steps),
            **more,
        }
    )
    return str(answer["jobId"])


def job(batch: Any, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = batch.describe_jobs(jobs=[job_id])["jobs"][0]
    return found


def counts(batch: Any, job_id: str) -> dict[str, int]:
    summary = job(batch, job_id)["arrayProperties"]["statusSummary"]
    return {state: count for state, count in summary.items() if count}


def children(batch: Any, job_id: str, state: str) -> list[int]:
    pages = batch.get_paginator("list_jobs").paginate(arrayJobId=job_id, jobStatus=state)
    return [each["arrayProperties"]["index"] for page in pages for each in page["jobSummaryList"]]


def test_every_child_runs_with_its_index_and_the_parent_succeeds(batch: Any, logs: Any, ready: str) -> None:
    steps = [{"env": "AWS_BATCH_JOB_ARRAY_INDEX"}, {"env": "AWS_BATCH_JOB_ARRAY_SIZE"}]
    parent = submit(batch, ready, 5, *steps)
    done = wait_for_job(batch, parent, "SUCCEEDED")
    assert done["arrayProperties"]["size"] == 5
    assert counts(batch, parent) == {"SUCCEEDED": 5}
    assert done["attempts"] == []
    seen = []
    for index in range(5):
        child = job(batch, f"{parent}:{index}")
        assert (child["jobName"], child["arrayProperties"]) == (ready, {"index": index})
        assert child["jobArn"] == f"{done['jobArn']}:{index}"
        stream = child["container"]["logStreamName"]
        events = logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream)["events"]
        seen.append([event["message"] for event in events])
    assert seen == [
        [f"AWS_BATCH_JOB_ARRAY_INDEX={index}", "AWS_BATCH_JOB_ARRAY_SIZE=5"] for index in range(5)
    ]


def test_the_parent_is_pending_while_its_children_run(batch: Any, ready: str) -> None:
    parent = submit(batch, ready, 6, {"sleep": 600})
    wait_until(lambda: counts(batch, parent) == {"RUNNING": 4, "RUNNABLE": 2})
    assert job(batch, parent)["status"] == "PENDING"
    assert children(batch, parent, "RUNNING") == [0, 1, 2, 3]
    assert children(batch, parent, "RUNNABLE") == [4, 5]
    listed = batch.list_jobs(jobQueue=ready, jobStatus="PENDING")["jobSummaryList"]
    assert [(each["jobId"], each["arrayProperties"]["size"]) for each in listed] == [(parent, 6)]
    assert batch.list_jobs(jobQueue=ready, jobStatus="RUNNING")["jobSummaryList"] == []
    batch.terminate_job(jobId=parent, reason="done")
    wait_for_job(batch, parent, "FAILED")


def test_one_failed_child_fails_the_parent_once_all_have_ended(batch: Any, endpoint: str, ready: str) -> None:
    set_rules(endpoint, [{"job": f"{ready}:2", "script": [{"exit": 7}]}])
    parent = submit(batch, ready, 4, containerOverrides={})
    done = wait_for_job(batch, parent, "FAILED")
    set_rules(endpoint, [])
    assert counts(batch, parent) == {"SUCCEEDED": 3, "FAILED": 1}
    assert done["statusReason"] == "Array Child Job failed"
    assert children(batch, parent, "FAILED") == [2]
    assert job(batch, f"{parent}:2")["container"]["exitCode"] == 7
    assert done["stoppedAt"] >= max(job(batch, f"{parent}:{index}")["stoppedAt"] for index in range(4))


def test_a_child_is_retried_on_its_own(batch: Any, ready: str) -> None:
    scenes = [[{"exit": 1}], [{"exit": 0}]]
    parent = submit(batch, ready, 3, *scenes, retryStrategy={"attempts": 2})
    wait_for_job(batch, parent, "SUCCEEDED")
    attempts = [job(batch, f"{parent}:{index}")["attempts"] for index in range(3)]
    assert [[each["container"]["exitCode"] for each in of_child] for of_child in attempts] == [[1, 0]] * 3


def test_to_terminate_the_parent_ends_children_that_run_and_those_that_wait(batch: Any, ready: str) -> None:
    parent = submit(batch, ready, 10, {"sleep": 600})
    wait_until(lambda: counts(batch, parent).get("RUNNING") == 4)
    batch.terminate_job(jobId=parent, reason="no longer wanted")
    done = wait_for_job(batch, parent, "FAILED")
    assert (done["statusReason"], done["isTerminated"]) == ("no longer wanted", True)
    assert counts(batch, parent) == {"FAILED": 10}
    ran, waited = job(batch, f"{parent}:0"), job(batch, f"{parent}:9")
    assert (ran["container"]["exitCode"], ran["statusReason"]) == (143, "no longer wanted")
    assert (waited["statusReason"], waited["isTerminated"]) == ("no longer wanted", True)
    assert (waited["attempts"], waited["stoppedAt"] > 0) == ([], True)


def test_a_single_child_can_be_terminated(batch: Any, ready: str) -> None:
    parent = submit(batch, ready, 6, {"sleep": 600})
    wait_until(lambda: counts(batch, parent).get("RUNNING") == 4)
    batch.terminate_job(jobId=f"{parent}:1", reason="this one")
    batch.terminate_job(jobId=f"{parent}:5", reason="and this one")
    wait_until(lambda: counts(batch, parent) == {"RUNNING": 4, "FAILED": 2})
    assert children(batch, parent, "RUNNING") == [0, 2, 3, 4]
    assert job(batch, parent)["status"] == "PENDING"
    batch.terminate_job(jobId=parent, reason="done")
    wait_for_job(batch, parent, "FAILED")
    assert job(batch, f"{parent}:5")["statusReason"] == "and this one"


def test_to_cancel_the_parent_leaves_children_that_run(batch: Any, ready: str) -> None:
    parent = submit(batch, ready, 8, {"sleep": 1})
    wait_until(lambda: counts(batch, parent).get("RUNNING") == 4)
    batch.cancel_job(jobId=parent, reason="no more of them")
    done = wait_for_job(batch, parent, "FAILED")
    assert (done["statusReason"], done["isCancelled"]) == ("no more of them", True)
    assert counts(batch, parent) == {"SUCCEEDED": 4, "FAILED": 4}


@pytest.mark.parametrize("index", ["5", "-1", "x", "00", ""])
def test_a_child_that_is_not_there_is_not_described(batch: Any, ready: str, index: str) -> None:
    parent = submit(batch, ready, 5)
    assert batch.describe_jobs(jobs=[f"{parent}:{index}"])["jobs"] == []


def test_ten_thousand_children_are_listed_in_pages_of_a_thousand(batch: Any, ready: str) -> None:
    batch.update_compute_environment(computeEnvironment=f"{ready}-ce", state="DISABLED")
    parent = submit(batch, ready, 10_000)
    wait_until(lambda: counts(batch, parent) == {"RUNNABLE": 10_000})
    page = batch.list_jobs(arrayJobId=parent, jobStatus="RUNNABLE")
    assert len(page["jobSummaryList"]) == 1000
    assert children(batch, parent, "RUNNABLE") == list(range(10_000))
    batch.terminate_job(jobId=parent, reason="done")
    wait_for_job(batch, parent, "FAILED")
    assert counts(batch, parent) == {"FAILED": 10_000}


def test_an_array_that_never_fits_says_so_on_the_child_at_the_head(batch: Any, ready: str) -> None:
    make_definition(batch, f"{ready}-large", vcpu="2", memory="4096")
    parent = submit(batch, ready, 3, jobDefinition=f"{ready}-large")
    wait_until(lambda: "statusReason" in job(batch, f"{parent}:0"))
    assert job(batch, f"{parent}:0")["statusReason"].startswith("MISCONFIGURATION:")
    batch.update_compute_environment(computeEnvironment=f"{ready}-ce", computeResources={"maxvCpus": 2})
    wait_for_job(batch, parent, "SUCCEEDED")


def test_a_job_that_blocks_its_queue_is_told_to_eventbridge(batch: Any, endpoint: str, ready: str) -> None:
    with told_events(endpoint, ready) as told:
        make_definition(batch, f"{ready}-large", vcpu="2", memory="4096")
        blocked = batch.submit_job(jobName=ready, jobQueue=ready, jobDefinition=f"{ready}-large")
        wait_until(lambda: any(event["detail-type"] == "Batch Job Queue Blocked" for event in told()))
        event = next(event for event in told() if event["detail-type"] == "Batch Job Queue Blocked")
        batch.terminate_job(jobId=blocked["jobId"], reason="done")
    assert event["resources"] == [blocked["jobArn"], event["detail"]["jobQueue"]]
    assert event["detail"]["statusReason"].startswith("MISCONFIGURATION:")


def test_children_reach_the_rules_of_eventbridge(batch: Any, endpoint: str, ready: str) -> None:
    with told_events(endpoint, ready) as told:

        def course(job_id: str) -> list[str]:
            details = [event["detail"] for event in told()]
            return [detail["status"] for detail in details if detail["jobId"] == job_id]

        parent = submit(batch, ready, 2)
        wait_for_job(batch, parent, "SUCCEEDED")
        wait_until(lambda: course(parent)[-1:] == ["SUCCEEDED"])
        assert course(f"{parent}:1") == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
        assert course(parent) == ["SUBMITTED", "PENDING", "SUCCEEDED"]


@contextmanager
def told_events(endpoint: str, name: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """AWS Batch's events as a log group gets them, while a rule of `name` is there."""
    events, logs = client("events", endpoint), client("logs", endpoint)
    group = f"/aws/events/{name}"
    logs.create_log_group(logGroupName=group)
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"].removesuffix(":*")
    events.put_rule(Name=name, EventPattern='{"source": ["aws.batch"]}')
    events.put_targets(Rule=name, Targets=[{"Id": "logs", "Arn": arn}])
    try:
        yield lambda: [
            json.loads(event["message"]) for event in logs.filter_log_events(logGroupName=group)["events"]
        ]
    finally:
        events.remove_targets(Rule=name, Ids=["logs"])
        events.delete_rule(Name=name)


def test_a_single_child_can_be_cancelled_while_it_waits(batch: Any, ready: str) -> None:
    gate = batch.submit_job(
        jobName=ready, jobQueue=ready, jobDefinition=ready, containerOverrides=script({"sleep": 0.5})
    )["jobId"]
    parent = submit(batch, ready, 6, {"sleep": 0.1}, dependsOn=[{"jobId": gate}])
    wait_until(lambda: counts(batch, parent) == {"PENDING": 6})
    batch.cancel_job(jobId=f"{parent}:2", reason="not this one")
    wait_for_job(batch, parent, "FAILED")
    assert children(batch, parent, "FAILED") == [2]
    assert job(batch, f"{parent}:2")["statusReason"] == "not this one"
