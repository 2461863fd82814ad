"""Many values → how they spread: exact quantiles, and the bars of a histogram."""

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BARS = 60
"""Of a histogram at the most."""
SKEWED = 12
"""Where the largest value is so many times the median, bars grow by a factor instead of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How values spread.

    Attributes:
        count: how many there are.
        edges: where each bar begins, and where the last one ends.
        bars: how many values are in each; a value on an edge is in the bar that begins there.
        failed: of those, how many are of what failed.
        skewed: the edges grow by a factor.
    """

    count: int
    least: float
    most: float
    mean: float
    p50: float
    p95: float
    edges: tuple[float, ...]
    bars: tuple[int, ...]
    failed: tuple[int, ...]
    skewed: bool = False


class Values:
    """Values in the making of a distribution, eight bytes each."""

    def __init__(self) -> None:
        self._good, self._failed = array("d"), array("d")

    def add(self, value: float | None, *, failed: bool = False) -> None:
        """Take a value in; what is not known, no number, or below zero counts for nothing."""
        if value is not None and math.isfinite(value) and value >= 0:
            (self._failed if failed else self._good).append(value)

    def distribution(self) -> Distribution | None:
        """How they spread; None without any."""
        ranked = array("d", sorted([*self._good, *self._failed]))
        if not ranked:
            return None
        edges, skewed = _edges(ranked)
        return Distribution(
            count=len(ranked),
            least=ranked[0],
            most=ranked[-1],
            mean=math.fsum(ranked) / len(ranked),
            p50=_quantile(ranked, 0.5),
            p95=_quantile(ranked, 0.95),
            edges=edges,
            bars=tuple(_counted(ranked, edges)),
            failed=tuple(_counted(sorted(self._failed), edges)),
            skewed=skewed,
        )


def _quantile(ranked: Sequence[float], share: float) -> float:
    """A value that occurred (nearest rank)."""
    return ranked[max(math.ceil(share * len(ranked)) - 1, 0)]


def _edges(ranked: Sequence[float]) -> tuple[tuple[float, ...], bool]:
    middle, most = _quantile(ranked, 0.5), ranked[-1]
    low = next((value for value in ranked if value > 0), 0.0)
    if low and most > SKEWED * max(middle, low):
        low = max(low, most / 1e5)
        factor = (most / low) ** (1 / BARS)
        return (0.0, *(low * factor**step for step in range(1, BARS)), most), True
    step = _step(most, min(BARS, max(len(ranked), 4)))
    return tuple(step * number for number in range(max(math.ceil(most / step + 1e-9), 1) + 1)), False


def _step(most: float, bars: int) -> float:
    """The smallest step of 1, 2, 2.5 or 5 times a power of ten that needs no more bars."""
    if most <= 0:
        return 1.0
    raw = most / bars
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw)


def _counted(ranked: Sequence[float], edges: Sequence[float]) -> Iterator[int]:
    before = 0
    for end in edges[1:-1]:
        below = bisect_right(ranked, math.nextafter(end, 0))
        yield below - before
        before = below
    yield len(ranked) - before
