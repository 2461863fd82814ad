"""Bulk cancels and terminations, Spot interruptions, and the front of a queue."""

import json
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_definition, make_queue, script, wait_for_job, wait_until

INTERRUPTED = "Your Spot Task was interrupted."


@pytest.fixture
def ready(batch: Any, name: str) -> str:
    make_queue(batch, name, max_vcpus=1)
    make_definition(batch, name, vcpu="1", memory="2048")
    return name


def submit(batch: Any, name: str, *steps: Any, **more: Any) -> str:
    answer = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script(*steps), **more
    )
    return str(answer["jobId"])


def interrupt(endpoint: str, **which: Any) -> list[str]:
    request = urllib.request.Request(
        f"{endpoint}/_fargo/interrupt", data=json.dumps(which).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        hit: list[str] = json.load(answer)["interrupted"]
    return hit


def test_many_jobs_are_terminated_in_one_call(batch: Any, ready: str) -> None:
    ids = [submit(batch, ready, {"sleep": 600}) for _ in range(3)]
    wait_for_job(batch, ids[0], "RUNNING")
    answer = batch.terminate_jobs(jobs=[*ids, "nothing"], reason="all of them")
    assert (answer["successful"], answer["errors"]) == ([*ids, "nothing"], [])
    assert {wait_for_job(batch, each, "FAILED")["statusReason"] for each in ids} == {"all of them"}


def test_many_jobs_are_cancelled_in_one_call_but_for_those_that_run(batch: Any, ready: str) -> None:
    ids = [submit(batch, ready, {"sleep": 1}) for _ in range(3)]
    wait_for_job(batch, ids[0], "RUNNING")
    assert batch.cancel_jobs(jobs=ids, reason="all of them")["errors"] == []
    wait_for_job(batch, ids[0], "SUCCEEDED")
    for each in ids[1:]:
        assert wait_for_job(batch, each, "FAILED")["statusReason"] == "all of them"


@pytest.mark.parametrize("number", [0, 51])
def test_a_bulk_call_takes_up_to_fifty(batch: Any, number: int) -> None:
    with pytest.raises(ClientError, match=r"1 to 50|length"):
        batch.terminate_jobs(jobs=["x"] * number, reason="y")


def test_an_interrupted_job_is_retried_where_its_rules_say_so(batch: Any, endpoint: str, ready: str) -> None:
    rules = [{"onStatusReason": "Your Spot Task was interrupted*", "action": "RETRY"}]
    rules.append({"onReason": "*", "action": "EXIT"})
    scenes = [[{"sleep": 600}], [{"exit": 0}]]
    job_id = submit(batch, ready, *scenes, retryStrategy={"attempts": 3, "evaluateOnExit": rules})
    wait_for_job(batch, job_id, "RUNNING")
    assert interrupt(endpoint, jobs=[job_id]) == [job_id]
    done = wait_for_job(batch, job_id, "SUCCEEDED")
    assert done["attempts"][0]["statusReason"] == INTERRUPTED
    assert [each["container"]["exitCode"] for each in done["attempts"]] == [143, 0]


def test_an_interrupted_job_without_attempts_left_fails(batch: Any, endpoint: str, ready: str) -> None:
    job_id = submit(batch, ready, {"sleep": 600})
    wait_for_job(batch, job_id, "RUNNING")
    waiting = submit(batch, ready, {"exit": 0})
    assert interrupt(endpoint, name=f"{ready}*") == [job_id]
    assert wait_for_job(batch, job_id, "FAILED")["statusReason"] == INTERRUPTED
    wait_for_job(batch, waiting, "SUCCEEDED")


def test_a_termination_wins_over_an_interruption(batch: Any, endpoint: str, ready: str) -> None:
    steps = [{"ignore": True}, {"sleep": 1}, {"exit": 0}]
    job_id = submit(batch, ready, *steps, retryStrategy={"attempts": 3})
    wait_for_job(batch, job_id, "RUNNING")
    interrupt(endpoint, jobs=[job_id])
    batch.terminate_job(jobId=job_id, reason="no longer wanted")
    done = wait_for_job(batch, job_id, "FAILED")
    assert (done["statusReason"], len(done["attempts"])) == ("no longer wanted", 1)


def test_the_snapshot_shows_the_front_of_the_queue_with_an_arrays_children(batch: Any, ready: str) -> None:
    running = submit(batch, ready, {"sleep": 600})
    wait_for_job(batch, running, "RUNNING")
    single = submit(batch, ready)
    array = submit(batch, ready, arrayProperties={"size": 200})
    wait_until(lambda: len(front(batch, ready)) == 100)
    assert front(batch, ready)[:3] == [single, f"{array}:0", f"{array}:1"]
    use = batch.get_job_queue_snapshot(jobQueue=ready)["queueUtilization"]
    assert use["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": 1.0}]
    batch.terminate_jobs(jobs=[single, array], reason="done")
    wait_for_job(batch, array, "FAILED")
    assert front(batch, ready) == []
    batch.terminate_job(jobId=running, reason="done")


def front(batch: Any, queue: str) -> list[str]:
    jobs = batch.get_job_queue_snapshot(jobQueue=queue)["frontOfQueue"]["jobs"]
    return [each["jobArn"].rpartition("/")[2] for each in jobs]
