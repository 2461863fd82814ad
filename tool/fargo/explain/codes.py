"""What AWS Batch itself says of a job that stays RUNNABLE: the beginning of its `statusReason` → the cause.

Source: AWS Batch user guide, “Jobs stuck in a RUNNABLE status”.
"""

from dataclasses import replace

from fargo.explain.cause import Cause
from fargo.explain.finding import Fix
from fargo.explain.rules.fixes import BACK, LARGER
from fargo.model.job import Job

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
            fixes=(LARGER,),
        ),
    ),
    (
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        Cause("never-fits", "It asks for more vCPUs or memory than its compute environments offer"),
    ),
    (
        "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS",
        Cause("service-role", "The role that AWS Batch acts with lacks a permission", fixes=(BACK,)),
    ),
    (
        "ACTION_REQUIRED",
        Cause("environment-invalid", "Its compute environments are INVALID", fixes=(BACK,)),
    ),
    ("UNDETERMINED", Cause("undetermined", "AWS Batch does not know why it stays RUNNABLE")),
)
"""The beginning of a reason, and the cause; what AWS said is added as evidence."""


def of(job: Job) -> Cause | None:
    """The cause that AWS Batch names of a RUNNABLE job; words that nobody knows are the cause as they stand.

    None where it says nothing, or only how an earlier attempt ended, which ListJobs does not tell apart.
    """
    for begin, cause in CODES:
        if job.reason.startswith(begin):
            return replace(cause, evidence=(job.reason,))
    earlier = not job.detailed or job.reason in [attempt.reason for attempt in job.attempts]
    return None if earlier or not job.reason else Cause("", job.reason)
