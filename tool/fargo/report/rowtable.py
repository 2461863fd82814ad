"""Rows, one by one → spreads, the slowest, those that failed, and all of them column by column."""

import heapq
import json
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fargo.model import naming
from fargo.report.distribution import Distribution, Values
from fargo.results import RowResult, RowState

SLOWEST = 15
FAILED = 25
"""Rows that failed which are shown one by one; all of them are in the table of all rows."""
ROWS = 100_000
"""Rows that the table of all rows holds: a page of 5 MB opens in any browser."""
TEXT = 1_500_000
"""Bytes of the rows' own columns, compressed, that it holds."""
CELL = 200
"""Characters of a column's value that are shown."""
UNREADABLE = "unreadable"
"""Of a row that has a result which cannot be read: nobody knows what is in it."""
STATES = (*RowState, UNREADABLE)
UNKNOWN = -1
SENSELESS = 1e18
"""No seconds and no bytes are so many: a result object is what a job may write over."""
MEBI = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A row that is told of by itself; None where nobody measured it."""

    row: int
    state: str
    seconds: float | None = None
    peak_mib: float | None = None
    cpu_seconds: float | None = None
    exit_code: int | None = None
    signal: int | None = None
    wave: int | None = None
    attempt: int | None = None
    job_id: str = ""
    problem: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTable:
    """A run's rows.

    Attributes:
        succeeded, failed, missing, damaged: how many of each; those with a result that cannot be read are
            damaged alone.
        seconds: how long their commands took.
        peak_mib: their peak memory in MiB.
        busy_vcpus: CPU seconds by seconds: how many vCPUs each kept busy.
        fullest: the largest share that a row used of the memory that its container reserved.
        cpu_seconds: of all.
        slowest: the slowest, the slowest first.
        failures: the first that failed or cannot be read, by row.
        state, code, took, peak, cpu: of the first `ROWS`, each: its state's place in `STATES`, exit code,
            seconds, MiB, CPU seconds; `UNKNOWN` where nobody measured it.
        text: a JSON list of its columns' values a line of each of the first `texted` rows, compressed (zlib).
    """

    rows: int
    succeeded: int
    failed: int
    missing: int
    damaged: int
    seconds: Distribution | None
    peak_mib: Distribution | None
    busy_vcpus: Distribution | None
    fullest: float | None
    cpu_seconds: float
    slowest: tuple[Shown, ...]
    failures: tuple[Shown, ...]
    state: Sequence[int]
    code: Sequence[int]
    took: Sequence[float]
    peak: Sequence[float]
    cpu: Sequence[float]
    text: bytes
    texted: int

    @property
    def single(self) -> bool:
        """Whether it is one row, which its run's own figures tell of."""
        return self.rows == 1


