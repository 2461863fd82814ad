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


def area(seen: Lanes, axis: TimeAxis, waves: Sequence[tuple[int, float]]) -> tuple[str, int]:
    """How many containers ran at each moment; and how many at the most."""
    begins, ends = ([axis.at(moment) for moment in moments] for moments in (seen.begins, seen.ends))
    moments = [axis.width * step / POINTS for step in range(POINTS + 1)]
    running = [bisect_right(begins, at) - bisect_right(ends, at) for at in moments]
    tallest = max(*running, 1)
    points = " ".join(
        f"L{WIDE * number / POINTS:.1f} {HIGH - HIGH * value / tallest:.2f}"
        for number, value in enumerate(running)
    )
    shape = f'<path class="run area" d="M0 {HIGH:g} {points} L{WIDE:g} {HIGH:g}Z"/>'
    rules = [Rule(axis.share(at), f"wave {number}{axis.left_out(at)}", "wave") for number, at in waves]
    name = f"How many containers ran at each moment: {tallest:,} at the most"
    return plot(shape, (), rules, name=name, class_="concurrency"), tallest


def strip(seen: Lanes, axis: TimeAxis, *, name: str) -> str:
    """Containers as lines, by their start: grey while they wait, then starting, then running."""
    each = max(len(seen) / LINES, 1)
    lines = min(len(seen), LINES)
    height = HIGH / lines
    shapes = "".join(
        _line(
            seen,
            _spokesman(seen, int(number * each), int((number + 1) * each)),
            number * height,
            height,
            axis,
        )
        for number in range(lines)
    )
    return plot(shapes, axis.marks(), name=name, class_="strip")


def _spokesman(seen: Lanes, first: int, after: int) -> int:
    """Which of neighbours is drawn for all: one that failed, else the middle one."""
    failed = STATES.index(JobState.FAILED)
    return next((place for place in range(first, after) if seen.state[place] == failed), (first + after) // 2)


def _line(seen: Lanes, place: int, y: float, height: float, axis: TimeAxis) -> str:
    created, starting, started, stopped = (
        column[place] for column in (seen.created, seen.starting, seen.started, seen.stopped)
    )
    until = seen.at if math.isnan(stopped) else stopped
    bad = STATES[seen.state[place]] is JobState.FAILED
    stretches = (
        ("wait", created, _first(starting, started, until)),
        ("start", starting, _first(started, until)),
        ("fail" if bad else "run", started, until),
    )
    inner = height * (0.86 if height > 1 else 1)
    return "".join(
        rect(axis.share(left) * WIDE, y, (axis.share(right) - axis.share(left)) * WIDE, inner, kind)
        for kind, left, right in stretches
        if not math.isnan(left) and right >= left
    )


def _first(*moments: float) -> float:
    return next((at for at in moments if not math.isnan(at)), math.nan)
