"""What a run's rows came to: which succeeded, what each measured, and its outputs on disk."""

from fargo.results.fetch import FAILED_TABLE, TABLE, Fetched, FetchEvent, Lost, Progress, check_whole, fetch
from fargo.results.records import Host, Measured, Output, RowResult, measured, records, result_of
from fargo.results.result import typical_seconds
from fargo.results.rowset import RowSet
from fargo.results.standing import RowState, Standing, failures, standing
from fargo.results.summary import Summary, Summing

__all__ = [
    "FAILED_TABLE",
    "TABLE",
    "FetchEvent",
    "Fetched",
    "Host",
    "Lost",
    "Measured",
    "Output",
    "Progress",
    "RowResult",
    "RowSet",
    "RowState",
    "Standing",
    "Summary",
    "Summing",
    "check_whole",
    "failures",
    "fetch",
    "measured",
    "records",
    "result_of",
    "standing",
    "typical_seconds",
]
