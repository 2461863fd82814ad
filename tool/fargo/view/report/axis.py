"""The axis of time: from the first moment to the last, without long stretches in which nothing happened."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from fargo.model.units import duration_text
from fargo.report import Lanes
from fargo.view.report import words

IDLE = 0.1
"""A stretch without a container that waits or runs is left out where it is longer than this share of the
others together."""
KEPT = 0.03
"""What is kept of it, so that it is seen."""
MARKS = 8
NEAR = 0.7
"""Of the step between two marks: nearer to the one before, as after a gap, there is none."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that is left out: where it begins on the axis, and its length, both in seconds."""

    at: float
    length: float


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Moments → places.

    Attributes:
        begin: the first moment, in seconds since 1970.
        width: the length of the axis, in seconds.
        gaps: what is left out, in order.
    """

    begin: float
    width: float
    gaps: tuple[Gap, ...] = ()

    def at(self, moment: float) -> float:
        """A moment in seconds from the left end; `nan` stays."""
        place = moment - self.begin
        for gap in self.gaps:
            if place > gap.at:
                place = max(gap.at, place - gap.length)
        return place

    def share(self, moment: float) -> float:
        """The same as a share of the width, within it."""
        return min(max(self.at(moment) / self.width, 0.0), 1.0)

    def left_out(self, moment: float) -> str:
        """How much is left out just before a moment, in words; empty where nothing is."""
        place = self.at(moment)
        near = [gap for gap in self.gaps if 0 <= place - gap.at <= 2 * KEPT * self.width]
        return f", {duration_text(near[-1].length)} later (left out)" if near else ""

    def marks(self) -> list[tuple[float, str]]:
        """Places as shares, and the time since the first moment that is written there."""
        step = words.time_step(self.width, MARKS)
        made: list[tuple[float, str]] = []
        before = -step
        for begin, end, left_out in self._stretches():
            number = math.ceil((begin + left_out) / step)
            while (at := number * step - left_out) <= end:
                label = words.mark(number * step)
                if at - before > step * NEAR and label not in {known for _, known in made[-1:]}:
                    made.append((at / self.width, label))
                    before = at
                number += 1
        return made

    def _stretches(self) -> Iterator[tuple[float, float, float]]:
        """Between the gaps: from where to where on the axis, and how much is left out before."""
        begin = left_out = 0.0
        for gap in self.gaps:
            yield begin, gap.at, left_out
            begin, left_out = gap.at, left_out + gap.length
        yield begin, self.width, left_out


def time_axis(seen: Lanes) -> TimeAxis | None:
    """The axis for these containers; None where no time passed that is known."""
    span = seen.span
    if not span or span[1] <= span[0]:
        return None
    begin, end = span
    idle = list(_idle(seen))
    busy = (end - begin) - sum(until - since for since, until in idle)
    gaps: list[Gap] = []
    removed = 0.0
    for since, until in idle:
        if until - since > IDLE * busy:
            length = until - since - KEPT * busy
            gaps.append(Gap(since - begin - removed + KEPT * busy / 2, length))
            removed += length
    return TimeAxis(begin, end - begin - removed, tuple(gaps))


def _idle(seen: Lanes) -> Iterator[tuple[float, float]]:
    """Stretches in which no container waited or ran."""
    lives = sorted(
        (created if not math.isnan(created) else started, seen.at if math.isnan(stopped) else stopped)
        for created, started, stopped in zip(seen.created, seen.started, seen.stopped, strict=True)
        if not (math.isnan(created) and math.isnan(started))
    )
    until = lives[0][0] if lives else 0.0
    for begin, end in lives:
        if begin > until:
            yield until, begin
        until = max(until, end)
