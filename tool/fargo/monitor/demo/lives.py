"""What becomes of a submitted job, and of each child of an array: a pure function of the time."""

import random
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

from fargo.model.job import JobState

STARTING_SECONDS = 25.0
"""From the decision to start until the container runs."""
TERM_SECONDS = 6.0
"""From a stop until the container has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How some of the children fail.

    Attributes:
        share: how many of them, of 1.
        indexes: these besides.
        below_mib: with at least so much memory they do not.
    """

    exit_code: int
    reason: str
    share: float = 0.0
    indexes: frozenset[int] = frozenset()
    below_mib: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A submitted job. Times are seconds of the demonstration's own.

    Attributes:
        size: children; 1: a plain job.
        wait: from its creation to its first start.
        every: between the starts of two children.
        lasts: how long a container typically runs.
        run: whose; empty: not submitted by fargo.
        wave: of the run.
    """

    id: str
    name: str
    queue: str
    definition: str
    created: float
    size: int = 1
    wait: float = 40.0
    every: float = 1.0
    lasts: float = 300.0
    failures: tuple[Failure, ...] = ()
    vcpu: float = 1.0
    memory_mib: int = 2048
    tries: int = 1
    command: tuple[str, ...] = ("python", "work.py")
    run: str = ""
    wave: int = 1


@dataclass(frozen=True, slots=True)
class Stop:
    """A terminate that was accepted."""

    at: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How a container stands.

    Attributes:
        attempts: (start, end or None, exit code, reason) of each, oldest first.
    """

    state: JobState
    started: float | None = None
    stopped: float | None = None
    exit_code: int | None = None
    reason: str = ""
    attempts: tuple[tuple[float, float | None, int | None, str], ...] = ()
    stopping: bool = False


@dataclass(slots=True)
class Lives:
    """The containers of a plan.

    Attributes:
        stops: index → what stopped it; -1: the whole array.
    """

    plan: Plan
    stops: dict[int, Stop] = field(default_factory=dict)
    _starts: list[float] = field(default_factory=list)
    _ends: list[float] = field(default_factory=list)
    _fails: dict[int, Failure] = field(default_factory=dict)
    _sorted: tuple[list[float], list[float], list[float]] = ([], [], [])

    def __post_init__(self) -> None:
        """Draw each container's times, the same ones every time."""
        plan, draw = self.plan, random.Random(self.plan.id)  # noqa: S311 # a demonstration is no secret
        for index in range(plan.size):
            start = plan.created + plan.wait + index * plan.every + draw.uniform(0, plan.every)
            lasts = plan.lasts * draw.uniform(0.6, 1.4)
            luck = draw.random()
            for failure in plan.failures:
                spared = failure.below_mib is not None and plan.memory_mib >= failure.below_mib
                if not spared and (luck < failure.share or index in failure.indexes):
                    self._fails[index] = failure
                    lasts *= 0.4
                    break
                luck -= failure.share
            self._starts.append(start)
            self._ends.append(start + lasts * (plan.tries if index in self._fails else 1))
        fails = sorted(self._ends[index] for index in self._fails)
        self._sorted = sorted(self._starts), sorted(self._ends), fails

    def counts(self, now: float) -> dict[JobState, int]:
        """The children by state."""
        if self.stops:
            return dict(Counter(self.at(index, now).state for index in range(self.plan.size)))
        starts, ends, fails = self._sorted
        run, done, failed = bisect_right(starts, now), bisect_right(ends, now), bisect_right(fails, now)
        begun = bisect_right(starts, now + STARTING_SECONDS)
        found = {
            JobState.RUNNABLE: self.plan.size - begun,
            JobState.STARTING: begun - run,
            JobState.RUNNING: run - done,
            JobState.SUCCEEDED: done - failed,
            JobState.FAILED: failed,
        }
        return {state: count for state, count in found.items() if count}

    def state(self, now: float) -> JobState:
        """The job's own state: a parent is PENDING until all its children have ended."""
        if self.plan.size == 1:
            return self.at(0, now).state
        counts = self.counts(now)
        if any(not state.finished for state in counts):
            return JobState.PENDING
        return JobState.FAILED if counts.get(JobState.FAILED) else JobState.SUCCEEDED

    def ended(self, now: float) -> float | None:
        """When the last container ended; None while any lives."""
        if not self.state(now).finished:
            return None
        return max(self.at(index, now).stopped or 0 for index in range(self.plan.size))

    def at(self, index: int, now: float) -> Life:
        """How one container stands."""
        stop = self.stops.get(index) or self.stops.get(-1)
        if stop is not None and stop.at < self._ends[index]:
            return self._stopped(index, now, stop)
        return self._free(index, now)

    def _stopped(self, index: int, now: float, stop: Stop) -> Life:
        before = self._free(index, stop.at)
        if before.started is None:
            return Life(state=JobState.FAILED, stopped=stop.at, reason=stop.reason)
        if now < stop.at + TERM_SECONDS:
            return Life(state=before.state, started=before.started, attempts=before.attempts, stopping=True)
        end = stop.at + TERM_SECONDS
        last = (before.attempts[-1][0], end, 143, stop.reason)
        return Life(
            state=JobState.FAILED,
            started=before.started,
            stopped=end,
            exit_code=143,
            reason=stop.reason,
            attempts=(*before.attempts[:-1], last),
        )

    def _free(self, index: int, now: float) -> Life:
        start, end, failure = self._starts[index], self._ends[index], self._fails.get(index)
        if now < start:
            soon = now >= start - STARTING_SECONDS
            return Life(state=JobState.STARTING if soon else JobState.RUNNABLE)
        tries = self.plan.tries if failure else 1
        each = (end - start) / tries
        attempts = tuple(
            self._attempt(start + number * each, start + (number + 1) * each, now, failure)
            for number in range(tries)
            if start + number * each <= now
        )
        if now < end:
            return Life(state=JobState.RUNNING, started=attempts[-1][0], attempts=attempts)
        return Life(
            state=JobState.FAILED if failure else JobState.SUCCEEDED,
            started=attempts[-1][0],
            stopped=end,
            exit_code=attempts[-1][2],
            reason=attempts[-1][3],
            attempts=attempts,
        )

    def _attempt(
        self, start: float, end: float, now: float, failure: Failure | None
    ) -> tuple[float, float | None, int | None, str]:
        if now < end:
            return start, None, None, ""
        return (start, end, failure.exit_code, failure.reason) if failure else (start, end, 0, "")
