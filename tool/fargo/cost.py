"""What the stack costs while nothing runs, and what a run costs, by packaged prices of a date and region."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fargo.model import packing
from fargo.model.fargate import STORAGE_GIB_DEFAULT, Architecture, Size

HOURS_A_MONTH = 730
PRICE_REGION = "us-east-1"
PRICE_DATE = "2026-06"
INTERFACE_ENDPOINT_HOUR = 0.01
"""US dollars an hour for one interface endpoint in one Availability Zone (AWS PrivateLink pricing)."""
KEY_MONTH = 1.00
"""US dollars a month for one customer managed key (AWS KMS pricing)."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One standing cost in US dollars a month."""

    what: str
    monthly: float


@dataclass(frozen=True, slots=True)
class StandingCost:
    """What stands on the bill each month, jobs or not.

    Attributes:
        basis: where the prices are from, to be shown with them.
    """

    lines: tuple[CostLine, ...]
    basis: str

    @property
    def monthly(self) -> float:
        """The sum, in US dollars."""
        return sum(line.monthly for line in self.lines)


def standing(endpoints: Sequence[str], zones: int) -> StandingCost:
    """The standing cost of a stack.

    Args:
        endpoints: its interface endpoints' services.
        zones: the Availability Zones that each endpoint has an address in.
    """
    hourly = len(endpoints) * zones * INTERFACE_ENDPOINT_HOUR
    return StandingCost(
        (
            CostLine(f"{len(endpoints)} interface endpoints in {zones} zones", hourly * HOURS_A_MONTH),
            CostLine("1 encryption key", KEY_MONTH),
        ),
        f"list prices of {PRICE_REGION}, {PRICE_DATE}; data, logs and storage by use",
    )


VCPU_HOUR = {Architecture.X86_64: 0.04048, Architecture.ARM64: 0.03238}
GIB_HOUR = {Architecture.X86_64: 0.004445, Architecture.ARM64: 0.00356}
STORAGE_GIB_HOUR = 0.000111
"""US dollars an hour for each GiB above the 20 that come with a task (AWS Fargate pricing, all three)."""
SPOT_SHARE = 0.33
"""What Fargate Spot costs of it, about: the price moves."""
MINIMUM_SECONDS = 60
"""The least that a task is billed for, from the pull of its image to its end (AWS Fargate pricing)."""
START_SECONDS = 20
"""Of a task's billed time, what passes before its command runs, to pull the image: assumed."""
NEARLY = 1.05
"""How much dearer than the cheapest a smaller packing may be to be preferred: it ends sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one container reserves."""

    size: Size
    architecture: Architecture
    spot: bool = False
    storage_gib: int = STORAGE_GIB_DEFAULT

    @property
    def hourly(self) -> float:
        """US dollars an hour."""
        compute = self.size.vcpu * VCPU_HOUR[self.architecture]
        compute += self.size.memory_mib / 1024 * GIB_HOUR[self.architecture]
        more = max(self.storage_gib - STORAGE_GIB_DEFAULT, 0) * STORAGE_GIB_HOUR
        return compute * (SPOT_SHARE if self.spot else 1) + more


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
    full = _billed(pack, workers, row_seconds)
    last = _billed(rows - (containers - 1) * pack, workers, row_seconds)
    hours = ((containers - 1) * full + last) / 3600
    return Estimate(
        pack=pack,
        containers=containers,
        seconds=full if containers > 1 else last,
        vcpu_hours=hours * task.size.vcpu,
        dollars=hours * task.hourly,
    )


def _billed(rows: int, workers: int, row_seconds: float) -> float:
    return max(MINIMUM_SECONDS, START_SECONDS + -(-rows // workers) * row_seconds)


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
