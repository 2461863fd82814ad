"""The places where cases play, and the servers behind them.

`scripted` is fargo with jobs that are only played, on a fast clock; `containers` is fargo on a Docker
engine; `moto` is moto's own Batch, on a Docker engine where there is one.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from clients import AwsProgram, Boto3Client, CliClient, Client
from local_aws import EXECUTION_ROLE, client, local_aws, wait_until
from work import MISSING_IMAGE

SCRIPTED = "scripted"
CONTAINERS = "containers"
MOTO = "moto"

CLIENTS: dict[str, Callable[[str, str], Client]] = {
    "boto3": Boto3Client,
    "awscli": CliClient,
    "aws": AwsProgram,
}
# A region for each client, because a region has room for 50 queues.
REGIONS = {"boto3": "eu-west-1", "awscli": "eu-central-1", "aws": "us-west-2"}

FAST = 40.0
FASTEST = 400.0
"""How many times faster the scripted clock runs, usually and where minutes must pass. Log events may not be
more than two hours ahead of the real clock, so the fastest one is not for cases that read logs."""
PATIENCE = 20.0
NO_IMAGE = "fargo-test/none:local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all cases in one world share.

    Attributes:
        kind: `scripted`, `containers` or `moto`.
        client: the one under test.
        watcher: a quick one, to poll with and to tidy up.
        queue: a queue with room for everything.
        definition: a job definition of the smallest size; `absent` has an image that is not there.
        speed: of the clock, in times of real time.
        patience: real seconds until something that should happen counts as missing.
    """

    kind: str
    endpoint: str
    region: str
    client: Client
    watcher: Client
    image: str
    queue: str
    definition: str
    absent: str
    service_role: str
    subnet: str
    security_group: str
    speed: float
    patience: float


def setting(kind: str, endpoint: str, name: str, *, speed: float = 1, image: str = NO_IMAGE) -> Setting:
    """Make ready what all cases share at an endpoint.

    Args:
        name: of the client under test, one of `CLIENTS`.
        speed: of the server's clock.
        image: with a shell and Python, where containers run.
    """
    region = REGIONS[name]
    watcher = Boto3Client(endpoint, region)
    role, subnet, group = _of_moto(endpoint, region) if kind == MOTO else ("", "subnet-1", "sg-1")
    _make_queue(watcher, role, subnet, group)
    small, absent = (
        _make_definition(watcher, key, of) for key, of in (("shared", image), ("absent", MISSING_IMAGE))
    )
    return Setting(
        kind=kind,
        endpoint=endpoint,
        region=region,
        client=CLIENTS[name](endpoint, region),
        watcher=watcher,
        image=image,
        queue="shared",
        definition=small,
        absent=absent,
        service_role=role,
        subnet=subnet,
        security_group=group,
        speed=speed,
        patience=PATIENCE,
    )


@contextmanager
def server(kind: str, speed: float = 1) -> Iterator[str]:
    """A server of that kind on a free port, in a process of its own; its endpoint."""
    if kind == MOTO:
        with _moto() as endpoint:
            yield endpoint
    else:
        with local_aws("scripted" if kind == SCRIPTED else "docker", speed=speed) as endpoint:
            yield endpoint


@contextmanager
def _moto() -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _listens(port), seconds=30)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)
        _remove_containers()


def _remove_containers() -> None:
    """moto names a container after its job, and leaves those that run when it ends."""
    import docker
    from docker.errors import DockerException

    with suppress(DockerException), closing(docker.from_env()) as engine:
        for left in engine.containers.list(all=True, filters={"name": f"^/{own_prefix()}"}):
            left.remove(force=True)


def own_prefix() -> str:
    """What every name that a case of this process uses begins with."""
    return f"case-{os.getpid()}-"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _of_moto(endpoint: str, region: str) -> tuple[str, str, str]:
    """A role, a subnet and a security group: moto's environments want them to exist."""
    iam: Any = client("iam", endpoint, region)
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = iam.create_role(RoleName=f"batch-{region}", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    ec2: Any = client("ec2", endpoint, region)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    return str(role), str(subnet), str(group)


def _make_queue(watcher: Client, role: str, subnet: str, group: str) -> None:
    resources = {"type": "FARGATE", "maxvCpus": 256, "subnets": [subnet], "securityGroupIds": [group]}
    given = {"serviceRole": role} if role else {}
    watcher.call(
        "CreateComputeEnvironment",
        computeEnvironmentName="shared-environment",
        type="MANAGED",
        state="ENABLED",
        computeResources=resources,
        **given,
    )
    found = {"computeEnvironments": ["shared-environment"]}
    wait_until(
        lambda: (
            watcher.call("DescribeComputeEnvironments", **found)["computeEnvironments"][0]["status"]
            == "VALID"
        )
    )
    order = [{"order": 1, "computeEnvironment": "shared-environment"}]
    watcher.call(
        "CreateJobQueue", jobQueueName="shared", state="ENABLED", priority=1, computeEnvironmentOrder=order
    )
    wait_until(
        lambda: watcher.call("DescribeJobQueues", jobQueues=["shared"])["jobQueues"][0]["status"] == "VALID"
    )


def _make_definition(watcher: Client, name: str, image: str) -> str:
    wanted = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    answer = watcher.call(
        "RegisterJobDefinition",
        jobDefinitionName=name,
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties={
            "image": image,
            "command": ["true"],
            "executionRoleArn": EXECUTION_ROLE,
            "resourceRequirements": wanted,
        },
    )
    return f"{name}:{answer['revision']}"
