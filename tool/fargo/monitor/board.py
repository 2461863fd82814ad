"""All that the monitor knows at a moment. It belongs to the UI's thread; no Textual in here."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.watch import (
    Age,
    Condition,
    Delta,
    Freshness,
    FrontSeen,
    JobsSeen,
    QueuesSeen,
    Recovered,
    RunsSeen,
    Seen,
    Store,
    Throughput,
    Trouble,
)

if TYPE_CHECKING:
    from fargo.aws.batch_answers import Environment, Queue
    from fargo.model.timeline import Move

_BATCH_NAME = re.compile(r"(.+)-\d{6}-\d{6}-([0-9a-z]{4})-w(\d+)-c(\d+)")
_RUN_NAME = re.compile(r"(.+)-\d{6}-\d{6}-([0-9a-z]{4})")
STOOD_STILL = (Condition.OFFLINE, Condition.DENIED)
"""Then nobody knows what jobs do: their clocks stop."""


def short_run(run: str) -> str:
    """A run's id as briefly as it can be told from others: `align-k3f9`."""
    found = _RUN_NAME.fullmatch(run)
    return f"{found[1]}-{found[2]}" if found else run


def short_name(job: Job) -> str:
    """A job's name without what its run's id says: `align-k3f9`, `align-k3f9 w2`; of a child `#17`."""
    if job.index is not None:
        return f"#{job.index}"
    found = _BATCH_NAME.fullmatch(job.name)
    if not found:
        return job.name
    name, token, wave, chunk = found.groups()
    more = (f" w{wave}" if wave != "1" else "") + (f" c{chunk}" if chunk != "0" else "")
    return f"{name}-{token}{more}"


class Board:
    """Jobs, runs, queues, and how fresh they are.

    Attributes:
        store: the jobs, children of opened arrays among them.
        runs: the latest, newest first.
        run_of: a job's id → its run's.
        places: a job's id → its place in its queue, from 1.
        cached: when the shown snapshot was kept on disk; None once AWS has answered.
        expected: the feeds that must have told all once before what is known is all there is.
        whole: those that have.
        scope: the feeds that tell of jobs, and their pauses in seconds.
        counts: `stopping` jobs.
        moves: what events told of some jobs, by id.
        containers: of all jobs, by state.
    """

    def __init__(self) -> None:
        self.store = Store()
        self.freshness = Freshness()
        self.throughput = Throughput()
        self.runs: tuple[Run, ...] = ()
        self.run_of: dict[str, str] = {}
        self.queues: tuple[Queue, ...] = ()
        self.environments: tuple[Environment, ...] = ()
        self.fronts: dict[str, tuple[str, ...]] = {}
        self.places: dict[str, int] = {}
        self.cached: datetime | None = None
        self.expected: frozenset[str] = frozenset()
        self.whole: set[str] = set()
        self.scope: tuple[tuple[str, float], ...] = ()
        self.counts: Counter[str] = Counter()
        self.moves: dict[str, tuple[Move, ...]] = {}
        self.containers: Counter[JobState] = Counter()
        self._done = 0

    def take(self, event: Seen | Trouble | Recovered) -> Delta:
        """Take in what the poller told; what it changed of jobs."""
        self.freshness.take(event)
        if isinstance(event, Seen) and event.last:
            self.whole.add(event.feed)
            if self.expected and self.complete:
                self.cached = None
        match event:
            case JobsSeen():
                return self._jobs(event)
            case QueuesSeen():
                self.queues = event.queues
                self.environments = event.environments or self.environments
            case FrontSeen():
                self.fronts[event.queue] = event.job_ids
                self.places = {
                    job: place for front in self.fronts.values() for place, job in enumerate(front, 1)
                }
            case RunsSeen():
                self.runs = event.runs
                self.run_of = {job: run.id for run in event.runs for job in run.job_ids}
        return Delta()

    def _jobs(self, event: JobsSeen) -> Delta:
        before = {job.id: _ended(found) for job in event.jobs if (found := self.store.jobs.get(job.id))}
        delta = self.store.apply(event)
        if self.cached is None:
            self._note_pace(event, before)
        return delta

    @property
    def complete(self) -> bool:
        """Whether AWS has told of all queues once."""
        return self.expected <= self.whole

    def count(self) -> None:
        """Count the containers by state, and how fast they end. After several answers once."""
        counts: Counter[JobState] = Counter()
        stopping = 0
        for job in self.top():
            counts.update(job.containers)
            stopping += job.stopping
        self.containers, self.counts["stopping"] = counts, stopping

    def _note_pace(self, event: JobsSeen, before: dict[str, int]) -> None:
        """Count what was seen to end; what had ended before it was first seen tells nothing of how fast."""
        for job_id, ended in before.items():
            if ":" not in job_id:
                self._done += max(_ended(self.store.jobs[job_id]) - ended, 0)
        self.throughput.take(event.at, self._done)

    def top(self) -> Iterable[Job]:
        """The jobs that are no children."""
        return (job for job in self.store.jobs.values() if ":" not in job.id)

    def children_of(self, array_id: str) -> list[Job]:
        """The children of an array that were listed."""
        return self.store.children(array_id)

    def live(self) -> tuple[str, ...]:
        """The ids of jobs that have not ended and that AWS Batch still knows, no children."""
        gone = self.store.gone
        return tuple(job.id for job in self.top() if not job.state.finished and job.id not in gone)

    def unknown(self) -> tuple[str, ...]:
        """The ids of jobs of the latest runs that nobody has told of."""
        known, gone = self.store.jobs, self.store.gone
        return tuple(each for each in self.run_of if each not in known and each not in gone)

    def run(self, job: Job) -> Run | None:
        """The run that a job, or the array it is a child of, belongs to."""
        found = self.run_of.get(job.parent or job.id)
        return next((run for run in self.runs if run.id == found), None) if found else None

    def age(self, now: datetime) -> Age:
        """How fresh it is: of what is on screen, or what hinders any of it."""
        worst = self.freshness.age(now)
        return worst if worst.error is not None else self.jobs_age(now)

    def jobs_age(self, now: datetime) -> Age:
        """How fresh the jobs are: of the feeds in `scope` the one that told longest ago."""
        ages = [self.freshness.age(now, feed=name, interval=pause) for name, pause in self.scope]
        told = [age for age in ages if age.condition is not Condition.WAITING]
        waiting = Age(condition=Condition.WAITING, seconds=None)
        if not self.complete:
            return waiting
        return max(told, key=lambda age: age.seconds or 0, default=waiting)

    def clock(self, now: datetime) -> datetime:
        """What running jobs' clocks show: they stop where nobody can know whether the jobs still run."""
        if self.cached is not None:
            return min(now, self.cached)
        age = self.jobs_age(now)
        if age.condition not in STOOD_STILL or age.seconds is None:
            return now
        return now - timedelta(seconds=age.seconds)


def _ended(job: Job) -> int:
    if job.counts:
        return sum(count for state, count in job.counts if state.finished)
    return int(job.state.finished)
