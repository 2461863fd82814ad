"""The containers of jobs in one state: single jobs, and the children of arrays, listed within bounds."""

from collections.abc import Iterator, Sequence

from fargo.aws.batch import LIST_MAX, Batch
from fargo.model.job import Job, JobState

CALLS = 10
"""ListJobs calls that one look takes at the most: a run of a million containers is a hundred arrays."""


def listed(
    batch: Batch, jobs: Sequence[Job], state: JobState, *, most: int, calls: int = CALLS
) -> Iterator[Job]:
    """The jobs among these that are in the state, and the children of those that are arrays.

    One call per thousand children, or for as many as are wanted; none for an array without such children.

    Args:
        most: how many are given at the most.
        calls: made at the most.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    left = most
    for job in jobs:
        for page in _pages(batch, job, state, most):
            yield from page[:left]
            left, calls = left - len(page), calls - bool(job.size)
            if left <= 0 or calls <= 0:
                return


def _pages(batch: Batch, job: Job, state: JobState, most: int) -> Iterator[tuple[Job, ...]]:
    if not job.size:
        yield from [(job,)] if job.state is state else []
    elif dict(job.counts).get(state):
        yield from batch.children(job.id, state, min(most, LIST_MAX))
