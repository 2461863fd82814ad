"""A run → all that its report shows: figures, spreads, times of each container, the rows.

In: how the run stands, its bucket, AWS Batch, its events. Out: one frozen `Report`. AWS: reads alone. Of a
row and its container some 80 bytes are kept in the end, and some 650 besides AWS's answers are held while
they are read (`benchmarks/report.py`); the text of the rows' columns is compressed, and bounded.
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
