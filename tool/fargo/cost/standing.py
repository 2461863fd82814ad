"""What the stack costs while nothing runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from fargo.cost.prices import HOURS_A_MONTH, INTERFACE_ENDPOINT_HOUR, KEY_MONTH, PRICE_DATE, PRICE_REGION


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
