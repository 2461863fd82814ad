"""What of an account's quotas is in use in a region."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.aws.calls import ENDED, THREADS, pages
from fargo.errors import AwsError

if TYPE_CHECKING:
    from fargo.aws.session import Session


@dataclass(frozen=True, slots=True)
class Used:
    """How many there are; None where that could not be counted, and why."""

    count: int | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many there are in the region, whoever made them."""

    vpcs: Used
    gateway_endpoints: Used
    environments: Used
    queues: Used


_COUNTED: Mapping[str, tuple[str, str, str]] = {
    "vpcs": ("ec2", "describe_vpcs", "Vpcs"),
    "gateway_endpoints": ("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    "environments": ("batch", "describe_compute_environments", "computeEnvironments"),
    "queues": ("batch", "describe_job_queues", "jobQueues"),
}
"""Attribute of `Usage` → service, call, and what it lists."""


def count(session: "Session", *, seconds: int) -> Usage:
    """Count them; what cannot be counted says why and raises nothing.

    Args:
        seconds: how long each answer is waited for.
    """

    def one(item: tuple[str, tuple[str, str, str]]) -> tuple[str, Used]:
        name, (service, call, listed) = item
        client = session.client(service, attempts=2, seconds=seconds)
        only = _gateways if name == "gateway_endpoints" else _any
        try:
            found = sum(only(each) for page in pages(client, call) for each in page[listed])
        except AwsError as error:
            return name, Used(None, error.message)
        return name, Used(found)

    with ThreadPoolExecutor(THREADS) as pool:
        return Usage(**dict(pool.map(one, _COUNTED.items())))


def _gateways(item: Mapping[str, Any]) -> bool:
    return item.get("VpcEndpointType") == "Gateway" and str(item.get("State", "")).lower() not in ENDED


def _any(item: Mapping[str, Any]) -> bool:
    del item
    return True
