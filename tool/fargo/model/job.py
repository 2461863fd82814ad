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
        counts: children by state, for an array parent.
        stopping: a cancel or terminate was accepted and the job has not ended yet.
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
    counts: tuple[tuple[JobState, int], ...] = ()
    stopping: bool = False

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
