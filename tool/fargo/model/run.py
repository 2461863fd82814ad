"""A run: one `fargo submit`, the jobs it became, and how they stand."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

import msgspec

from fargo.model.job import Job, JobState

LEDGER_FORMAT = 1
"""Of `run.json`; grows when an older fargo, which drops keys that it does not know, would do harm with it."""
APPEARS_SECONDS = 60.0
"""How long a submitted job may stay out of AWS Batch's other answers, generously."""

# What a ledger must be so that all that is computed from it can be: somebody may have written in it by hand.
Count = Annotated[int, msgspec.Meta(ge=1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e15)]  # `--expect` takes no more
Some = msgspec.Meta(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One SubmitJob call of a wave: an array, or a plain job where its size is 1.

    Attributes:
        size: containers.
        job_id: empty until the answer is known.
        claimed: when SubmitJob was about to be called; None: it never was.
    """

    number: int
    job_name: str
    size: Count = 1
    job_id: str = ""
    claimed: Moment | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether SubmitJob may have been called for it, and nobody knows what came of that."""
        return self.claimed is not None and not self.job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Chunks that were submitted together: the first try, or a retry of what failed.

    Attributes:
        rows: how many it has; in the first wave all, in a later one those of its map.
        pack: rows in a container.
        workers: of those, how many run at once.
        definition: the job definition's ARN with its revision, so the run never changes under itself.
        vcpu: what each container reserves, as it is sent.
        memory_mib: the same, in MiB.
        timeout_seconds: of each attempt; None: as in the job definition.
        map: the key of its map, which a first wave has not.
        after: AWS Batch jobs that it waits for; with `paired`, chunk by chunk and container by container.
    """

    number: Count
    created: Moment
    queue: str
    definition: str
    image: str
    vcpu: Annotated[float, msgspec.Meta(gt=0)]
    memory_mib: Count
    timeout_seconds: Count | None = None
    rows: Count = 1
    pack: Count = 1
    workers: Count = 1
    after: tuple[str, ...] = ()
    paired: bool = False
    map: str = ""
    chunks: Annotated[tuple[Chunk, ...], Some]

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids of its AWS Batch jobs submitted so far."""
        return tuple(chunk.job_id for chunk in self.chunks if chunk.job_id)

    @property
    def containers(self) -> int:
        """How many containers it has."""
        return sum(chunk.size for chunk in self.chunks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The ledger `runs/<run>/run.json`: what was asked for, and what was submitted.

    Attributes:
        job: the name of its `[jobs.*]` table.
        share: see `Submission.share`.
        rows: how many it has; 1 for a job without rows.
        columns: the names of all of them; empty where rows are only numbers, and there is no manifest.
        inputs: the columns whose objects the runner fetches.
        manifest: the SHA-256 of its manifest; empty where there is none.
        after: the run whose outputs its containers fetch, for `{after}` in the command; empty: none.
        after_rows: of so many rows of it, all; 0: of the same row, because both have the same rows.
        after_partial: of those rows that have failed, none.
        writer: the process that wrote the ledger last, by a random word.
        row_seconds: how long a row was expected to take when the run was submitted; 0: nobody knew.
        row_seconds_by: who said so.
        by: who submitted it, `user@machine`; empty where that is not known.
        format: of the ledger, see `LEDGER_FORMAT`.
    """

    id: str
    project: str
    job: str
    created: Moment
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    share: str = ""
    rows: Count = 1
    columns: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    manifest: str = ""
    after: str = ""
    after_rows: int = 0
    after_partial: bool = False
    writer: str = ""
    row_seconds: Seconds = 0.0
    row_seconds_by: str = ""
    by: str = ""
    format: int = LEDGER_FORMAT
    waves: Annotated[tuple[Wave, ...], Some]

    @property
    def last(self) -> Wave:
        """The latest wave: it holds every row that had not succeeded before it."""
        return self.waves[-1]

    @property
    def packed(self) -> bool:
        """Whether containers of it have several rows."""
        return any(wave.pack > 1 for wave in self.waves)

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """The chunks of all waves."""
        return tuple(chunk for wave in self.waves for chunk in wave.chunks)

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids of all AWS Batch jobs submitted so far."""
        return tuple(job_id for wave in self.waves for job_id in wave.job_ids)

    @property
    def submitted(self) -> bool:
        """Whether every chunk has its job."""
        return not self.unsent

    @property
    def unsent(self) -> int:
        """How many chunks have no job yet."""
        return sum(not chunk.job_id for chunk in self.chunks)

    def with_chunk(self, changed: Chunk) -> "Run":
        """The run with this chunk in place of the one of the same job name."""
        waves = tuple(
            replace(wave, chunks=tuple(changed if c.job_name == changed.job_name else c for c in wave.chunks))
            for wave in self.waves
        )
        return replace(self, waves=waves)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """How a run's jobs stood at one moment.

    Attributes:
        at: when AWS was asked.
        jobs: one per id that AWS Batch still knows, or whose end its events told.
        gone: of how many nobody knows any more (finished jobs are kept for at least seven days).
        past: the ids of those that only events told of.
        children: those of arrays that somebody asked for: failed ones, to tell why.
    """

    run: Run
    at: datetime
    jobs: tuple[Job, ...]
    gone: int = 0
    past: tuple[str, ...] = ()
    children: tuple[Job, ...] = ()

    @property
    def state(self) -> JobState:
        """One state for the run: while jobs live, the furthest of theirs; then how its last wave ended.

        What is not submitted whole is SUBMITTED at the most.
        """
        states = [job.state for job in self.jobs]
        if not states:
            return JobState.SUBMITTED
        live = [job.shown for job in self.jobs if not job.state.finished]
        if live:
            return max(live, key=list(JobState).index)
        if not self.run.submitted:
            return JobState.SUBMITTED
        last = {job.state for job in self.of_last_wave} or set(states)
        return JobState.FAILED if JobState.FAILED in last else JobState.SUCCEEDED

    @property
    def counts(self) -> dict[JobState, int]:
        """The containers of the last wave by state, without those of jobs that AWS Batch does not know."""
        counted: Counter[JobState] = Counter()
        for job in self.of_last_wave:
            counted.update(self.containers(job))
        return {state: counted[state] for state in JobState if counted[state]}

    def containers(self, job: Job) -> dict[JobState, int]:
        """One job's containers by state: an array's children, or itself; empty where nobody counted."""
        if job.counts:
            return dict(job.counts)
        if job.size and job.state is JobState.FAILED:
            return {}
        size = next((chunk.size for chunk in self.run.chunks if chunk.job_id == job.id), 1)
        return {job.state: size}

    @property
    def of_last_wave(self) -> tuple[Job, ...]:
        """The jobs of its last wave."""
        ids = set(self.run.last.job_ids)
        return tuple(job for job in self.jobs if job.id in ids)

    @property
    def last_children(self) -> tuple[Job, ...]:
        """The children of its last wave: what failed before that is over."""
        ids = {job.id for job in self.of_last_wave}
        return tuple(job for job in self.children if job.parent in ids)

    @property
    def finished(self) -> bool:
        """Whether every job of the run was submitted and ended."""
        return self.run.submitted and bool(self.jobs) and all(job.state.finished for job in self.jobs)

    @property
    def unseen(self) -> tuple[str, ...]:
        """The ids of jobs that AWS Batch does not show."""
        seen = {job.id for job in self.jobs}
        return tuple(job_id for job_id in self.run.job_ids if job_id not in seen)

    @property
    def appearing(self) -> bool:
        """Whether jobs are missing that were submitted so lately that AWS Batch may not show them yet."""
        claims = [chunk.claimed for chunk in self.run.last.chunks if chunk.claimed]
        last = max(claims, default=self.run.last.created)
        return self.gone > 0 and (self.at - last).total_seconds() < APPEARS_SECONDS
