"""What types alone cannot say: the rules of AWS and of fargo for each table."""

import ipaddress
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import msgspec

from fargo.config.job import ACTION, SECRET, JobSettings
from fargo.config.keys import keys
from fargo.config.settings import SUBNETS_MAX, CostSettings, NetworkSettings, NotificationsSettings
from fargo.model import fargate, naming, units
from fargo.model.fargate import Size

ATTEMPT_SECONDS_MIN = 60
"""The shortest timeout of an attempt (AWS Batch API reference, JobTimeout)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that cannot be: its key within the table, and what is allowed."""

    key: str
    value: object
    allowed: str


def problems(settings: msgspec.Struct) -> Iterator[Problem]:
    """Everything that is wrong with one table's settings: each key by its own limits, then all together."""
    for key in keys(type(settings)):
        for value in key.wrong(getattr(settings, key.name)):
            yield Problem(key.name, value, key.allowed)
    yield from _together(settings)


@singledispatch
def _together(settings: object) -> Iterator[Problem]:
    """What limits of single keys do not say."""
    del settings
    yield from ()


@_together.register
def _network(network: NetworkSettings) -> Iterator[Problem]:
    if not _is_network(network.cidr):
        yield Problem("cidr", network.cidr, "a network without the bits of a host, such as 10.42.0.0/16")
    yield from _existing(network)


def _existing(network: NetworkSettings) -> Iterator[Problem]:
    if network.vpc and not 1 <= len(network.subnets) <= SUBNETS_MAX:
        yield Problem("subnets", network.subnets, f"1 to {SUBNETS_MAX} subnets of {network.vpc}")
    if not network.vpc and (network.subnets or network.vpc_has_endpoints):
        key = "subnets" if network.subnets else "vpc_has_endpoints"
        yield Problem(key, getattr(network, key), "nothing, unless `vpc` names the VPC")


def _is_network(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return True


@_together.register
def _cost(cost: CostSettings) -> Iterator[Problem]:
    if not math.isfinite(cost.confirm_above):
        yield Problem("confirm_above", cost.confirm_above, "US dollars, such as 25; 0: never asked")


@_together.register
def _notifications(notifications: NotificationsSettings) -> Iterator[Problem]:
    if notifications.emails and not notifications.states:
        yield Problem("emails", notifications.emails, "none without states: they say what there is to tell")


@_together.register
def _job(job: JobSettings) -> Iterator[Problem]:
    if job.workers > job.pack:
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


def _variables(job: JobSettings) -> Iterator[Problem]:
    for table, names in (("environment", job.environment), ("secrets", job.secrets)):
        for name in names:
            if name.startswith(naming.RESERVED_ENV_PREFIXES):
                allowed = "a name that begins neither with FARGO_ nor with AWS_BATCH"
                yield Problem(f"{table}.{name}", name, allowed)
    for name, arn in job.secrets.items():
        if name in job.environment:
            yield Problem(f"secrets.{name}", name, "a name that is not in environment too")
        if not re.fullmatch(SECRET, arn):
            allowed = "the ARN of an SSM parameter or of a secret, whole with the six characters at its end"
            yield Problem(f"secrets.{name}", arn, allowed)


def _policy(job: JobSettings) -> Iterator[Problem]:
    """The rules of `terraform/jobs.tf`, said before Terraform is started."""
    known = {"Sid", "Effect", "Action", "Resource", "Condition"}
    for statement in job.policy:
        actions = statement.get("Action", [])
        actions = actions if isinstance(actions, list) else [actions]
        if not set(statement) <= known or not {"Effect", "Action", "Resource"} <= set(statement):
            yield Problem("policy", statement, "Effect, Action, Resource and, if need be, Sid and Condition")
        elif statement["Effect"] not in ("Allow", "Deny"):
            yield Problem("policy", statement["Effect"], "an Effect of Allow or Deny")
        elif not actions or not all(re.fullmatch(ACTION, str(action)) for action in actions):
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
