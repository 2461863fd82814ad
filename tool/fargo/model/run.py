"""A run: one `fargo submit`, the jobs it became, and how they stand."""

from dataclasses import dataclass
from datetime import datetime

from fargo.model.job import Job, JobState

APPEARS_SECONDS = 60.0
"""How long a submitted job may stay out of AWS Batch's other answers, generously."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One SubmitJob call of a wave. `job_id` is empty until its answer is known."""

    number: int
    job_name: str
    job_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Chunks that were submitted together: the first try, or a retry of what failed."""

    number: int
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The ledger `runs/<run>/run.json`: what was asked for, and what was submitted.

    Attributes:
        job: the name of its `[jobs.*]` table.
        definition: the job definition's ARN with its revision, so the run never changes under itself.
        vcpu: what each container reserves, as it is sent.
        memory_mib: the same, in MiB.
    """

    id: str
    project: str
    job: str
    created: datetime
    queue: str
    definition: str
    image: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    vcpu: float
    memory_mib: int
    waves: tuple[Wave, ...] = ()

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids of all AWS Batch jobs submitted so far."""
        return tuple(chunk.job_id for wave in self.waves for chunk in wave.chunks if chunk.job_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """How a run's jobs stood at one moment.

    Attributes:
        at: when AWS was asked.
        jobs: one per id that AWS Batch still knows.
        gone: how many it no longer knows (finished jobs are kept for at least seven days).
    """

    run: Run
    at: datetime
    jobs: tuple[Job, ...]
    gone: int = 0

    @property
    def state(self) -> JobState:
        """One state for the run: FAILED once all ended and one failed; else the furthest live one."""
        states = [job.state for job in self.jobs]
        if not states:
            return JobState.SUBMITTED
        live = [state for state in states if not state.finished]
        if live:
            return max(live, key=list(JobState).index)
        return JobState.FAILED if JobState.FAILED in states else JobState.SUCCEEDED

    @property
    def finished(self) -> bool:
        """Whether every job of the run ended."""
        return bool(self.jobs) and all(job.state.finished for job in self.jobs)

    @property
    def appearing(self) -> bool:
        """Whether jobs are missing that were submitted so lately that AWS Batch may not show them yet."""
        return self.gone > 0 and (self.at - self.run.created).total_seconds() < APPEARS_SECONDS
