"""Every container of a run with all its attempts, within bounds: what its cost and its report are made of."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from fargo.aws.batch import DESCRIBE_MAX, Batch
from fargo.aws.calls import THREADS
from fargo.children import listed
from fargo.history import History
from fargo.model.job import BEGUN, TRIED_AGAIN, Job, JobState
from fargo.model.run import RunSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Containers:
    """Containers of a run.

    Attributes:
        jobs: single jobs and children of arrays that ended or run, with all their attempts; and single
            jobs that wait for another attempt.
        total: how many such containers the run has: where it has more than `jobs`, those are a sample.
    """

    jobs: tuple[Job, ...]
    total: int

    @property
    def whole(self) -> bool:
        """Whether none is left out."""
        return len(self.jobs) >= self.total


@dataclass(frozen=True, slots=True)
class _Kind:
    """Containers of one wave in one state."""

    jobs: tuple[Job, ...]
    state: JobState
    count: int


def containers(state: RunSnapshot, batch: Batch, history: History, *, most: int) -> Containers:
    """Read the containers of a run that ended or run.

    It is a ListJobs call for every thousand, and a DescribeJobs call for every hundred of those that may have
    been tried more than once: ListJobs tells of the last attempt alone.

    Where there are more than `most`, each wave and state gives its share: the rarest, such as the few that
    failed, come whole, and of the others the first by index.

    Args:
        history: asked for the children of arrays that AWS Batch has forgotten.
        most: how many are read at the most.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    kinds = [kind for kind in _kinds(state) if kind.count]
    found: list[Job] = []
    for kind, share in _shares(kinds, most):
        found += listed(batch, kind.jobs, kind.state, most=share, calls=share)
    found = _described(batch, found, state.jobs)
    past = tuple(_past(state, history, max(most - len(found), 0)))
    return Containers(
        jobs=tuple(sorted((*found, *past), key=lambda job: (*BEGUN, *TRIED_AGAIN).index(job.state))),
        total=sum(kind.count for kind in kinds) + max(len(past), _counted_past(state)),
    )


def _kinds(state: RunSnapshot) -> Iterator[_Kind]:
    """What AWS Batch itself can be asked for; an array that it has forgotten is no part of it."""
    for wave in state.run.waves:
        ids = set(wave.job_ids)
        jobs = tuple(job for job in state.jobs if job.id in ids and not _forgotten(state, job))
        for wanted in BEGUN:
            yield _Kind(jobs, wanted, sum(state.containers(job).get(wanted, 0) for job in jobs))
        # Of single jobs alone: of a child only DescribeJobs would tell whether it was tried before.
        for wanted in TRIED_AGAIN:
            tried = tuple(job for job in jobs if job.state is wanted and job.attempts)
            yield _Kind(tried, wanted, len(tried))


def _shares(kinds: Iterable[_Kind], most: int) -> Iterator[tuple[_Kind, int]]:
    """How many of each kind are read: evenly, and what a small one leaves over goes to the larger."""
    ranked = sorted(kinds, key=lambda kind: kind.count)
    for number, kind in enumerate(ranked):
        share = min(kind.count, -(-most // (len(ranked) - number)))
        most -= share
        if share:
            yield kind, share


def _described(batch: Batch, found: Sequence[Job], jobs: Iterable[Job]) -> list[Job]:
    """The same, with all attempts of those that may have had several."""
    single_try = {job.id for job in jobs if job.tries == 1}
    wanted = [job.id for job in found if job.parent and job.parent not in single_try]
    calls = [wanted[start : start + DESCRIBE_MAX] for start in range(0, len(wanted), DESCRIBE_MAX)]
    with ThreadPoolExecutor(THREADS) as pool:
        told = {job.id: job for answer in pool.map(batch.describe, calls) for job in answer}
    return [told.get(job.id, job) for job in found]


def _past(state: RunSnapshot, history: History, most: int) -> Iterator[Job]:
    arrays = {job.id for job in state.jobs if _forgotten(state, job)}
    for outcome in BEGUN if arrays else ():
        if outcome.finished:
            yield from islice(history.children(state.run, arrays, outcome), most)


def _counted_past(state: RunSnapshot) -> int:
    """How many containers forgotten arrays had, where their end told."""
    return sum(sum(state.containers(job).values()) for job in state.jobs if _forgotten(state, job))


def _forgotten(state: RunSnapshot, job: Job) -> bool:
    """An array of which only events tell."""
    return bool(job.size) and job.id in state.past
