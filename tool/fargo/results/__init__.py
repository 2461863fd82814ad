"""What a run's rows came to: which succeeded, what each measured, and its outputs on disk."""

from fargo.results.result import result_of, succeeded
from fargo.results.rowset import RowSet
from fargo.results.standing import RowState, Standing, standing

__all__ = ["RowSet", "RowState", "Standing", "result_of", "standing", "succeeded"]
