"""Which job runs when: first in first out, maxvCpus, priorities, and what never fits."""

import itertools
from typing import Any

from local_aws import make_definition, make_queue, script, settled, wait_for_job, wait_until


def submit(batch: Any, queue: str, definition: str, *steps: Any, **more: Any) -> str:
    answer = batch.submit_job(
        jobName=definition,
        jobQueue=queue,
        jobDefinition=definition,
        containerOverrides={**script(*steps), **more},
    )
    return str(answer["jobId"])


def states(batch: Any, ids: list[str]) -> list[str]:
    found = {job["jobId"]: job["status"] for job in batch.describe_jobs(jobs=ids)["jobs"]}
    return [found[each] for each in ids]


def test_no_more_run_at_once_than_max_vcpus_allows(batch: Any, name: str) -> None:
    make_queue(batch, name, max_vcpus=1)
    make_definition(batch, name, vcpu="0.5", memory="1024")
    ids = [submit(batch, name, name, {"sleep": 600}) for _ in range(4)]
    wait_for_job(batch, ids[1], "RUNNING")
    wait_until(lambda: states(batch, ids) == ["RUNNING", "RUNNING", "RUNNABLE", "RUNNABLE"])
    batch.terminate_job(jobId=ids[0], reason="make room")
    wait_until(lambda: states(batch, ids) == ["FAILED", "RUNNING", "RUNNING", "RUNNABLE"])
    for each in ids:
        batch.terminate_job(jobId=each, reason="done")


def test_jobs_of_a_queue_start_in_the_order_in_which_they_came(batch: Any, name: str) -> None:
    make_queue(batch, name, max_vcpus=1)
    make_definition(batch, name, vcpu="1", memory="2048")
    ids = [submit(batch, name, name, {"sleep": 0.02}) for _ in range(6)]
    for each in ids:
        wait_for_job(batch, each, "SUCCEEDED")
    jobs = {job["jobId"]: job for job in batch.describe_jobs(jobs=ids)["jobs"]}
    for earlier, later in itertools.pairwise(ids):
        assert jobs[earlier]["stoppedAt"] <= jobs[later]["startedAt"]


def test_a_large_job_at_the_head_holds_up_the_small_ones_behind_it(batch: Any, name: str) -> None:
    make_queue(batch, name, max_vcpus=2)
    make_definition(batch, name, vcpu="1", memory="2048")
    two = [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "4096"}]
    first = submit(batch, name, name, {"sleep": 600})
    large = submit(batch, name, name, {"sleep": 600}, resourceRequirements=two)
    small = submit(batch, name, name, {"sleep": 600})
    wait_for_job(batch, first, "RUNNING")
    wait_until(lambda: states(batch, [large, small]) == ["RUNNABLE", "RUNNABLE"])
    batch.terminate_job(jobId=first, reason="make room")
    wait_for_job(batch, large, "RUNNING")
    assert states(batch, [small]) == ["RUNNABLE"]
    for each in (large, small):
        batch.terminate_job(jobId=each, reason="done")


def test_of_two_queues_on_one_environment_the_one_of_higher_priority_goes_first(
    batch: Any, name: str
) -> None:
    make_queue(batch, name, max_vcpus=1, priority=1)
    urgent = f"{name}-urgent"
    order = [{"order": 1, "computeEnvironment": f"{name}-ce"}]
    batch.create_job_queue(jobQueueName=urgent, priority=9, computeEnvironmentOrder=order)
    make_definition(batch, name, vcpu="1", memory="2048")
    blocker = submit(batch, name, name, {"sleep": 600})
    wait_for_job(batch, blocker, "RUNNING")
    low = submit(batch, name, name, {"sleep": 600})
    high = submit(batch, urgent, name, {"sleep": 600})
    wait_until(lambda: states(batch, [low, high]) == ["RUNNABLE", "RUNNABLE"])
    batch.terminate_job(jobId=blocker, reason="make room")
    wait_for_job(batch, high, "RUNNING")
    assert states(batch, [low]) == ["RUNNABLE"]
    for each in (low, high):
        batch.terminate_job(jobId=each, reason="done")


def test_a_queue_flows_over_into_its_second_environment(batch: Any, name: str) -> None:
    make_queue(batch, name, max_vcpus=1)
    make_queue(batch, f"{name}-more", max_vcpus=1)
    order = [
        {"order": 1, "computeEnvironment": f"{name}-ce"},
        {"order": 2, "computeEnvironment": f"{name}-more-ce"},
    ]
    batch.update_job_queue(jobQueue=name, computeEnvironmentOrder=order)
    make_definition(batch, name, vcpu="1", memory="2048")
    ids = [submit(batch, name, name, {"env": "AWS_BATCH_CE_NAME"}, {"sleep": 600}) for _ in range(2)]
    tasks = [wait_for_job(batch, each, "RUNNING")["container"]["taskArn"] for each in ids]
    assert f"AWSBatch-{name}-ce-" in tasks[0]
    assert f"AWSBatch-{name}-more-ce-" in tasks[1]
    for each in ids:
        batch.terminate_job(jobId=each, reason="done")


def test_a_disabled_environment_starts_nothing_until_it_is_enabled(batch: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="DISABLED")
    job_id = submit(batch, name, name, {"out": "x"})
    wait_until(lambda: states(batch, [job_id]) == ["RUNNABLE"])
    settled(batch, f"{name}-ce")
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="ENABLED")
    wait_for_job(batch, job_id, "SUCCEEDED")


def test_a_job_larger_than_every_environment_waits_and_says_why(batch: Any, name: str) -> None:
    make_queue(batch, name, max_vcpus=1)
    make_definition(batch, name, vcpu="2", memory="4096")
    job_id = submit(batch, name, name, {"out": "x"})

    def told() -> bool:
        job = batch.describe_jobs(jobs=[job_id])["jobs"][0]
        return bool(
            job.get("statusReason", "").startswith("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")
        )

    wait_until(told)
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", computeResources={"maxvCpus": 2})
    wait_for_job(batch, job_id, "SUCCEEDED")
