"""An AWS Batch job as fargo sees it, whichever API call it came from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class JobState(StrEnum):
    """The states of an AWS Batch job, in the order a job passes them.

    Source: AWS Batch user guide, "Job states".
    """

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    @property
    def finished(self) -> bool:
        """Whether the job will never change again."""
        return self in (JobState.SUCCEEDED, JobState.FAILED)


BEGUN = (JobState.FAILED, JobState.SUCCEEDED, JobState.RUNNING)
"""The states of containers that ended or run: what is looked at closer, the failed first."""
TRIED_AGAIN = (JobState.STARTING, JobState.RUNNABLE)
"""States in which a job may wait for another attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One container of a job: the first, or a retry."""

    started: datetime | None = None
    stopped: datetime | None = None
    exit_code: int | None = None
    reason: str = ""
    log_stream: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One AWS Batch job: single, array parent or array child.

    Attributes:
        reason: AWS's `statusReason`, or the container's where that says more.
        attempts: those that ended, then the one that runs, oldest first.
        tries: how many attempts it may have; 0 where nobody said.
        size: children of an array; 0 of any other job.
        counts: those children by state.
        vcpu: what it reserves; 0 where nobody said.
        memory_mib: the same, in MiB.
        detailed: told by DescribeJobs; ListJobs knows neither attempts nor queue.
        stopping: a cancel or terminate was accepted and the job has not ended yet.
        asked_to_end: the same of a job that may have ended since; ListJobs does not tell.
        row: the one of its several rows that it stands for here, with an exit code of its own; None: for all.
    """

    id: str
    name: str
    state: JobState
    queue: str = ""
    definition: str = ""
    created: datetime | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    reason: str = ""
    exit_code: int | None = None
    attempts: tuple[Attempt, ...] = ()
    tries: int = 0
    size: int = 0
    counts: tuple[tuple[JobState, int], ...] = ()
    vcpu: float = 0
    memory_mib: int = 0
    stopping: bool = False
    asked_to_end: bool = False
    detailed: bool = True
    row: int | None = None

    @property
    def parent(self) -> str:
        """The id of the array that it is a child of; empty where of none."""
        return self.id.partition(":")[0] if ":" in self.id else ""

    @property
    def index(self) -> int | None:
        """Its index in its array; None where it is no child."""
        return int(self.id.partition(":")[2]) if ":" in self.id else None

    @property
    def containers(self) -> dict[JobState, int]:
        """Its containers by state: an array's children as AWS Batch counted them, or itself."""
        return dict(self.counts) if self.counts else {self.state: max(self.size, 1)}

    @property
    def shown(self) -> JobState:
        """What people mean by its state: an array's parent is PENDING while its children run."""
        live = [state for state, count in self.counts if count and not state.finished]
        return max(live, key=list(JobState).index) if live else self.state

    @property
    def log_streams(self) -> tuple[str, ...]:
        """The log streams of its attempts, oldest first."""
        return tuple(attempt.log_stream for attempt in self.attempts if attempt.log_stream)

    def ran(self, now: datetime) -> timedelta | None:
        """How long it has run, or ran; None before it started."""
        return (self.stopped or now) - self.started if self.started else None

    def waited(self, now: datetime) -> timedelta | None:
        """How long it waited for its container to start, or has waited so far."""
        return (self.started or self.stopped or now) - self.created if self.created else None
