"""What AWS Batch answers → jobs, queues and compute environments."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fargo.model.job import Attempt, Job, JobState


@dataclass(frozen=True, slots=True)
class Queue:
    """A job queue as it stands: `state` is what was asked for, `status` what AWS made of it.

    Attributes:
        environments: the ARNs of its compute environments, in the order in which it uses them.
    """

    arn: str
    name: str
    state: str
    status: str
    reason: str
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """A compute environment as it stands; `state` and `status` as a queue's.

    Attributes:
        kind: `FARGATE` or `FARGATE_SPOT`.
        subnets: where its tasks start, by id.
        groups: their security groups, by id.
    """

    arn: str
    name: str
    state: str
    status: str
    reason: str
    kind: str
    max_vcpus: int
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """A queue at one moment.

    Attributes:
        jobs: the ids of its first 100 RUNNABLE jobs, the next to start first.
        vcpus: what its jobs take now; None where AWS did not say.
    """

    jobs: tuple[str, ...] = ()
    vcpus: float | None = None


def queue_from(item: dict[str, Any]) -> Queue:
    """A queue as DescribeJobQueues tells it."""
    order = sorted(item.get("computeEnvironmentOrder", ()), key=lambda entry: entry["order"])
    return Queue(
        item["jobQueueArn"],
        item["jobQueueName"],
        item["state"],
        item["status"],
        item.get("statusReason", ""),
        tuple(entry["computeEnvironment"] for entry in order),
    )


def environment_from(item: dict[str, Any]) -> Environment:
    """A compute environment as DescribeComputeEnvironments tells it."""
    resources = item.get("computeResources", {})
    return Environment(
        item["computeEnvironmentArn"],
        item["computeEnvironmentName"],
        item["state"],
        item["status"],
        item.get("statusReason", ""),
        resources.get("type", ""),
        resources.get("maxvCpus", 0),
        tuple(resources.get("subnets", ())),
        tuple(resources.get("securityGroupIds", ())),
    )


def front_from(answer: dict[str, Any]) -> Front:
    """A queue's front as GetJobQueueSnapshot tells it."""
    jobs = tuple(job["jobArn"].rpartition("/")[2] for job in answer.get("frontOfQueue", {}).get("jobs", ()))
    usage = answer.get("queueUtilization", {}).get("totalCapacityUsage", ())
    taken = [each["quantity"] for each in usage if each.get("capacityUnit") == "VCPU"]
    return Front(jobs, sum(taken) if taken else None)


def job_from(detail: dict[str, Any], *, queue: str = "") -> Job:
    """A job as DescribeJobs tells it, or, less of it, ListJobs → `Job`.

    Args:
        queue: where it was listed; ListJobs does not say.
    """
    container = detail.get("container", {})
    attempts = tuple(_attempt(item) for item in detail.get("attempts", ()))
    stream = container.get("logStreamName", "")
    if stream and stream not in {attempt.log_stream for attempt in attempts}:
        attempts += (Attempt(started=_moment(detail.get("startedAt")), log_stream=stream),)
    array = detail.get("arrayProperties", {})
    summary = array.get("statusSummary", {})
    resources = {item["type"]: item["value"] for item in container.get("resourceRequirements", ())}
    state = JobState(detail["status"])
    asked_to_end = bool(detail.get("isTerminated") or detail.get("isCancelled"))
    return Job(
        id=detail["jobId"],
        name=detail["jobName"],
        state=state,
        queue=detail.get("jobQueue", queue),
        definition=detail.get("jobDefinition", ""),
        created=_moment(detail.get("createdAt")),
        started=_moment(detail.get("startedAt")),
        stopped=_moment(detail.get("stoppedAt")),
        reason=container.get("reason") or detail.get("statusReason", ""),
        exit_code=container.get("exitCode"),
        attempts=attempts,
        tries=detail.get("retryStrategy", {}).get("attempts", 0),
        size=array.get("size", 0),
        counts=tuple((s, summary[s.value]) for s in JobState if summary.get(s.value)),
        vcpu=float(resources.get("VCPU", 0)),
        memory_mib=int(resources.get("MEMORY", 0)),
        stopping=asked_to_end and not state.finished,
        asked_to_end=asked_to_end,
        detailed="jobQueue" in detail,
    )


def _attempt(item: dict[str, Any]) -> Attempt:
    container = item.get("container", {})
    return Attempt(
        started=_moment(item.get("startedAt")),
        stopped=_moment(item.get("stoppedAt")),
        exit_code=container.get("exitCode"),
        reason=container.get("reason") or item.get("statusReason", ""),
        log_stream=container.get("logStreamName", ""),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
