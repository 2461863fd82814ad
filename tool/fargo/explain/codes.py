"""What AWS Batch itself says of a job that stays RUNNABLE: the beginning of its `statusReason` → the cause.

Source: AWS Batch user guide, “Jobs stuck in a RUNNABLE status”.
"""

from dataclasses import replace

from fargo.explain.cause import Cause
from fargo.explain.finding import Fix

_UP = Fix("deploy again: it puts back what somebody changed", "up")

CODES = (
    (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        Cause(
            "no-capacity",
            "AWS has no capacity of this kind in the zones of the subnets now",
            fixes=(
                Fix("wait: AWS Batch tries again by itself"),
                Fix("more zones under [network] in fargo.toml give AWS more to choose from", "up"),
            ),
        ),
    ),
    (
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        Cause(
            "never-fits",
            "It asks for more vCPUs than its compute environments may have",
            fixes=(Fix("raise `max_vcpus` under [compute] in fargo.toml, then deploy", "up"),),
        ),
    ),
    (
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        Cause("never-fits", "It asks for more vCPUs or memory than its compute environments offer"),
    ),
    (
        "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS",
        Cause("service-role", "The role that AWS Batch acts with lacks a permission", fixes=(_UP,)),
    ),
    (
        "ACTION_REQUIRED",
        Cause("environment-invalid", "Its compute environments are INVALID", fixes=(_UP,)),
    ),
    ("UNDETERMINED", Cause("undetermined", "AWS Batch does not know why it stays RUNNABLE")),
)
"""The beginning of a reason, and the cause; what AWS said is added as evidence."""


def of(reason: str) -> Cause | None:
    """The cause that AWS Batch's reason names; another reason is the cause as it stands, none is None."""
    if not reason:
        return None
    for begin, cause in CODES:
        if reason.startswith(begin):
            return replace(cause, evidence=(reason,))
    return Cause("", reason)
