"""Service Quotas: what the account allows in a region."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo.aws.calls import THREADS
from fargo.aws.errors import translated
from fargo.errors import AwsError, AwsNotFound

if TYPE_CHECKING:
    from fargo.aws.session import Session

BATCH_ENVIRONMENTS = 50
"""Compute environments of a region; no account has more. Source: AWS Batch user guide, “Service quotas”."""
BATCH_QUEUES = 50
"""Job queues of a region; the same."""

_PATIENCE = 5
"""Seconds that an answer is waited for: a quota is worth a sentence, and no long wait."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What the account allows of something.

    Attributes:
        value: how many; None where it could not be read.
        why: the sentence that says why not; else empty.
        default: it is what AWS gives every account: none of this account's own could be told.
        code: the service's and the quota's own codes, as the console's address has them; empty where it
            is fixed for all accounts.
    """

    value: int | None
    why: str = ""
    default: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What the account allows in a region.

    Attributes:
        fargate_vcpus: vCPUs of all Fargate tasks on demand that run at once, of ECS and of AWS Batch alike.
        fargate_spot_vcpus: the same on Fargate Spot.
        interface_endpoints: of one VPC.
    """

    fargate_vcpus: Quota
    fargate_spot_vcpus: Quota
    vpcs: Quota
    interface_endpoints: Quota
    gateway_endpoints: Quota
    environments: Quota = Quota(BATCH_ENVIRONMENTS)
    queues: Quota = Quota(BATCH_QUEUES)


CODES = {
    "fargate_vcpus": "fargate/L-3032A538",
    "fargate_spot_vcpus": "fargate/L-36FBB829",
    "vpcs": "vpc/L-F678F1CE",
    "interface_endpoints": "vpc/L-29B6F2EB",
    "gateway_endpoints": "vpc/L-1B52E74A",
}
"""Attribute of `Quotas` → service's code and quota's. Source: the Service Quotas console, whose addresses are
made of them; those of `vpc` also in the VPC user guide, “Amazon VPC quotas”."""


def read(session: "Session") -> Quotas:
    """What the account allows in the session's region; what cannot be read says why and raises nothing.

    Args:
        session: whose account and region.
    """
    client = session.client("service-quotas", attempts=2, seconds=_PATIENCE)
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda code: _quota(client, code), CODES.values())
        return Quotas(**dict(zip(CODES, found, strict=True)))


def _quota(client: Any, code: str) -> Quota:
    try:
        value, default = _value(client, code)
    except AwsError as error:
        return Quota(None, why=error.message, code=code)
    return Quota(value, default=default, code=code)


def _value(client: Any, code: str) -> tuple[int, bool]:
    """The account's value, or AWS's default where it has none of its own; and whether it is the default."""
    service, _, quota = code.partition("/")
    asked = {"ServiceCode": service, "QuotaCode": quota}
    try:
        with translated("GetServiceQuota"):
            return int(client.get_service_quota(**asked)["Quota"]["Value"]), False
    except AwsNotFound:
        with translated("GetAWSDefaultServiceQuota"):
            return int(client.get_aws_default_service_quota(**asked)["Quota"]["Value"]), True
