"""A run → all that its report shows: figures, spreads, times of each container, the rows.

In: how the run stands, its bucket, AWS Batch, its events. Out: one frozen `Report`. AWS: reads alone. Memory
grows by some fifty bytes a row and a container, and by the bounded, compressed text of the rows' columns.
"""

from fargo.report.distribution import Distribution
from fargo.report.figures import Reading, Report, Sources
from fargo.report.gathering import gather
from fargo.report.lanes import Lanes
from fargo.report.rowtable import RowTable, Shown

__all__ = [
    "Distribution",
    "Lanes",
    "Reading",
    "Report",
    "RowTable",
    "Shown",
    "Sources",
    "gather",
]
