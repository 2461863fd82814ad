"""A run's snapshot → more than its state: why containers failed, how their times spread, what they cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from fargo.aws.batch import Batch
from fargo.children import listed
from fargo.cost import Actual, Task, actual
from fargo.errors import AwsError
from fargo.failures import Cause, causes
from fargo.history import History, Which
from fargo.model.job import Job, JobState
from fargo.model.run import RunSnapshot, Wave
from fargo.model.timeline import Move, Spread, spread

LISTED = 2_000
"""Failed children that are listed at the most: two calls. There may be ten thousand in an array."""
SAMPLED = 1_000
"""Containers that are looked at of those that succeeded, and as many of those that run: a call each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What `fargo show` tells besides how a run stands.

    Attributes:
        failed: containers that failed, of which `causes` may tell of some only.
        spread: of the containers that were looked at; None of a run with one container.
        moves: what events told of each of its single jobs, by id.
        cost: so far, by the containers that were looked at; None where none has started, or nobody knows.
    """

    causes: tuple[Cause, ...] = ()
    failed: int = 0
    spread: Spread | None = None
    moves: dict[str, tuple[Move, ...]]
    cost: Actual | None = None


def overview(state: RunSnapshot, batch: Batch, history: History, task_of: Callable[[Wave], Task]) -> Overview:
    """Look closer at a run: a few calls, however many containers it has.

    Args:
        task_of: what each container of a wave reserves.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    seen = {
        wanted: tuple(_containers(state, batch, history, wanted, most))
        for wanted, most in (
            (JobState.FAILED, LISTED),
            (JobState.SUCCEEDED, SAMPLED),
            (JobState.RUNNING, SAMPLED),
        )
    }
    looked_at = [job for jobs in seen.values() for job in jobs]
    return Overview(
        causes=causes(seen[JobState.FAILED]),
        failed=sum(state.containers(job).get(JobState.FAILED, 0) for job in state.jobs),
        spread=spread(looked_at) if state.run.last.containers > 1 else None,
        moves=_moves(state, history),
        cost=actual(state, looked_at, task_of),
    )


def spent(state: RunSnapshot, task_of: Callable[[Wave], Task]) -> float | None:
    """What a run has cost so far, in US dollars, about, by the children that its snapshot has.

    Returns:
        None where no container has started, or nobody knows.
    """
    jobs = [*state.children, *(job for job in state.jobs if not job.size)]
    found = actual(state, jobs, task_of)
    return found.dollars if found else None


def _containers(
    state: RunSnapshot, batch: Batch, history: History, wanted: JobState, most: int
) -> Iterator[Job]:
    """Single jobs and children in a state: AWS Batch tells of those that it knows, events of the others."""
    live = [job for job in state.jobs if not (job.size and job.id in state.past)]
    yield from listed(batch, live, wanted, most=most)
    past = {job.id for job in state.jobs if job.size and job.id in state.past}
    if past and wanted.finished:
        yield from islice(history.children(state.run, past, wanted), most)


def _moves(state: RunSnapshot, history: History) -> dict[str, tuple[Move, ...]]:
    """What events tell of the run's single jobs; nothing where they cannot be read."""
    single = [job for job in state.jobs if not job.size]
    if not single:
        return {}
    try:
        stories = history.stories(state.run, Which.JOBS)
    except AwsError:
        return {}
    found = {job.id: stories.get(job.id) for job in single}
    return {job_id: story.moves for job_id, story in found.items() if story}
