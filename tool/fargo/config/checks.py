"""What types alone cannot say: the rules of AWS and of fargo for each table."""

import ipaddress
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from fargo.config.settings import (
    ComputeSettings,
    CostSettings,
    ImageSettings,
    JobSettings,
    LogsSettings,
    NetworkSettings,
    NotificationsSettings,
    RolesSettings,
)
from fargo.model import fargate, naming, units
from fargo.model.fargate import Architecture, Size

_ACTION = re.compile(r"^[a-z0-9-]+:[A-Za-z0-9*?]+$")
_SECRET = re.compile(
    r"^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:\d{12}:secret:|ssm:[a-z0-9-]+:\d{12}:parameter/)."
)

_ROLE_PATH = re.compile(r"/([A-Za-z0-9+=,.@_-]+/)*")
_POLICY = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}|aws):policy/.+")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_USER = re.compile(r"([a-z0-9_][a-z0-9_.-]*(:[a-z0-9_][a-z0-9_.-]*)?)?")

ATTEMPT_SECONDS_MIN = 60
"""The shortest timeout of an attempt (AWS Batch API reference, JobTimeout)."""

ENDPOINTS = ("secretsmanager", "ssm", "kms", "sts", "ssmmessages", "dynamodb")

SUBNETS_MAX = 16
"""Subnets of a Fargate compute environment (AWS Batch API reference, ComputeResource)."""

NOTIFIED = ("running", "succeeded", "failed")

# The values that CloudWatch Logs takes (API reference, PutRetentionPolicy).
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that cannot be: its key within the table, and what is allowed."""

    key: str
    value: object
    allowed: str


@singledispatch
def problems(settings: object) -> Iterator[Problem]:
    """Everything that is wrong with one table's settings."""
    del settings
    yield from ()


@problems.register
def _image(image: ImageSettings) -> Iterator[Problem]:
    names = [choice.value.lower() for choice in Architecture]
    if image.architecture not in names:
        yield Problem("architecture", image.architecture, " or ".join(names))
    if image.operating_system != "linux":
        yield Problem("operating_system", image.operating_system, "linux")


@problems.register
def _network(network: NetworkSettings) -> Iterator[Problem]:
    if not _is_vpc_cidr(network.cidr):
        yield Problem("cidr", network.cidr, "an IPv4 network from /16 to /24, such as 10.42.0.0/16")
    if not 1 <= network.zones <= 6:  # noqa: PLR2004 # six Availability Zones is the most that a region has
        yield Problem("zones", network.zones, "1 to 6")
    for service in network.endpoints:
        if service not in ENDPOINTS:
            yield Problem("endpoints", service, ", ".join(ENDPOINTS))
    yield from _existing(network)


def _existing(network: NetworkSettings) -> Iterator[Problem]:
    if network.vpc and not network.vpc.startswith("vpc-"):
        yield Problem("vpc", network.vpc, "the id of a VPC, such as vpc-0a1b2c3d")
    if network.vpc and not 1 <= len(network.subnets) <= SUBNETS_MAX:
        yield Problem("subnets", network.subnets, f"1 to {SUBNETS_MAX} subnets of {network.vpc}")
    if not network.vpc and (network.subnets or network.vpc_has_endpoints):
        key = "subnets" if network.subnets else "vpc_has_endpoints"
        yield Problem(key, getattr(network, key), "nothing, unless `vpc` names the VPC")


def _is_vpc_cidr(text: str) -> bool:
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        return False
    # A VPC takes /16 to /28; smaller than /24 leaves no room for six subnets of jobs.
    return 16 <= network.prefixlen <= 24  # noqa: PLR2004 # the two are explained above


@problems.register
def _compute(compute: ComputeSettings) -> Iterator[Problem]:
    if compute.max_vcpus < 1:
        yield Problem("max_vcpus", compute.max_vcpus, "1 or more")
    if compute.scheduling not in {"fifo", "fair_share"}:
        yield Problem("scheduling", compute.scheduling, "fifo or fair_share")


@problems.register
def _logs(logs: LogsSettings) -> Iterator[Problem]:
    if logs.retention_days not in RETENTION_DAYS:
        yield Problem("retention_days", logs.retention_days, ", ".join(map(str, RETENTION_DAYS)))


@problems.register
def _cost(cost: CostSettings) -> Iterator[Problem]:
    if not 0 <= cost.confirm_above < math.inf:
        yield Problem("confirm_above", cost.confirm_above, "US dollars, such as 25; 0: never asked")


@problems.register
def _roles(roles: RolesSettings) -> Iterator[Problem]:
    if not _ROLE_PATH.fullmatch(roles.path) or len(roles.path) > 512:  # noqa: PLR2004 # IAM API reference, CreateRole
        yield Problem("path", roles.path, "begins and ends with a slash, such as /teams/x/")
    if roles.permissions_boundary and not _POLICY.fullmatch(roles.permissions_boundary):
        yield Problem("permissions_boundary", roles.permissions_boundary, "the ARN of an IAM policy")


