"""How values spread, as bars."""

import math
from collections.abc import Callable, Iterable, Sequence

from fargo.report import Distribution
from fargo.view.report.plots import HIGH, WIDE, Rule, plot, rect
from fargo.view.report.words import Measure

THIN = 7.0
"""The least width of a bar: a line that stands on it leaves something to be seen."""


def histogram(
    found: Distribution, measure: Measure, *, name: str, reserved: Sequence[tuple[float, str]] = ()
) -> str:
    """Bars, with lines at the median, the 95th percentile, and what was reserved.

    Args:
        reserved: values, and what is written there.
    """
    place = _scale(found, reserved)
    tallest = max(found.bars)
    shapes = "".join(_bars(found, place, tallest))
    half, most = measure.written(found.p50), measure.written(found.p95)
    rules = [Rule(place(found.p50), f"half ≤ {half}", "p50")]
    if most != half:
        rules.append(Rule(place(found.p95), f"95\u00a0% ≤ {most}", "p95"))
    rules += [Rule(place(value), label, "reserved") for value, label in reserved]
    if found.skewed:
        marks = [(place(value), measure.written(value)) for value in _by_factors(found)]
    else:
        marks = [(place(value), measure.at_axis(value)) for value in measure.marks(_top(found, reserved))]
    return plot(shapes, marks, rules, name=name, class_="histogram")


def _top(found: Distribution, reserved: Sequence[tuple[float, str]]) -> float:
    """The right end of the axis: what was reserved is on it."""
    return max(found.edges[-1], *(value * 1.04 for value, _ in reserved), 1e-9)


def _by_factors(found: Distribution) -> Sequence[float]:
    low, top = found.edges[1], found.edges[-1]
    return [low * (top / low) ** (part / 4) for part in range(5)]


def _scale(found: Distribution, reserved: Sequence[tuple[float, str]]) -> Callable[[float], float]:
    """A value → its share of the width; an axis of factors begins with room for all that is smaller."""
    top = _top(found, reserved)
    if not found.skewed:
        return lambda value: value / top
    low = found.edges[1]
    whole = math.log(top / low)
    return lambda value: 0.03 + 0.97 * math.log(value / low) / whole if value > low else 0.03 * value / low


def _bars(found: Distribution, place: Callable[[float], float], tallest: int) -> Iterable[str]:
    for number, bar in enumerate(found.bars):
        if not bar:
            continue
        left, right = (place(found.edges[number + side]) * WIDE for side in (0, 1))
        gap = min(1.5, (right - left) * 0.15)
        bad = found.failed[number]
        for kind, count, base in (("fail", bad, 0), ("run", bar - bad, bad)):
            if count:
                high, low = (HIGH * level / tallest for level in (base + count, base))
                yield rect(left, HIGH - high, max(right - left - gap, THIN), max(high - low, 0.6), kind)
