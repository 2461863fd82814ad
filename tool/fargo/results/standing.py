"""How a run's rows stand, by listing keys alone: no result is read, however many there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

from fargo.model import naming
from fargo.results.ordered import in_order
from fargo.results.result import PAGE
from fargo.results.rowset import RowSet

if TYPE_CHECKING:
    from fargo.aws.store import Store
    from fargo.model.run import Run

ONE_BY_ONE = 10
"""Up to so many pages are listed in a row; a larger run's at once, by the first digit of its rows."""
_KEY = re.compile(r"(0|[1-9][0-9]*)\.json", re.ASCII)


class RowState(StrEnum):
    """How a row stands."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Standing:
    """How each row of a run stands: a quarter of a byte a row.

    Attributes:
        rows: how many the run has.
        succeeded: the rows that have a result.
        failures: the rows that failed and have not succeeded since.
    """

    rows: int
    succeeded: RowSet
    failures: RowSet

    @property
    def done(self) -> int:
        """How many rows succeeded."""
        return len(self.succeeded)

    @property
    def failed(self) -> int:
        """How many failed, and have not succeeded."""
        return len(self.failures)

    @property
    def missing(self) -> int:
        """How many left no result: they wait, run, or were ended before they could."""
        return self.rows - self.done - self.failed

    def undone(self) -> Iterator[int]:
        """The rows that have not succeeded, in ascending order."""
        return iter(~self.succeeded)

    def state(self, row: int) -> RowState:
        """How one row stands."""
        if row in self.succeeded:
            return RowState.SUCCEEDED
        return RowState.FAILED if row in self.failures else RowState.MISSING


def standing(store: "Store", run: "Run") -> Standing:
    """Ask the bucket which rows have a result: at least one call for every thousand.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    succeeded, failures = RowSet(run.rows), RowSet(run.rows)
    lock = Lock()

    def take(rows: RowSet, prefix: str, begins: str) -> None:
        for key, _ in store.objects(prefix + begins):
            match = _KEY.fullmatch(key, len(prefix))
            if match and (row := int(match[1])) < run.rows:
                with lock:
                    rows.add(row)

    listings = [
        (rows, prefix, begins)
        for rows, prefix in (
            (succeeded, naming.result_prefix(run.id)),
            (failures, naming.failed_prefix(run.id)),
        )
        for begins in ([""] if run.rows <= ONE_BY_ONE * PAGE else "0123456789")
    ]
    for _ in in_order(store, lambda listing: take(*listing), listings):
        pass
    return Standing(run.rows, succeeded, failures - succeeded)


def failures(store: "Store", run: str) -> Iterator[int]:
    """The rows that failed once, whatever came of them since, in order of key: a call for every thousand.

    Args:
        store: the workspace bucket.
        run: the run's id.
    """
    prefix = naming.failed_prefix(run)
    found = (_KEY.fullmatch(key, len(prefix)) for key, _ in store.objects(prefix))
    return (int(match[1]) for match in found if match)
