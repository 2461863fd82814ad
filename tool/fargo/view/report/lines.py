"""Containers over time: how many ran, and each as a line."""

import math
from bisect import bisect_right
from collections.abc import Sequence

from fargo.model.job import JobState
from fargo.report import Lanes
from fargo.report.lanes import STATES
from fargo.view.report.axis import TimeAxis
from fargo.view.report.plots import HIGH, WIDE, Rule, plot, rect

POINTS = 400
"""Of the curve."""
LINES = 160
"""Containers that are drawn without a script; each stands for as many others."""
MARK = 6.0
"""The width of the mark where one of those that a line stands for failed."""
HATCH = (
    '<defs><pattern id="waiting" width="5" height="100" patternUnits="userSpaceOnUse">'
    '<rect class="ground" width="5" height="100"/><rect class="stripe" width="1.25" height="100"/>'
    "</pattern></defs>"
)
"""What waits is striped: it stands out from the paper, and from what runs where colours cannot be seen."""
Stretch = tuple[str, float, float]


def area(seen: Lanes, axis: TimeAxis, waves: Sequence[tuple[int, float]]) -> tuple[str, int]:
    """How many containers ran at each moment; and how many at the most."""
    running = _running(seen, axis)
    tallest = max(*running, 1)
    points = " ".join(
        f"L{WIDE * number / POINTS:.1f} {HIGH - HIGH * value / tallest:.2f}"
        for number, value in enumerate(running)
    )
    shape = f'<path class="run area" d="M0 {HIGH:g} {points} L{WIDE:g} {HIGH:g}Z"/>'
    rules = [Rule(axis.share(at), f"wave {number}{axis.left_out(at)}", "wave") for number, at in waves]
    name = f"How many containers ran at each moment: {tallest:,} at the most"
    return plot(shape, (), rules, name=name, class_="concurrency"), tallest


def _running(seen: Lanes, axis: TimeAxis) -> list[int]:
    """The most at once from each point to the next; what ends as another begins makes room for it."""
    begins, ends = ([axis.at(moment) for moment in moments] for moments in (seen.begins, seen.ends))
    points = [axis.width * step / POINTS for step in range(POINTS + 1)]
    most = [bisect_right(begins, at) - bisect_right(ends, at) for at in points]
    for number, at in enumerate(begins, 1):
        point = min(int(at / axis.width * POINTS), POINTS)
        most[point] = max(most[point], number - bisect_right(ends, at))
    return most


def strip(seen: Lanes, axis: TimeAxis, *, name: str) -> str:
    """Containers as lines, by their start: grey while they wait, then starting, then running."""
    lines = min(len(seen), LINES)
    shapes = "".join(
        _bundle(
            seen,
            range(number * len(seen) // lines, (number + 1) * len(seen) // lines),
            number * HIGH / lines,
            HIGH / lines,
            axis,
        )
        for number in range(lines)
    )
    return plot(HATCH + shapes, axis.marks(), name=name, class_="strip")


def _bundle(seen: Lanes, places: range, y: float, height: float, axis: TimeAxis) -> str:
    """A container; of several one that did not fail, and over it one that did, as faint as those are few."""
    failed = STATES.index(JobState.FAILED)
    bad = [place for place in places if seen.state[place] == failed]
    good = [place for place in places if seen.state[place] != failed]
    shown = good or bad
    drawn = _line(seen, shown[len(shown) // 2], y, height, axis)
    if good and bad:
        place = bad[len(bad) // 2]
        *_, stretch = _stretches(seen, place)
        drawn += _rect(axis, stretch, y, height, opacity=len(bad) / len(places))
        drawn += rect(0, y, MARK, height, "fail")
    return drawn


def _line(seen: Lanes, place: int, y: float, height: float, axis: TimeAxis) -> str:
    inner = height * (0.86 if height > 1 else 1)
    return "".join(_rect(axis, stretch, y, inner) for stretch in _stretches(seen, place))


def _stretches(seen: Lanes, place: int) -> tuple[Stretch, ...]:
    """What a container did, and from when to when; last, how it ran."""
    created, starting, started, stopped = (
        column[place] for column in (seen.created, seen.starting, seen.started, seen.stopped)
    )
    until = seen.at if math.isnan(stopped) else stopped
    bad = STATES[seen.state[place]] is JobState.FAILED
    return (
        ("wait", created, _first(starting, started, until)),
        ("start", starting, _first(started, until)),
        ("fail", _first(started, until), until) if bad else ("run", started, until),
    )


def _rect(axis: TimeAxis, stretch: Stretch, y: float, height: float, *, opacity: float = 1) -> str:
    kind, left, right = stretch
    if math.isnan(left) or right < left:
        return ""
    wide = (axis.share(right) - axis.share(left)) * WIDE
    return rect(axis.share(left) * WIDE, y, wide, height, kind, opacity=opacity)


def _first(*moments: float) -> float:
    return next((at for at in moments if not math.isnan(at)), math.nan)
