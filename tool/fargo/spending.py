"""What runs have cost, beside what they would cost, and the size that would have been enough."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from fargo import ledger, sizing
from fargo.aws.batch import Batch
from fargo.aws.calls import THREADS
from fargo.aws.store import Store
from fargo.containers import containers
from fargo.cost import Actual, Estimate, Task, actual, expected
from fargo.history import History, recall
from fargo.model.job import Job
from fargo.model.run import Run, RunSnapshot, Wave
from fargo.sizing import Advice
from fargo.submit import find_missing
from fargo.watch import snapshots

CONTAINERS = 10_000
"""Containers that are read of a run that is asked for by name."""
A_FEW = 300
"""Containers that are read of each run of a list: a call for each wave and state, and a few for attempts."""

TaskOf = Callable[[Run, Wave], Task]


class By(StrEnum):
    """What amounts are added up by."""

    RUN = "run"
    JOB = "job"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a run is looked up.

    Attributes:
        task_of: what each container of a run's wave reserves.
    """

    batch: Batch
    store: Store
    history: History
    task_of: TaskOf


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """A run's money.

    Attributes:
        cost: so far; None where no container has started, or nobody knows.
        expected: what it would cost by what was known when it was submitted, each container once.
        advice: the size that would have held; None where nothing was measured.
    """

    state: RunSnapshot
    cost: Actual | None
    expected: Estimate
    advice: Advice | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount in US dollars, and of how many runs it is; `about`: of some a sample was looked at."""

    name: str
    dollars: float
    runs: int
    about: bool


def of_run(state: RunSnapshot, places: Places) -> RunCost:
    """What a run has cost, and what it would have cost with another size.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    found, jobs = _cost(state, places, CONTAINERS)
    if found.cost is None or not found.cost.finished:
        return found  # what is left may want more than what has ended
    advice = sizing.advise(sizing.sampled(places.store, state.run), state.run, jobs, found.cost)
    return replace(found, advice=advice)


def of_runs(places: Places, *, limit: int, since: datetime | None) -> tuple[RunCost, ...]:
    """What the latest runs have cost, newest first.

    Args:
        limit: how many at the most.
        since: those alone that were submitted after this moment.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    recent = ledger.recent(places.store, limit, since)
    found = [find_missing(run, places.batch) for run in recent]
    states = recall(snapshots(found, places.batch), places.history)
    with ThreadPoolExecutor(THREADS) as pool:
        return tuple(cost for cost, _ in pool.map(lambda state: _cost(state, places, A_FEW), states))


def sums(costs: Sequence[RunCost], by: By) -> tuple[Sum, ...]:
    """The amounts of runs, added up: runs and days newest first, jobs the dearest first.

    A day is that, in UTC, on which a container was started. A run of which nobody knows what it has cost is
    in none of them.
    """
    dollars: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    about: set[str] = set()
    for each in costs:
        for name, amount in _parts(each, by):
            dollars[name] += amount  # type: ignore[assignment] # a Counter adds any numbers
            runs[name] += 1
            about |= set() if each.cost is None or each.cost.exact else {name}
    found = [Sum(name, dollars[name], runs[name], name in about) for name in dollars]
    if by is By.JOB:
        return tuple(sorted(found, key=lambda each: -each.dollars))
    return tuple(sorted(found, key=lambda each: each.name, reverse=True)) if by is By.DAY else tuple(found)


def _parts(found: RunCost, by: By) -> Iterable[tuple[str, float]]:
    if found.cost is None:
        return ()
    if by is By.DAY:
        return ((day.isoformat(), amount) for day, amount in found.cost.days.items())
    return ((found.state.run.id if by is By.RUN else found.state.run.job, found.cost.dollars),)


def _cost(state: RunSnapshot, places: Places, most: int) -> tuple[RunCost, tuple[Job, ...]]:
    run = state.run
    jobs = containers(state, places.batch, places.history, most=most).jobs
    found = RunCost(
        state=state,
        cost=actual(state, jobs, lambda wave: places.task_of(run, wave)),
        expected=expected(run, places.task_of(run, run.waves[0])),
    )
    return found, jobs
