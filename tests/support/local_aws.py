"""A local AWS for a test: its own process, its own state folder, gone at the end."""

import json
import os
import re
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import warm

from fargo.local import daemon
from fargo.local.state import StateDir

REGION = "eu-west-1"
ACCOUNT = "123456789012"
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
LOG_GROUP = "/fargo/test/jobs"


@contextmanager
def local_aws(executor: str = "scripted", *, speed: float = 1.0) -> Iterator[str]:
    """The endpoint of a fresh local AWS on a free port.

    While it runs, `XDG_STATE_HOME` names its folder, so that code under test which starts or
    finds the local AWS by itself finds this one.

    Args:
        executor: `scripted` for jobs without containers (see `fargo.local.executors.scripted`), or `docker`.
        speed: how many times faster than real time the scripted jobs' clock runs.
    """
    before = os.environ.get("XDG_STATE_HOME")
    with tempfile.TemporaryDirectory(prefix="fargo-test-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        try:
            yield warm.start(executor, speed).endpoint
        finally:
            os.environ["XDG_STATE_HOME"] = folder
            daemon.stop()
            if before is None:
                del os.environ["XDG_STATE_HOME"]
            else:
                os.environ["XDG_STATE_HOME"] = before


def forget_jobs() -> str:
    """Let AWS Batch forget all it holds, as it forgets old jobs; everything else stays. The new endpoint."""
    daemon.stop()
    for file in StateDir.default().path.glob("batch.db*"):
        file.unlink()
    return warm.start("scripted").endpoint


def client(service: str, endpoint: str, region: str = REGION) -> Any:
    """A boto3 client of the local AWS that does not retry, so that an error is seen as it came."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )


def set_rules(endpoint: str, rules: list[dict[str, Any]]) -> None:
    """Rules for scripted jobs: `[{"job": "name*", "script": [...]}]`."""
    request = urllib.request.Request(
        f"{endpoint}/_fargo/rules", data=json.dumps(rules).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=60):
        pass


def make_queue(
    batch: Any,
    name: str = "queue",
    *,
    max_vcpus: int = 256,
    subnets: Sequence[str] = ("subnet-1",),
    groups: Sequence[str] = ("sg-1",),
    **queue: Any,
) -> str:
    """A Fargate compute environment `<name>-ce` and a queue on it; the queue's ARN, once it is VALID.

    Without `subnets` it is in a network that EC2 does not know.
    """
    environment = batch.create_compute_environment(
        computeEnvironmentName=f"{name}-ce",
        type="MANAGED",
        computeResources={
            "type": "FARGATE",
            "maxvCpus": max_vcpus,
            "subnets": list(subnets),
            "securityGroupIds": list(groups),
        },
    )
    settled(batch, f"{name}-ce")
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    made = batch.create_job_queue(
        **{"jobQueueName": name, "priority": 1, "computeEnvironmentOrder": order, **queue}
    )
    settled(batch, name)
    return str(made["jobQueueArn"])


def settled(batch: Any, *names: str) -> None:
    """Wait until the queues and compute environments of these names are neither made nor changed."""

    def there() -> bool:
        found = [
            *batch.describe_job_queues(jobQueues=list(names))["jobQueues"],
            *batch.describe_compute_environments(computeEnvironments=list(names))["computeEnvironments"],
        ]
        return not any(item["status"] in ("CREATING", "UPDATING") for item in found)

    wait_until(there)


def remove_queues(batch: Any, names: str) -> None:
    """Delete the queues and compute environments whose names fit the pattern `names`, and their jobs."""

    def left(items: list[dict[str, Any]], key: str) -> list[str]:
        return [item[key] for item in items if re.fullmatch(names, item[key])]

    def queues() -> list[str]:
        return left(batch.describe_job_queues()["jobQueues"], "jobQueueName")

    def environments() -> list[str]:
        found = batch.describe_compute_environments()["computeEnvironments"]
        return left(found, "computeEnvironmentName")

    for each in queues():
        settled(batch, each)
        batch.update_job_queue(jobQueue=each, state="DISABLED")
    for each in queues():
        settled(batch, each)
        batch.delete_job_queue(jobQueue=each)
    wait_until(lambda: not queues())
    for each in environments():
        settled(batch, each)
        batch.update_compute_environment(computeEnvironment=each, state="DISABLED")
    for each in environments():
        settled(batch, each)
        batch.delete_compute_environment(computeEnvironment=each)
    wait_until(lambda: not environments())


def make_definition(
    batch: Any, name: str = "job", *, vcpu: str = "0.25", memory: str = "512", **more: Any
) -> str:
    """A Fargate job definition that logs to `LOG_GROUP`; its ARN.

    `container` among `more` is laid over containerProperties; the rest over the request.
    """
    container = {
        "image": "fargo-test/none:local",
        "command": ["work"],
        "executionRoleArn": EXECUTION_ROLE,
        "resourceRequirements": [{"type": "VCPU", "value": vcpu}, {"type": "MEMORY", "value": memory}],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": LOG_GROUP}},
        **more.pop("container", {}),
    }
    request = {
        "jobDefinitionName": name,
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": container,
        **more,
    }
    return str(batch.register_job_definition(**request)["jobDefinitionArn"])


def script(*steps: Any) -> dict[str, Any]:
    """containerOverrides that make a scripted job play `steps`."""
    return {"environment": [{"name": "FARGO_SCRIPT", "value": json.dumps(steps)}]}


def wait_for_job(batch: Any, job_id: str, *states: str, seconds: float = 60) -> dict[str, Any]:
    """The job, once it is in one of `states`, by default an ended one."""
    wanted = states or ("SUCCEEDED", "FAILED")
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = batch.describe_jobs(jobs=[job_id])["jobs"]
        if found[0]["status"] in ("SUCCEEDED", "FAILED") and found[0]["status"] not in wanted:
            raise AssertionError(f"the job ended {found[0]['status']}, not {wanted}: {found[0]}")
        return found[0]["status"] in wanted

    wait_until(there, seconds=seconds)
    return found[0]


def wait_until(condition: Any, *, seconds: float = 30) -> None:
    """Poll until `condition()` holds.

    Raises:
        AssertionError: it does not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.01)
