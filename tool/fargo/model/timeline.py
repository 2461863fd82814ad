"""When a job waited, started and ran: the phases of its life, and how those of many jobs spread."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fargo.model.job import Attempt, Job, JobState

_WHOLE = timedelta(seconds=1)
"""Events tell whole seconds: one may name a moment before what came before it."""


class Step(StrEnum):
    """What a job does meanwhile."""

    QUEUED = "queued"
    STARTING = "start"
    RUNNING = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A job came into a state. An event told the moment; AWS Batch itself keeps only start and end."""

    state: JobState
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of a job's life.

    Attributes:
        end: None: it is still in it.
    """

    step: Step
    begin: datetime
    end: datetime | None = None

    def seconds(self, now: datetime) -> float:
        """How long it took, or has taken so far; never below zero: clocks differ."""
        return max(((self.end or now) - self.begin).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the waiting and running of many jobs spread, in seconds: (median, 90th percentile) each.

    Attributes:
        jobs: how many have started: of so many these are.
        waited, ran: None where none has started, or ended.
        last_end: None where none has ended.
    """

    jobs: int
    first_start: datetime | None
    last_end: datetime | None
    waited: tuple[float, float] | None
    ran: tuple[float, float] | None


def phases(job: Job, moves: Sequence[Move] = ()) -> tuple[Phase, ...]:
    """The phases of a single job or a child, oldest first; none where its creation is not known.

    Args:
        moves: what events told of it. Without the moment of STARTING, starting counts as waiting.
    """
    return tuple(_phases(job, sorted(move.at for move in moves if move.state is JobState.STARTING)))


def _phases(job: Job, starts: Sequence[datetime]) -> Iterator[Phase]:
    since = job.created
    if since is None:
        return
    alone = Attempt(started=job.started, stopped=job.stopped if job.state.finished else None)
    for attempt in job.attempts or (alone,):
        started, stopped = attempt.started, attempt.stopped
        yield from _before(since, started or stopped, starts)
        if started is not None:
            yield Phase(step=Step.RUNNING, begin=started, end=stopped)
        if stopped is None:
            return
        since = stopped
    if not job.state.finished:
        yield from _before(since, None, starts)


def _before(since: datetime, until: datetime | None, starts: Sequence[datetime]) -> Iterator[Phase]:
    """Waiting, and starting from the last moment of STARTING in between."""
    between = [max(at, since) for at in starts if since - _WHOLE <= at and (until is None or at <= until)]
    if not between:
        yield Phase(step=Step.QUEUED, begin=since, end=until)
        return
    yield Phase(step=Step.QUEUED, begin=since, end=between[-1])
    yield Phase(step=Step.STARTING, begin=between[-1], end=until)


def spread(jobs: Iterable[Job]) -> Spread:
    """How the waiting and running of single jobs and children spread; parents of arrays are none of these."""
    count, starts, ends = 0, [], []
    waits, runs = [], []
    for job in jobs:
        if job.started is None:
            continue
        count += 1
        starts.append(job.started)
        if job.created is not None:
            waits.append((job.started - job.created).total_seconds())
        if job.stopped is not None:
            ends.append(job.stopped)
            runs.append((job.stopped - job.started).total_seconds())
    return Spread(
        jobs=count,
        first_start=min(starts, default=None),
        last_end=max(ends, default=None),
        waited=_percentiles(waits),
        ran=_percentiles(runs),
    )


def _percentiles(values: list[float]) -> tuple[float, float] | None:
    """The median and the 90th percentile, each a value that occurred (nearest rank)."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2], ranked[max(-(-len(ranked) * 9 // 10) - 1, 0)]
