"""`results.csv`: a line a row, first what it came to, then its own columns."""

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from fargo.results.records import RowResult

HEADER = (
    "row", "state", "exit_code", "signal", "seconds", "peak_mb", "cpu_seconds", "attempts", "wave",
    "job_id", "host", "host_cpu", "host_arch", "bytes_in", "bytes_out", "problem",
)  # fmt: skip
PREFIX = "column_"
"""What a column's name gets in front where one of ours is called so."""
MEGA = 1_000_000


class Table:
    """A CSV file as RFC 4180 has it, in UTF-8.

    Args:
        file: where it is written.
        columns: the names of the rows' own.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self._columns = columns
        # A job's words may hold halves of surrogate pairs, which UTF-8 does not have.
        self._text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        self._rows = csv.writer(self._text)
        self._rows.writerow(header(columns))

    def add(self, record: RowResult) -> None:
        """Write a row's line."""
        own = record.columns
        self._rows.writerow((*cells(record), *(own.get(name, "") for name in self._columns)))

    def finish(self) -> None:
        """Hand all to the file, which stays open."""
        self._text.detach()


def header(columns: Sequence[str]) -> tuple[str, ...]:
    """The names of all columns, no two alike."""
    taken = {*HEADER, *columns}
    names = list(HEADER)
    for column in columns:
        name = column
        while name in HEADER or (name != column and name in taken):
            name = PREFIX + name
        taken.add(name)
        names.append(name)
    return tuple(names)


def cells(record: RowResult) -> tuple[object, ...]:
    """What a row came to; None, an empty cell, for what is not known."""
    measured, host = record.measured, record.host
    if measured is None:
        return (record.row, record.state.value, *[None] * (len(HEADER) - 3), record.problem)
    peak = measured.peak_memory_bytes
    return (
        record.row,
        record.state.value,
        measured.exit_code,
        measured.signal,
        measured.seconds,
        None if peak is None else round(peak / MEGA, 3),
        measured.cpu_seconds,
        measured.attempt,
        measured.wave,
        measured.job_id,
        host.name,
        host.cpu,
        host.arch,
        measured.bytes_in,
        measured.bytes_out,
        record.problem,
    )
