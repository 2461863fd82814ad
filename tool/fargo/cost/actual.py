"""What a run has cost."""

from collections.abc import Iterable
from dataclasses import dataclass

from fargo.cost.prices import MINIMUM_SECONDS, START_SECONDS, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Containers of one kind, and how long those of them ran that were looked at.

    Attributes:
        containers: how many there are of the kind.
        seconds: of each attempt that was looked at, from the start of the container on.
        looked_at: how many containers those attempts are of.
    """

    containers: int
    seconds: tuple[float, ...]
    looked_at: int


def so_far(task: Task, kinds: Iterable[Ran]) -> float:
    """What containers have cost, in US dollars, about: a kind's others count as long as those looked at.

    What passes before a container starts, to pull its image, is assumed; AWS bills it too.
    """
    seconds = 0.0
    for kind in kinds:
        if kind.looked_at:
            billed = sum(max(MINIMUM_SECONDS, START_SECONDS + ran) for ran in kind.seconds)
            seconds += billed / kind.looked_at * kind.containers
    return seconds / 3600 * task.hourly
