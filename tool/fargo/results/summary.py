"""Many rows in a few figures, in memory that does not grow with them."""

import math
from collections import Counter
from dataclasses import dataclass, field

from fargo.results.records import RowResult
from fargo.results.standing import RowState

STEP = 1.02
"""A bucket of the histogram ends 2 % above its beginning, so that a quantile is at most 1 % off."""
LEAST = 0.001
"""Shorter durations, in seconds, are one bucket."""
DAYS = 14 * 86_400.0
"""Longer ones are the last: AWS Batch may stop a Fargate job after 14 days."""


class Durations:
    """Seconds, counted in buckets that grow by 2 %: a thousand counters for any number of them."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.total = 0.0
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self._counts[round(math.log(min(max(seconds, LEAST), DAYS) / LEAST, STEP))] += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)

    def quantile(self, share: float) -> float:
        """What `share` of them do not exceed, within 1 %; 0 where there are none."""
        wanted = math.ceil(share * self._counts.total())
        for bucket in sorted(self._counts):
            wanted -= self._counts[bucket]
            if wanted <= 0:
                return min(LEAST * STEP**bucket, self.longest)
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run's rows in figures, of those that left a result.

    Attributes:
        rows: those that were looked at.
        damaged: of those, the ones whose result object cannot be read.
        median_seconds: within 1 %, as `p95_seconds`.
        cpu_seconds: of all rows.
    """

    rows: int
    succeeded: int
    failed: int
    missing: int
    damaged: int
    median_seconds: float
    p95_seconds: float
    max_seconds: float
    total_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    bytes_in: int
    bytes_out: int


@dataclass(slots=True)
class Summing:
    """A summary in the making: `add` every row, then `summary`."""

    _states: Counter[RowState] = field(default_factory=Counter)
    _durations: Durations = field(default_factory=Durations)
    _sums: Counter[str] = field(default_factory=Counter)
    _cpu: float = 0.0
    _peak: int = 0

    def add(self, record: RowResult) -> None:
        """Take a row in."""
        self._states[record.state] += 1
        self._sums["damaged"] += bool(record.damaged)
        if (measured := record.measured) is None:
            return
        if measured.seconds is not None:
            self._durations.add(measured.seconds)
        self._cpu += measured.cpu_seconds or 0.0
        self._peak = max(self._peak, measured.peak_memory_bytes or 0)
        self._sums["bytes_in"] += measured.bytes_in
        self._sums["bytes_out"] += measured.bytes_out

    def summary(self) -> Summary:
        """What the rows so far amount to."""
        return Summary(
            rows=self._states.total(),
            succeeded=self._states[RowState.SUCCEEDED],
            failed=self._states[RowState.FAILED],
            missing=self._states[RowState.MISSING],
            damaged=self._sums["damaged"],
            median_seconds=self._durations.quantile(0.5),
            p95_seconds=self._durations.quantile(0.95),
            max_seconds=self._durations.longest,
            total_seconds=self._durations.total,
            cpu_seconds=self._cpu,
            peak_memory_bytes=self._peak,
            bytes_in=self._sums["bytes_in"],
            bytes_out=self._sums["bytes_out"],
        )
