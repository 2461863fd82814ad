"""What the stack costs while nothing runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargo.aws.stored import Stored, stored
from fargo.model.prices import PACKAGED, Prices, Rate
from fargo.model.units import bytes_text

if TYPE_CHECKING:
    from fargo.aws.session import Session
    from fargo.model.stack import StackOutputs

HOURS_A_MONTH = 730
"""As AWS's own calculator counts."""
GIB = 1024**3


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


def standing(
    endpoints: Sequence[str], zones: int, prices: Prices = PACKAGED, kept: Sequence[Stored] | None = None
) -> StandingCost:
    """The standing cost of a stack.

    Args:
        endpoints: its interface endpoints' services.
        zones: the Availability Zones that each endpoint has an address in.
        prices: what AWS asks.
        kept: what is stored; None where nobody has looked.
    """
    hourly = len(endpoints) * zones * prices[Rate.ENDPOINT_HOUR]
    lines = [
        CostLine(f"{len(endpoints)} interface endpoints in {zones} zones", hourly * HOURS_A_MONTH),
        CostLine("1 encryption key", prices[Rate.KEY_MONTH]),
    ]
    lines += [_stored(each, prices) for each in kept or ()]
    rest = "data" if kept is not None else "data, logs and storage"
    return StandingCost(tuple(lines), f"{prices.basis}; {rest} by use")


def standing_now(session: "Session", outputs: "StackOutputs", prices: Prices) -> StandingCost:
    """The standing cost of a deployed stack, with what it stores.

    Raises:
        AwsError: AWS is out of reach.
    """
    zones = len(outputs.zones)
    return standing(outputs.interface_endpoints, zones, prices, stored(session, outputs))


def _stored(each: Stored, prices: Prices) -> CostLine:
    if each.bytes is None:
        return CostLine(f"{each.what}: {each.unknown}", 0.0)
    return CostLine(f"{each.what}, {bytes_text(each.bytes)}", each.bytes / GIB * prices[each.rate])
