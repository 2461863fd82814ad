"""The children of an array: seen, held, and the rest of them moved at once.

Source: user guide, "Array jobs".
"""

from collections.abc import Iterator

from fargo.local.batch.records import Children, Job
from fargo.model.job import JobState


def children_of(job: Job) -> Children:
    """The children of an array parent, which `job` must be."""
    if job.children is None:
        raise TypeError(f"job {job.id} is no array")
    return job.children


def find(parent: Job, index: str) -> Job | None:
    """The child that an id's ending names; None where there is none."""
    children = parent.children
    if children is None or not index.isdecimal() or int(index) >= children.size or str(int(index)) != index:
        return None
    return view(parent, int(index))


def state(parent: Job, index: int) -> JobState:
    """The state of one child."""
    children = children_of(parent)
    held = children.held.get(index)
    return held.state if held else children.rest


def view(parent: Job, index: int) -> Job:
    """One child as it is now, to look at."""
    children = children_of(parent)
    held = children.held.get(index)
    if held:
        return held
    ended = children.rest.finished
    return Job(
        spec=parent.spec,
        parent=parent,
        index=index,
        state=children.rest,
        status_reason=children.rest_reason,
        stopped=children.rest_stopped,
        cancelled=ended and parent.cancelled,
        terminated=ended and parent.terminated,
    )


def hold(parent: Job, index: int) -> Job:
    """One child, from now on with a record of its own."""
    child = view(parent, index)
    children_of(parent).held[index] = child
    return child


def next_index(parent: Job) -> int | None:
    """The first child among the rest; None where all are held."""
    children = children_of(parent)
    while children.front < children.size and children.front in children.held:
        children.front += 1
    return children.front if children.front < children.size else None


def rest_of(parent: Job) -> Iterator[int]:
    """The indexes of the rest, in their order."""
    children = children_of(parent)
    return (index for index in range(children.front, children.size) if index not in children.held)


def in_state(parent: Job, wanted: JobState) -> list[int]:
    """The indexes of the children in that state, in their order."""
    children = children_of(parent)
    if not children.counts[wanted]:
        return []
    return [index for index in range(children.size) if state(parent, index) is wanted]
