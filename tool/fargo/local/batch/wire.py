"""A job in the words of the API: DescribeJobs' JobDetail and ListJobs' JobSummary.

Moments are milliseconds since 1970. Members that AWS leaves out while they are unknown are left out.
"""

from typing import Any

from fargo.local.batch.records import Attempt, Job, Wire
from fargo.local.moto_side import ACCOUNT


def detail(job: Job) -> Wire:
    """JobDetail."""
    spec = job.spec
    wire = _known(
        jobArn=job.arn,
        jobName=spec.name,
        jobId=job.id,
        jobQueue=spec.queue.arn,
        status=str(job.state),
        shareIdentifier=spec.share or None,
        schedulingPriority=spec.priority if spec.share else None,
        statusReason=job.status_reason or None,
        createdAt=spec.created,
        startedAt=job.started,
        stoppedAt=job.stopped,
        arrayProperties=_array(job),
        timeout={"attemptDurationSeconds": spec.timeout_s} if spec.timeout_s else None,
    )
    return wire | {
        "attempts": [_attempt(job, attempt) for attempt in job.attempts],
        "retryStrategy": spec.retry,
        "dependsOn": spec.depends_on if job.parent is None else [],
        "jobDefinition": spec.definition.arn,
        "parameters": spec.parameters,
        "container": _container(job),
        "tags": spec.tags,
        "propagateTags": spec.propagate_tags,
        "platformCapabilities": spec.definition.wire["platformCapabilities"],
        "eksAttempts": [],
        "isCancelled": job.cancelled,
        "isTerminated": job.terminated,
    }


def summary(job: Job) -> Wire:
    """JobSummary."""
    last = job.last
    container = _known(exitCode=last.exit_code, reason=last.reason or None) if last else {}
    return _known(
        jobArn=job.arn,
        jobId=job.id,
        jobName=job.spec.name,
        createdAt=job.spec.created,
        shareIdentifier=job.spec.share or None,
        status=str(job.state),
        statusReason=job.status_reason or None,
        startedAt=job.started,
        stoppedAt=job.stopped,
        container=container or None,
        arrayProperties=_array(job),
        jobDefinition=job.spec.definition.arn,
        isCancelled=job.cancelled or None,
        isTerminated=job.terminated or None,
    )


def task_arn(job: Job, attempt: Attempt) -> str:
    """The ECS task of an attempt, in the cluster of its compute environment."""
    cluster = attempt.environment.wire["ecsClusterArn"].rpartition("/")[2]
    return f"arn:aws:ecs:{job.spec.region}:{ACCOUNT}:task/{cluster}/{attempt.task_id}"


def _array(job: Job) -> Wire | None:
    """A parent's size and counts, a child's index. The counts are kept with every move, and not made here."""
    if job.parent:
        return {"index": job.index}
    if job.children is None:
        return None
    return {
        "size": job.children.size,
        "statusSummary": {str(state): count for state, count in job.children.counts.items()},
        "statusSummaryLastUpdatedAt": job.children.updated or job.spec.created,
    }


def _container(job: Job) -> Wire:
    last = job.last
    if last is None:
        return {**job.spec.container, "networkInterfaces": []}
    return {
        **job.spec.container,
        "networkInterfaces": [],
        **_known(
            exitCode=last.exit_code,
            reason=last.reason or None,
            taskArn=task_arn(job, last),
            logStreamName=last.log_stream or None,
        ),
    }


def _attempt(job: Job, attempt: Attempt) -> Wire:
    container = _known(
        taskArn=task_arn(job, attempt),
        exitCode=attempt.exit_code,
        reason=attempt.reason or None,
        logStreamName=attempt.log_stream or None,
    )
    return {
        "container": container | {"networkInterfaces": []},
        **_known(
            startedAt=attempt.started,
            stoppedAt=attempt.stopped,
            statusReason=attempt.status_reason or None,
        ),
        "taskProperties": [],
    }


def _known(**members: Any) -> Wire:
    return {name: value for name, value in members.items() if value is not None}
