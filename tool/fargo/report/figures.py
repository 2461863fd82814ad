"""All that a run's report shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fargo.cost import Actual
from fargo.explain import Finding
from fargo.model.image import ImageRef
from fargo.model.job import JobState
from fargo.model.run import RunSnapshot, Wave
from fargo.report.lanes import Lanes
from fargo.report.rowtable import RowTable
from fargo.sizing import Advice

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.store import Store
    from fargo.cost import Task
    from fargo.explain.explaining import Explanation
    from fargo.history import History


_WAITING = (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE, JobState.STARTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a report is read from.

    Attributes:
        store: the workspace bucket.
        task: what each container of a wave reserves.
        digest: asks the registry for the digest of an image; empty where it does not hold it.
        explain: why what failed in its last wave failed, and why others wait.
        region, settings: see `Report`.
    """

    store: "Store"
    batch: "Batch"
    history: "History"
    task: Callable[[Wave], "Task"]
    digest: Callable[[ImageRef], str]
    explain: Callable[[RunSnapshot], "Explanation"]
    region: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the rows have been read."""

    done: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run, as its report shows it.

    Attributes:
        state: how it stood when AWS was asked.
        region: where it ran.
        digests: an image as a wave names it → its digest, where the registry told it.
        settings: the job's table in the project file at the time of the report; empty where there is none.
        lanes: its containers.
        rows: its rows; None where their results cannot be read.
        findings: why containers failed, of those that were looked at, and why others wait.
        names: the id of a job among their examples → what fargo's commands call it, such as `#17`.
        cost: None where no container is known to have started.
        advice: the size that would have been enough; None where nothing says so.
        warnings: what the reader must know about the figures, a sentence each.
    """

    state: RunSnapshot
    region: str = ""
    digests: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    lanes: Lanes
    rows: RowTable | None
    findings: tuple[Finding, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    cost: Actual | None = None
    advice: Advice | None = None
    warnings: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        """When AWS was asked."""
        return self.state.at

    @property
    def containers(self) -> int:
        """How many the run has, in all waves."""
        return sum(wave.containers for wave in self.state.run.waves)

    @property
    def waiting(self) -> int:
        """How many have not started yet."""
        counts = (self.state.containers(job).items() for job in self.state.jobs)
        return sum(count for states in counts for state, count in states if state in _WAITING)

    @property
    def out_of_memory(self) -> int:
        """Containers that were killed for memory, of those that were looked at: such leave no result."""
        return sum(
            each.jobs
            for each in self.findings
            if each.rule == "out-of-memory" or "OutOfMemoryError" in each.cause
        )

    @property
    def fullest(self) -> float | None:
        """The largest share used of the memory that a container reserved; None where that is not known."""
        rows = self.rows.fullest if self.rows else None
        return max(rows or 0.0, 1.0) if self.out_of_memory else rows

    @property
    def wall_seconds(self) -> float | None:
        """From the submission to the last container's end, or to now while one lives."""
        ends = [job.stopped for job in self.state.jobs if job.stopped]
        end = max(ends, default=None) if self.state.finished else self.at if self.state.jobs else None
        return max((end - self.state.run.created).total_seconds(), 0.0) if end else None

    @property
    def vcpu_hours(self) -> float:
        """What the containers reserved while they ran; those not looked at count as the others on average."""
        known = len(self.lanes)
        return self.lanes.vcpu_seconds / 3600 * (self.lanes.total / known) if known else 0.0

    @property
    def cpu_share(self) -> float | None:
        """Of the reserved vCPUs' time, what the rows' commands kept busy; None where unknown, or more.

        A wave's rows leave their last result alone: where rows were tried again it is too low.
        """
        if not self.rows or not self.rows.cpu_seconds or not self.vcpu_hours:
            return None
        share = self.rows.cpu_seconds / 3600 / self.vcpu_hours
        return share if share <= 1 else None


def failed(found: Finding) -> bool:
    """Whether it is about containers that failed; else about some that wait, or are not known."""
    return any(job.state is JobState.FAILED for job in found.examples)
