"""Money, counted in one way: what AWS asks, what stands on the bill, what a run would cost and has cost.

In: sizes, rows, and a run's containers with their attempts. Out: US dollars, each with the sentence that says
whose prices they are. AWS: the price list and, for what is stored, a call a service; no other part asks it.
"""

from fargo.cost.actual import Actual, WaveCost, actual
from fargo.cost.estimate import Estimate, best_packing, estimate, expected
from fargo.cost.prices import current
from fargo.cost.standing import CostLine, StandingCost, standing, standing_now
from fargo.cost.task import MINIMUM_SECONDS, START_SECONDS, Task, billed
from fargo.model.prices import PACKAGED, Prices

__all__ = [
    "MINIMUM_SECONDS",
    "PACKAGED",
    "START_SECONDS",
    "Actual",
    "CostLine",
    "Estimate",
    "Prices",
    "StandingCost",
    "Task",
    "WaveCost",
    "actual",
    "best_packing",
    "billed",
    "current",
    "estimate",
    "expected",
    "standing",
    "standing_now",
]
