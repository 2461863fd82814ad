"""Reports without AWS: a run of any size with lives that look like real ones."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fargo.cost import PACKAGED, Task, actual
from fargo.explain import Finding, Fix
from fargo.failures import causes
from fargo.model.fargate import Architecture, Size
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import Chunk, Run, RunSnapshot, Wave
from fargo.model.timeline import Move
from fargo.report import Report
from fargo.report.lanes import lanes
from fargo.report.rowtable import RowsInTheMaking
from fargo.results import Host, RowResult, RowState
from fargo.results.records import Measured

NOW = datetime(2026, 5, 4, 14, 20, tzinfo=UTC)
OOM = "OutOfMemoryError: Container killed due to memory usage"
REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/fargo-thumbnails"
QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/fargo-thumbnails-spot"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/fargo-thumbnails_thumbnail:12"
ARRAY = 10_000


def a_run(rows: int, *, columns: Sequence[str] = ("photo", "width"), retried: int = 0, pack: int = 1) -> Run:
    """A run of so many rows, `pack` of them in a container; `retried` of them in a second wave."""
    first = replace(_wave(1, -(-rows // pack), NOW), rows=rows, pack=pack)
    waves = [first]
    if retried:
        later = replace(_wave(2, retried, NOW + timedelta(minutes=55)), memory_mib=1024)
        waves.append(later)
    return Run(
        id="thumbnail-260504-142000-k3fw",
        project="thumbnails",
        job="thumbnail",
        created=NOW,
        command=("python", "thumbnail.py", "{photo}"),
        environment=(("LOG_LEVEL", "shout"), ("DATABASE_URL", "postgres://hush")),
        rows=rows,
        columns=tuple(columns),
        manifest="9f2c" * 16 if columns else "",
        waves=tuple(waves),
    )


def _wave(number: int, rows: int, created: datetime) -> Wave:
    sizes = [min(ARRAY, rows - begin) for begin in range(0, rows, ARRAY)]
    chunks = tuple(
        Chunk(number=place, job_name=f"w{number}-c{place}", size=size, job_id=f"w{number}c{place}")
        for place, size in enumerate(sizes)
    )
    return Wave(
        number=number, created=created, queue=QUEUE, definition=DEFINITION, image=f"{REPOSITORY}:1f0c6a2b9e3d4c5f",
        vcpu=0.25, memory_mib=512, timeout_seconds=900, rows=rows, chunks=chunks, map="m" if number > 1 else "",
    )  # fmt: skip


class Lives:
    """How containers fared: so many run at once, the others wait; some fail."""

    def __init__(self, run: Run, *, at_once: int = 256, failing: float = 0.02, seed: int = 4) -> None:
        self.run, self.dice, self.at_once, self.failing = run, random.Random(seed), at_once, failing
        self.moves: dict[str, tuple[Move, ...]] = {}

    def jobs(self) -> Iterator[Job]:
        for wave in self.run.waves:
            free = [20.0 + place * 0.05 for place in range(self.at_once)]
            for chunk in wave.chunks:
                for index in range(chunk.size):
                    yield self._job(wave, chunk, index, free)

    def _job(self, wave: Wave, chunk: Chunk, index: int, free: list[float]) -> Job:
        slot = min(range(len(free)), key=free.__getitem__) if len(free) <= 16 else self._next(free)
        begin = free[slot]
        start_up = self.dice.lognormvariate(3.3, 0.25)
        ran = self.dice.lognormvariate(3.4, 0.5)
        failed = self.dice.random() < self.failing / wave.number
        free[slot] = begin + start_up + ran
        job_id = f"{chunk.job_id}:{index}" if chunk.size > 1 else chunk.job_id
        created = wave.created
        starting, started = (created + timedelta(seconds=begin + more) for more in (0, start_up))
        stopped = started + timedelta(seconds=ran)
        self.moves[job_id] = (Move(state=JobState.STARTING, at=starting),)
        code, reason = (
            ((137, OOM) if self.dice.random() < 0.8 else (1, "Essential container in task exited"))
            if failed
            else (0, "")
        )
        return Job(
            id=job_id, name=chunk.job_name, state=JobState.FAILED if failed else JobState.SUCCEEDED,
            created=created, started=started, stopped=stopped, exit_code=code, reason=reason,
            attempts=(Attempt(started=started, stopped=stopped, exit_code=code, reason=reason),),
        )  # fmt: skip

    _turn = 0

    def _next(self, free: list[float]) -> int:
        """The slots in turn: near enough for a picture, and quick."""
        self._turn = (self._turn + 1) % len(free)
        return self._turn


def some_rows(run: Run, failed_rows: frozenset[int], *, seed: int = 7) -> Iterator[RowResult]:
    """The rows of a run, of which these failed."""
    dice = random.Random(seed)
    for row in range(run.rows):
        columns = {
            "photo": f"s3://photos-of-the-institute/2026/05/{row // 500:04}/IMG_{row:06}.jpg",
            "width": str(dice.choice((320, 640, 1280))),
        }
        failed = row in failed_rows
        seconds = round(dice.lognormvariate(3.35, 0.5), 3)
        measured = Measured(
            row=row, wave=1, attempt=1, job_id=f"w1c0:{row}", exit_code=137 if failed else 0,
            signal=9 if failed else None, seconds=seconds, peak_memory_bytes=int((511 if failed else min(dice.lognormvariate(5.2, 0.25), 505)) * 2**20),
            cpu_seconds=round(seconds * 0.25 * dice.betavariate(6, 2), 3), host=Host("ip-10-42-0-7"),
        )  # fmt: skip
        yield RowResult(
            row=row, state=RowState.FAILED if failed else RowState.SUCCEEDED, measured=measured,
            columns={name: columns.get(name, "") for name in run.columns},
        )  # fmt: skip


def report(
    rows: int,
    *,
    retried: int = 0,
    pack: int = 1,
    own: Mapping[int, Mapping[str, str]] | None = None,
    **fields: Any,
) -> Report:
    """A report of a run with so many rows.

    Args:
        own: columns of some rows instead of theirs.
    """
    columns = next(iter(own.values())) if own else ("photo", "width")
    run = a_run(rows, retried=retried, pack=pack, columns=tuple(columns))
    lives = Lives(run)
    jobs = list(lives.jobs())
    now = max(job.stopped for job in jobs if job.stopped) + timedelta(minutes=3)
    making = RowsInTheMaking(run.columns, {wave.number: wave.memory_mib for wave in run.waves})
    bad = [place for place, job in enumerate(jobs[:rows]) if job.state is JobState.FAILED]
    for each in some_rows(run, frozenset(bad[retried:])):
        making.add(
            RowResult(row=each.row, state=each.state, measured=each.measured, columns=own[each.row])
            if own and each.row in own
            else each
        )
    state = RunSnapshot(run=run, at=now, jobs=tuple(_parents(run, jobs)))
    made = Report(
        state=state,
        region="eu-west-1",
        digests=((run.last.image, "sha256:" + "5d2e" * 16),),
        settings={
            "command": list(run.command),
            "vcpu": 0.25,
            "memory": "512 MiB",
            "spot": True,
            "environment": {"LOG_LEVEL": "shout", "STRIPE_KEY": "hush"},
        },
        lanes=lanes(run, jobs, lives.moves, total=len(jobs), now=now),
        rows=making.table(),
        findings=findings(jobs),
        cost=actual(
            state,
            jobs,
            lambda wave: Task(
                size=Size(wave.vcpu, wave.memory_mib),
                architecture=Architecture.X86_64,
                spot=True,
                prices=PACKAGED,
            ),
        ),
    )
    return replace(made, **fields)


def unfinished(made: Report, waiting: int) -> Report:
    """The same run, of whose containers so many wait for room."""
    parent, *others = made.state.jobs
    counts = (*parent.counts, (JobState.RUNNABLE, waiting))
    jobs = (replace(parent, state=JobState.PENDING, stopped=None, counts=counts), *others)
    waits = Finding(
        rule="max-vcpus",
        cause="The compute environment is full",
        jobs=waiting,
        examples=(replace(parent, state=JobState.RUNNABLE),),
    )
    return replace(made, state=replace(made.state, jobs=jobs), findings=(*made.findings, waits))


def findings(jobs: Sequence[Job]) -> tuple[Finding, ...]:
    """What `explain` would say, without its looking."""
    return tuple(
        Finding(
            rule="out-of-memory" if each.exit_code == 137 else "",
            cause=each.reason,
            jobs=each.count,
            examples=each.examples,
            evidence=(f"AWS: exit {each.exit_code}, {each.reason}",),
            fixes=(Fix("give it more memory", "retry RUN --memory 1GiB"),),
            tail=("reading photo", "Killed"),
        )
        for each in causes(jobs)
    )


def _parents(run: Run, jobs: Sequence[Job]) -> Iterator[Job]:
    by_id: dict[str, list[Job]] = {}
    for job in jobs:
        by_id.setdefault(job.parent or job.id, []).append(job)
    for chunk in run.chunks:
        ours = by_id[chunk.job_id]
        if chunk.size == 1:
            yield from ours
            continue
        counts = tuple(
            (each, count) for each in JobState if (count := sum(job.state is each for job in ours))
        )
        state = JobState.FAILED if any(job.state is JobState.FAILED for job in ours) else JobState.SUCCEEDED
        stopped = max(job.stopped for job in ours if job.stopped)
        yield Job(
            id=chunk.job_id,
            name=chunk.job_name,
            state=state,
            created=ours[0].created,
            stopped=stopped,
            size=chunk.size,
            counts=counts,
        )
