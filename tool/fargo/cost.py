"""What the stack costs while nothing runs, from packaged prices that say their date and region."""

from collections.abc import Sequence
from dataclasses import dataclass

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
