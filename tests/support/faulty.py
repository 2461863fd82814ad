"""What tests of faults on demand share: the control, and calls to be struck."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from local_aws import REGION, client

Fault = dict[str, Any]
Ask = Callable[..., list[Fault]]


def control(server: str, method: str, content: Any = None) -> list[Fault]:
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(f"{server}/_fargo/faults", data=data, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        told: list[Fault] = json.load(answer)
        return told


@contextmanager
def faults(server: str, found: list[Fault]) -> Iterator[None]:
    """These faults, and none afterwards."""
    control(server, "PUT", found)
    try:
        yield
    finally:
        control(server, "DELETE")


def submit(server: str, name: str = "job", **config: Any) -> Any:
    batch = patient("batch", server, **config) if config else client("batch", server)
    return batch.submit_job(jobName=name, jobQueue="queue", jobDefinition="job")


def patient(service: str, server: str, **config: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=server,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(**config),
    )


def submitted(server: str, name: str) -> int:
    filters = [{"name": "JOB_NAME", "values": [name]}]
    return len(client("batch", server).list_jobs(jobQueue="queue", filters=filters)["jobSummaryList"])


def struck(call: Callable[[], Any], times: int) -> list[bool]:
    """Which of `times` calls failed."""
    found = []
    for _ in range(times):
        try:
            call()
            found.append(False)
        except ClientError:
            found.append(True)
    return found


def queues(server: str) -> Callable[[], Any]:
    described: Callable[[], Any] = client("batch", server).describe_job_queues
    return described
