"""The account's quotas against what the project asks for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fargo.aws import quotas, usage
from fargo.aws.quotas import Quota, Quotas
from fargo.aws.usage import Usage, Used
from fargo.doctor.account import PATIENCE
from fargo.doctor.check import Check, missing, ok, unknown, warning

if TYPE_CHECKING:
    from fargo.aws.session import Session
    from fargo.config import Project

ALWAYS_ENDPOINTS = frozenset({"ecr.api", "ecr.dkr", "logs"})
"""What every stack makes interface endpoints for, as `terraform/modules/endpoints` says."""
INCREASE = (
    "aws service-quotas request-service-quota-increase --service-code {} --quota-code {} --desired-value {} "
    "--region {}"
)


def checks(project: "Project", session: "Session", *, deployed: bool) -> Iterator[Check]:
    """VCPUs as the jobs need them; and before the first `up`, room for what it makes.

    Args:
        deployed: the stack stands: what it needs is there.
    """
    allowed = quotas.read(session)
    yield from _vcpus(project, session, allowed)
    if not deployed:
        used = usage.count(session, seconds=PATIENCE)
        yield from _room(project, session, allowed, used)


def _vcpus(project: "Project", session: "Session", allowed: Quotas) -> Iterator[Check]:
    for spot, name, quota in (
        (False, "Fargate vCPUs", allowed.fargate_vcpus),
        (True, "Fargate Spot vCPUs", allowed.fargate_spot_vcpus),
    ):
        jobs = {key: job for key, job in project.jobs.items() if job.spot is spot}
        if not jobs:
            continue
        if quota.value is None:
            yield unknown(name, quota.why)
            continue
        wanted = project.compute.max_vcpus
        largest = max(jobs, key=lambda key: jobs[key].vcpu)
        vcpu = jobs[largest].vcpu
        said = f"{quota.value:,}{_default(quota)}; the project may use {wanted:,}"
        together = int(min(quota.value, wanted) // vcpu)
        run = f"jobs of {largest} ({vcpu:g} vCPU) run {together:,} at a time"
        needed = f"{wanted:,}"
        if quota.value < vcpu:
            never = f"{said}: no job of {largest} ({vcpu:g} vCPU) ever starts"
            yield missing(name, never, _increase(session, quota, wanted), needed)
        elif quota.value >= wanted:
            yield ok(name, f"{said}: {run}", needed)
        else:
            yield warning(name, f"{said}: {run}, the others wait", _increase(session, quota, wanted), needed)


def _room(project: "Project", session: "Session", allowed: Quotas, used: Usage) -> Iterator[Check]:
    mine = not project.network.vpc
    spots = 2  # an environment and a queue each, on demand and on Spot
    yield _left(session, "compute environments", allowed.environments, used.environments, spots)
    yield _left(session, "job queues", allowed.queues, used.queues, spots)
    if mine:
        yield _left(session, "VPCs", allowed.vpcs, used.vpcs, 1)
    if mine or not project.network.vpc_has_endpoints:
        extra = set(project.network.endpoints)
        gateways = 1 + ("dynamodb" in extra)
        yield _left(session, "gateway endpoints", allowed.gateway_endpoints, used.gateway_endpoints, gateways)
        interfaces = len(ALWAYS_ENDPOINTS | extra - {"dynamodb"})
        yield _left(
            session, "interface endpoints of the VPC", allowed.interface_endpoints, Used(0), interfaces
        )


def _left(session: "Session", name: str, quota: Quota, used: Used, wanted: int) -> Check:
    """Whether what `up` makes has room."""
    needed = f"{wanted} more"
    if quota.value is None or used.count is None:
        return unknown(name, quota.why or used.why)
    said = f"{used.count} of {quota.value}{_default(quota)} in use"
    if used.count + wanted <= quota.value:
        return ok(name, said, needed)
    if not quota.code:
        return warning(name, said, "this quota cannot be raised: delete some, or use another region", needed)
    return warning(name, said, _increase(session, quota, used.count + wanted), needed)


def _default(quota: Quota) -> str:
    return " (AWS's default: the account's own cannot be told)" if quota.default else ""


def _increase(session: "Session", quota: Quota, wanted: int) -> str:
    service, _, code = quota.code.partition("/")
    return INCREASE.format(service, code, wanted, session.region)