class _Text:
    """Lines, compressed as they come, up to `TEXT` bytes."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(9)
        self._parts: list[bytes] = []
        self._size = self.lines = 0

    def add(self, values: Sequence[str]) -> None:
        if self._size > TEXT:
            return
        line = json.dumps(values, ensure_ascii=True, separators=(",", ":")) + "\n"
        self._parts.append(self._packer.compress(line.encode()))
        self._size += len(self._parts[-1])
        self.lines += 1

    def end(self) -> tuple[bytes, int]:
        self._parts.append(self._packer.flush())
        return b"".join(self._parts), self.lines


@dataclass(slots=True)
class RowsInTheMaking:
    """Takes rows in, in order, and holds a few bytes of each.

    Args:
        columns: the names of the rows' own columns.
        memory_mib: what each container of a wave reserves, by the wave's number.
    """

    columns: Sequence[str]
    memory_mib: Mapping[int, int]
    _fullest: float | None = None
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    _cpu: float = 0.0
    _seconds: Values = field(default_factory=Values)
    _peak: Values = field(default_factory=Values)
    _busy: Values = field(default_factory=Values)
    _slowest: list[tuple[float, int, Shown]] = field(default_factory=list)
    _failures: list[Shown] = field(default_factory=list)
    _state: bytearray = field(default_factory=bytearray)
    _numbers: tuple["array[float]", ...] = field(default_factory=lambda: tuple(array("f") for _ in range(3)))
    _code: "array[int]" = field(default_factory=lambda: array("h"))
    _text: _Text = field(default_factory=_Text)

    def add(self, record: RowResult) -> None:
        """Take a row in."""
        self._counts[_state(record)] += 1
        measured = record.measured
        failed = record.state is RowState.FAILED
        seconds, cpu, peak = (
            (_known(measured.seconds), _known(measured.cpu_seconds), _known(measured.peak_memory_bytes))
            if measured
            else (None, None, None)
        )
        self._cpu += cpu or 0.0
        self._seconds.add(seconds, failed=failed)
        self._peak.add(None if peak is None else peak / MEBI, failed=failed)
        self._busy.add(cpu / seconds if cpu is not None and seconds else None, failed=failed)
        if measured and peak is not None and (reserved := self.memory_mib.get(measured.wave)):
            self._fullest = max(self._fullest or 0.0, peak / MEBI / reserved)
        self._keep(record, seconds)
        if len(self._state) < ROWS:
            self._write(record, seconds, None if peak is None else peak / MEBI, cpu)

    def _keep(self, record: RowResult, seconds: float | None) -> None:
        """Of the slowest, and of those that failed, all that is known."""
        if seconds is not None and (len(self._slowest) < SLOWEST or seconds > self._slowest[0][0]):
            entry = (seconds, -record.row, shown(record, self.columns))
            push = heapq.heappush if len(self._slowest) < SLOWEST else heapq.heapreplace
            push(self._slowest, entry)
        if (record.state is RowState.FAILED or record.damaged) and len(self._failures) < FAILED:
            self._failures.append(shown(record, self.columns))

    def _write(self, record: RowResult, seconds: float | None, peak: float | None, cpu: float | None) -> None:
        self._state.append(STATES.index(_state(record)))
        code = record.measured.exit_code if record.measured else None
        self._code.append(UNKNOWN if code is None else max(min(code, 32767), -32767))
        for numbers, value in zip(self._numbers, (seconds, peak, cpu), strict=True):
            numbers.append(UNKNOWN if value is None else value)
        if self.columns:
            self._text.add(_values(record.columns, self.columns))

    def table(self) -> RowTable:
        """What the rows so far amount to."""
        took, peak, cpu = self._numbers
        text, texted = self._text.end()
        return RowTable(
            rows=sum(self._counts.values()),
            succeeded=self._counts[RowState.SUCCEEDED],
            failed=self._counts[RowState.FAILED],
            missing=self._counts[RowState.MISSING],
            damaged=self._counts[UNREADABLE],
            seconds=self._seconds.distribution(),
            peak_mib=self._peak.distribution(),
            busy_vcpus=self._busy.distribution(),
            fullest=self._fullest,
            cpu_seconds=self._cpu,
            slowest=tuple(each for *_, each in sorted(self._slowest, key=lambda one: (-one[0], -one[1]))),
            failures=tuple(self._failures),
            state=bytes(self._state),
            code=self._code,
            took=took,
            peak=peak,
            cpu=cpu,
            text=text,
            texted=texted,
        )


def shown(record: RowResult, columns: Sequence[str]) -> Shown:
    """All that is known of a row, with its columns cut to what can be shown."""
    measured = record.measured
    values = _values(record.columns, columns)
    if measured is None:
        return Shown(row=record.row, state=_state(record), problem=record.problem, columns=values)
    peak = _known(measured.peak_memory_bytes)
    return Shown(
        row=record.row,
        state=_state(record),
        seconds=_known(measured.seconds),
        peak_mib=None if peak is None else peak / MEBI,
        cpu_seconds=_known(measured.cpu_seconds),
        exit_code=measured.exit_code,
        signal=measured.signal,
        wave=measured.wave,
        attempt=measured.attempt,
        job_id=measured.job_id,
        problem=record.problem,
        columns=values,
    )


def _state(record: RowResult) -> str:
    """One of `STATES`; a row that failed has failed, whether or not it can be read why."""
    return UNREADABLE if record.damaged and record.state is RowState.SUCCEEDED else record.state


def _known(value: float | None) -> float | None:
    """A number that makes sense."""
    return value if value is not None and math.isfinite(value) and 0 <= value < SENSELESS else None


def _values(columns: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    # Of a local file that was uploaded people know the name.
    values = (columns.get(name, "") for name in names)
    return tuple(_cut(naming.uploaded_name(value) or value) for value in values)


def _cut(value: str) -> str:
    return value if len(value) <= CELL else value[: CELL - 1] + "…"
