"""What one container reserves, and what AWS bills for it."""

import math
from dataclasses import dataclass

from fargo.model.fargate import STORAGE_GIB_DEFAULT, Architecture, Size
from fargo.model.prices import PACKAGED, SPOT_SHARE, Prices, Rate

MINIMUM_SECONDS = 60
"""The least that a task is billed for, from the pull of its image to its end (AWS Fargate pricing)."""
START_SECONDS = 20
"""Of a task's billed time, what passes before its command runs, to pull the image: assumed."""


def billed(ran: float) -> float:
    """The seconds that AWS bills for a container that ran so long: whole ones, and a minute at the least.

    Source: AWS Fargate pricing, "Duration". The pull of its image counts; how long that took nobody tells.
    """
    return max(MINIMUM_SECONDS, math.ceil(START_SECONDS + ran))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one container reserves.

    Attributes:
        prices: what AWS asks for it.
    """

    size: Size
    architecture: Architecture
    spot: bool = False
    storage_gib: int = STORAGE_GIB_DEFAULT
    prices: Prices = PACKAGED

    @property
    def hourly(self) -> float:
        """US dollars an hour."""
        compute = self.size.vcpu * self.prices.vcpu_hour(self.architecture)
        compute += self.size.memory_mib / 1024 * self.prices.gib_hour(self.architecture)
        more = max(self.storage_gib - STORAGE_GIB_DEFAULT, 0) * self.prices[Rate.STORAGE_GIB_HOUR]
        return compute * (SPOT_SHARE if self.spot else 1) + more

    @property
    def basis(self) -> str:
        """Whose prices these are, to be shown with every amount."""
        spot = f"; Spot at {SPOT_SHARE:.0%} of the list price assumed" if self.spot else ""
        return f"{self.prices.basis}{spot}"

    def dollars(self, seconds: float) -> float:
        """US dollars for so many seconds that are billed."""
        return self.hourly * seconds / 3600
