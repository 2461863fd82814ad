"""What a run would cost."""

import math
from dataclasses import dataclass

from fargo.cost.task import Task, billed
from fargo.model import packing
from fargo.model.run import Run

NEARLY = 1.05
"""How much dearer than the cheapest a smaller packing may be to be preferred: it ends sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run would cost, each container once.

    Attributes:
        seconds: that each full container is billed for.
        dollars: US dollars.
    """

    pack: int
    containers: int
    seconds: float
    vcpu_hours: float
    dollars: float


def estimate(task: Task, rows: int, row_seconds: float, *, pack: int, workers: int = 1) -> Estimate:
    """What a run costs if every row takes equally long and no container is tried twice.

    Args:
        row_seconds: the time of one row's command.
        pack: rows in a container; `workers` of them run at once.
    """
    containers = packing.containers(rows, pack)
    full = billed(-(-pack // workers) * row_seconds)
    last = billed(-(-(rows - (containers - 1) * pack) // workers) * row_seconds)
    seconds = (containers - 1) * full + last
    return Estimate(
        pack=pack,
        containers=containers,
        seconds=full if containers > 1 else last,
        vcpu_hours=seconds / 3600 * task.size.vcpu,
        dollars=task.dollars(seconds),
    )


def expected(run: Run, task: Task) -> Estimate:
    """What a run's first wave would cost, as it was foretold when it was submitted, by today's prices.

    Args:
        task: what each of its containers reserves.
    """
    wave = run.waves[0]
    return estimate(task, run.rows, run.row_seconds, pack=wave.pack, workers=wave.workers)


def best_packing(
    task: Task, rows: int, row_seconds: float, *, workers: int = 1, timeout_seconds: float | None = None
) -> Estimate:
    """The smallest packing, of 1, 2, 5, 10, 20 and so on, that costs hardly more than the cheapest.

    Args:
        timeout_seconds: what a container may take, with all its rows; None: no limit.
    """
    steps = [step * 10**power for power in range(8) for step in (1, 2, 5) if step * 10**power <= rows]
    # A container's timeout is that of all its rows; half of it, for rows that take longer than others.
    most = timeout_seconds / 2 if timeout_seconds else math.inf
    steps = [step for step in steps if -(-step // workers) * row_seconds <= most] or [1]
    tried = [estimate(task, rows, row_seconds, pack=step, workers=min(workers, step)) for step in steps]
    least = min(each.dollars for each in tried)
    return next(each for each in tried if each.dollars <= least * NEARLY)
