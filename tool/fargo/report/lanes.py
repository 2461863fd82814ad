"""Containers → when each waited, started and ran, column by column."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fargo.model import naming
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.model.timeline import Move, Phase, Step, phases
from fargo.report.distribution import Distribution, Values

NO_CODE = -32768
"""Stands for an exit code that nobody knows."""
STATES = tuple(JobState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """When containers waited, started and ran: a value of each for every container, in order of their start.

    Attributes:
        at: the moment of asking; what has not ended, ends there.
        total: containers that the run has which started or ended; fewer may be here.
        created, starting, started, stopped: seconds since 1970; `nan` where nobody knows or not yet. Started
            is the first attempt, stopped the last.
        wave: its number.
        position: which container of its wave, from 0.
        state: the place of its state in `JobState`.
        code: the last attempt's exit code, or `NO_CODE`.
        attempts: how many it had.
        begins, ends: of all attempts that ran, each sorted: what ran at a moment.
        waited, start_up: in seconds.
        vcpu_seconds: what the attempts reserved, times how long they ran.
    """

    at: float
    total: int = 0
    created: Sequence[float] = ()
    starting: Sequence[float] = ()
    started: Sequence[float] = ()
    stopped: Sequence[float] = ()
    wave: Sequence[int] = ()
    position: Sequence[int] = ()
    state: Sequence[int] = ()
    code: Sequence[int] = ()
    attempts: Sequence[int] = ()
    begins: Sequence[float] = ()
    ends: Sequence[float] = ()
    waited: Distribution | None = None
    start_up: Distribution | None = None
    vcpu_seconds: float = 0.0

    def __len__(self) -> int:
        return len(self.wave)

    @property
    def span(self) -> tuple[float, float] | None:
        """From the first moment to the last; None where no moment is known."""
        known = [t for t in self.created if not math.isnan(t)] + [
            t for t in self.started if not math.isnan(t)
        ]
        if not known:
            return None
        last = max((t for t in self.ends), default=self.at)
        ended = max((t for t in self.stopped if not math.isnan(t)), default=last)
        return min(known), max(last, ended, *self.begins[-1:])


@dataclass(slots=True)
class _Lane:
    """One container, in the making."""

    wave: int
    position: int
    job: Job
    created: float = math.nan
    starting: float = math.nan
    started: float = math.nan
    stopped: float = math.nan
    runs: list[tuple[float, float]] = field(default_factory=list)
    waited: float | None = None
    start_up: float | None = None


def lanes(
    run: Run, jobs: Iterable[Job], moves: Mapping[str, Sequence[Move]], *, total: int, now: datetime
) -> Lanes:
    """The containers of a run as lanes.

    Args:
        jobs: single jobs and children.
        moves: what events told of when they came to STARTING, by id.
        total: how many there are.
    """
    places = _places(run)
    told = [_lane(job, places, moves.get(job.id, ()), now) for job in jobs]
    told.sort(key=lambda lane: (lane.wave, lane.started if lane.runs else math.inf, lane.position))
    waited, start_up = Values(), Values()
    for lane in told:
        waited.add(lane.waited, failed=lane.job.state is JobState.FAILED)
        start_up.add(lane.start_up, failed=lane.job.state is JobState.FAILED)
    vcpu = {wave.number: wave.vcpu for wave in run.waves}
    return Lanes(
        at=now.timestamp(),
        total=max(total, len(told)),
        **{name: array("d", (getattr(lane, name) for lane in told)) for name in _MOMENTS},
        wave=array("i", (lane.wave for lane in told)),
        position=array("i", (lane.position for lane in told)),
        state=bytes(STATES.index(lane.job.state) for lane in told),
        code=array("i", (_code(lane.job) for lane in told)),
        attempts=bytes(min(max(len(lane.runs), 1), 255) for lane in told),
        begins=array("d", sorted(begin for lane in told for begin, _ in lane.runs)),
        ends=array("d", sorted(end for lane in told for _, end in lane.runs)),
        waited=waited.distribution(),
        start_up=start_up.distribution(),
        vcpu_seconds=sum((end - begin) * vcpu.get(lane.wave, 0) for lane in told for begin, end in lane.runs),
    )


_MOMENTS = ("created", "starting", "started", "stopped")


def _places(run: Run) -> dict[str, tuple[int, int]]:
    """The id of an AWS Batch job → its wave, and its first container's place in that."""
    return {
        chunk.job_id: (wave.number, chunk.number * naming.ARRAY_MAX)
        for wave in run.waves
        for chunk in wave.chunks
        if chunk.job_id
    }


def _code(job: Job) -> int:
    last = job.attempts[-1].exit_code if job.attempts else None
    code = job.exit_code if job.exit_code is not None else last
    return NO_CODE if code is None else max(min(code, 32767), -32767)


def _lane(job: Job, places: Mapping[str, tuple[int, int]], moves: Sequence[Move], now: datetime) -> _Lane:
    wave, first = places.get(job.parent or job.id, (0, 0))
    lane = _Lane(wave, first + (job.index or 0), job)
    lane.created = job.created.timestamp() if job.created else math.nan
    for phase in phases(job, moves):
        _take(lane, phase, now)
    lane.runs = [run for run in _runs(job, now) if run[1] >= run[0]]
    if lane.runs:
        lane.started = lane.runs[0][0]
    if job.state.finished and job.stopped:
        lane.stopped = job.stopped.timestamp()
    return lane


def _take(lane: _Lane, phase: Phase, now: datetime) -> None:
    """The first of its phases of waiting and of starting: a retry waits for other reasons."""
    if phase.end is None:
        return
    if phase.step is Step.QUEUED and lane.waited is None:
        lane.waited = phase.seconds(now)
    if phase.step is Step.STARTING and lane.start_up is None:
        lane.start_up, lane.starting = phase.seconds(now), phase.begin.timestamp()


def _runs(job: Job, now: datetime) -> list[tuple[float, float]]:
    """When its attempts ran; ListJobs tells of the last alone."""
    times = [(each.started, each.stopped) for each in job.attempts] or [(job.started, job.stopped)]
    return [(begin.timestamp(), (end or now).timestamp()) for begin, end in times if begin]
