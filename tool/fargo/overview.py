"""A run's snapshot → more than its state: why containers failed, how their times spread, what they cost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fargo.aws.batch import Batch
from fargo.children import listed
from fargo.cost import Ran, Task, so_far
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
        dollars: US dollars so far, about; None where no container has started, or nobody knows.
    """

    causes: tuple[Cause, ...] = ()
    failed: int = 0
    spread: Spread | None = None
    moves: dict[str, tuple[Move, ...]]
    dollars: float | None = None


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
        dollars=_dollars(state, seen, task_of),
    )


def spent(state: RunSnapshot, task_of: Callable[[Wave], Task]) -> float | None:
    """What a run has cost so far, in US dollars, about, by the children that its snapshot has.

    Returns:
        None where no container has started, or nobody knows.
    """
    jobs = [*state.children, *(job for job in state.jobs if not job.size)]
    seen = {
        wanted: tuple(job for job in jobs if job.state is wanted)
        for wanted in (JobState.FAILED, JobState.SUCCEEDED, JobState.RUNNING)
    }
    return _dollars(state, seen, task_of)


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


def _dollars(
    state: RunSnapshot, seen: dict[JobState, tuple[Job, ...]], task_of: Callable[[Wave], Task]
) -> float | None:
    if not any(job.started for jobs in seen.values() for job in jobs):
        return None
    total = 0.0
    for wave in state.run.waves:
        ids = set(wave.job_ids)
        jobs = [job for job in state.jobs if job.id in ids]
        kinds = []
        for wanted, found in seen.items():
            ours = [job for job in found if (job.parent or job.id) in ids]
            counted = sum(state.containers(job).get(wanted, 0) for job in jobs)
            # Of a wave of which none was looked at, the other waves' stand for it.
            kinds.append(_kind(ours or found, counted or len(ours), state.at))
        total += so_far(task_of(wave), kinds)
    return total


def _kind(found: Sequence[Job], containers: int, now: datetime) -> Ran:
    seconds = tuple(seconds for job in found for seconds in _ran(job, now))
    return Ran(containers=containers, seconds=seconds, looked_at=len(found))


def _ran(job: Job, now: datetime) -> Sequence[float]:
    """How long each of its attempts ran, in seconds; ListJobs tells of the last one only."""
    times = [(each.started, each.stopped) for each in job.attempts] or [(job.started, job.stopped)]
    return [((end or now) - begin).total_seconds() for begin, end in times if begin]