@problems.register
def _notifications(notifications: NotificationsSettings) -> Iterator[Problem]:
    for state in notifications.states:
        if state not in NOTIFIED:
            yield Problem("states", state, ", ".join(NOTIFIED))
    for email in notifications.emails:
        if not _EMAIL.fullmatch(email):
            yield Problem("emails", email, "e-mail addresses")
    if notifications.emails and not notifications.states:
        yield Problem("emails", notifications.emails, "none without states: they say what there is to tell")


@problems.register
def _job(job: JobSettings) -> Iterator[Problem]:
    if not job.command:
        yield Problem("command", job.command, 'at least one argument, such as ["python3", "job.py"]')
    if not 1 <= job.attempts <= 10:  # noqa: PLR2004 # AWS Batch API reference, RetryStrategy
        yield Problem("attempts", job.attempts, "1 to 10")
    if job.pack < 1:
        yield Problem("pack", job.pack, "1 or more")
    if not 1 <= job.workers <= job.pack:
        yield Problem("workers", job.workers, f"1 to pack, which is {job.pack}: more have nothing to do")
    yield from _size(job)
    yield from _storage(job)
    yield from _timeout(job)
    yield from _policy(job)
    yield from _variables(job)
    yield from _container(job)


def _container(job: JobSettings) -> Iterator[Problem]:
    """The rules of `terraform/modules/batch`, said before Terraform is started."""
    if job.read_only_root and job.output and not job.output.startswith(f"{fargate.SCRATCH}/"):
        allowed = f"a folder under {fargate.SCRATCH}: with read_only_root, nothing else can be written to"
        yield Problem("output", job.output, allowed)
    if job.read_only_root and job.exec:
        allowed = (
            "false with read_only_root: the agent that ECS Exec puts into the container writes to its root"
        )
        yield Problem("exec", job.exec, allowed)
    if not _USER.fullmatch(job.user):
        yield Problem("user", job.user, "a user or a user:group, by name or number, such as 1000:1000")


def _variables(job: JobSettings) -> Iterator[Problem]:
    for table, names in (("environment", job.environment), ("secrets", job.secrets)):
        for name in names:
            if name.startswith(naming.RESERVED_ENV_PREFIXES):
                allowed = "a name that begins neither with FARGO_ nor with AWS_BATCH"
                yield Problem(f"{table}.{name}", name, allowed)
    for name, arn in job.secrets.items():
        if name in job.environment:
            yield Problem(f"secrets.{name}", name, "a name that is not in environment too")
        if not _SECRET.match(arn):
            yield Problem(f"secrets.{name}", arn, "the ARN of a Secrets Manager secret or an SSM parameter")


def _policy(job: JobSettings) -> Iterator[Problem]:
    """The rules of `terraform/jobs.tf`, said before Terraform is started."""
    known = {"Sid", "Effect", "Action", "Resource", "Condition"}
    for statement in job.policy:
        actions = statement.get("Action", [])
        actions = actions if isinstance(actions, list) else [actions]
        if not set(statement) <= known or not {"Effect", "Action", "Resource"} <= set(statement):
            yield Problem("policy", statement, "Effect, Action, Resource and, if need be, Sid and Condition")
        elif statement["Effect"] not in {"Allow", "Deny"}:
            yield Problem("policy", statement["Effect"], "an Effect of Allow or Deny")
        elif not actions or not all(_ACTION.fullmatch(str(action)) for action in actions):
            yield Problem(
                "policy", statement["Action"], "actions that name their service, such as s3:GetObject"
            )


def _size(job: JobSettings) -> Iterator[Problem]:
    if job.vcpu not in fargate.MEMORY_MIB:
        yield Problem("vcpu", job.vcpu, ", ".join(f"{vcpu:g}" for vcpu in fargate.MEMORY_MIB))
        return
    memory = _unit("memory", job.memory, units.mebibytes)
    if isinstance(memory, Problem):
        yield memory
        return
    size = Size(job.vcpu, memory)
    if not fargate.is_valid(size):
        offered = fargate.MEMORY_MIB[job.vcpu]
        step = f" in steps of {fargate.memory_text(offered[2] - offered[1])}" if len(offered) > 3 else ""  # noqa: PLR2004 # a table of three is a list, not a range
        near = fargate.next_valid(size)
        yield Problem(
            "memory",
            job.memory,
            f"{job.vcpu:g} vCPU comes with {fargate.memory_text(offered[0])} to "
            f"{fargate.memory_text(offered[-1])}{step}"
            + (f"; the next that holds this is {near}" if near else ""),
        )


def _storage(job: JobSettings) -> Iterator[Problem]:
    mib = _unit("storage", job.storage, units.mebibytes)
    if isinstance(mib, Problem):
        yield mib
    elif mib % 1024 or not fargate.STORAGE_GIB_DEFAULT <= mib // 1024 <= fargate.STORAGE_GIB_MAX:
        yield Problem("storage", job.storage, "whole GiB, 20 to 200")


def _timeout(job: JobSettings) -> Iterator[Problem]:
    limit = _unit("timeout", job.timeout, units.seconds) if job.timeout else ATTEMPT_SECONDS_MIN
    if isinstance(limit, Problem):
        yield limit
    elif limit < ATTEMPT_SECONDS_MIN:
        yield Problem("timeout", job.timeout, f"{ATTEMPT_SECONDS_MIN}s or more")


def _unit(key: str, text: str, parse: Callable[[str], int]) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        return Problem(key, text, str(error))
