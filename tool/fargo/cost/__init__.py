"""Money: what AWS asks for, what the stack costs while nothing runs, what a run would cost and has cost."""

from fargo.cost.actual import Ran, so_far
from fargo.cost.estimate import Estimate, best_packing, estimate
from fargo.cost.prices import MINIMUM_SECONDS, PRICE_DATE, PRICE_REGION, START_SECONDS, Task
from fargo.cost.standing import CostLine, StandingCost, standing

__all__ = [
    "MINIMUM_SECONDS",
    "PRICE_DATE",
    "PRICE_REGION",
    "START_SECONDS",
    "CostLine",
    "Estimate",
    "Ran",
    "StandingCost",
    "Task",
    "best_packing",
    "estimate",
    "so_far",
    "standing",
]
