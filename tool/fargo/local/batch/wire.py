"""A job in the words of the API: DescribeJobs' JobDetail and ListJobs' JobSummary.

Moments are milliseconds since 1970. Members that AWS leaves out while they are unknown are left out.
"""

from typing import Any

from fargo.local.batch.store import Attempt, Job, Wire
from fargo.local.moto_side import ACCOUNT


def detail(job: Job) -> Wire:
    """JobDetail."""
    wire = _known(
        jobArn=job.arn,
        jobName=job.name,
        jobId=job.id,
        jobQueue=job.queue.arn,
        status=str(job.state),
        statusReason=job.status_reason or None,
        createdAt=job.created,
        startedAt=job.started,
        stoppedAt=job.stopped,
        timeout={"attemptDurationSeconds": job.timeout_s} if job.timeout_s else None,
    )
    return wire | {
        "attempts": [_attempt(job, attempt) for attempt in job.attempts],
        "retryStrategy": job.retry,
        "dependsOn": [],
        "jobDefinition": job.definition.arn,
        "parameters": job.parameters,
        "container": _container(job),
        "tags": job.tags,
        "propagateTags": job.propagate_tags,
        "platformCapabilities": job.definition.wire["platformCapabilities"],
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
        jobName=job.name,
        createdAt=job.created,
        status=str(job.state),
        statusReason=job.status_reason or None,
        startedAt=job.started,
        stoppedAt=job.stopped,
        container=container or None,
        jobDefinition=job.definition.arn,
        isCancelled=job.cancelled or None,
        isTerminated=job.terminated or None,
    )


def task_arn(job: Job, attempt: Attempt) -> str:
    """The ECS task of an attempt, in the cluster of its compute environment."""
    cluster = attempt.environment.wire["ecsClusterArn"].rpartition("/")[2]
    return f"arn:aws:ecs:{job.region}:{ACCOUNT}:task/{cluster}/{attempt.task_id}"


def _container(job: Job) -> Wire:
    last = job.last
    if last is None:
        return {**job.container, "networkInterfaces": []}
    return {
        **job.container,
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
