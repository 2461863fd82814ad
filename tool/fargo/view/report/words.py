"""Figures as the report writes them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.model.units import duration_text

THIN = "\u00a0"
"""Between a number and its unit: no line ends there."""
UNKNOWN = "\u2013"
"""Stands for what nobody knows."""
MINUTE, HOUR = 60, 3600
GIB = 1024
TEN = 10
FEW = 20
"""Of fewer values one in twenty is none, and the slowest is no outlier."""
HUNDRED = 100
_STEPS = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
    3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
)  # fmt: skip
"""Seconds between marks of a time axis."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a kind of values is written.

    Attributes:
        written: a value in words.
        at_axis: the same where it is a round one.
        marks: the round values of an axis that ends here.
    """

    written: Callable[[float], str]
    at_axis: Callable[[float], str]
    marks: Callable[[float], Sequence[float]]


def took(seconds: float | None) -> str:
    """Like `0.25 s`, `4.2 s`, `3m11`."""
    if seconds is None:
        return UNKNOWN
    if seconds < MINUTE:
        return f"{seconds:.{2 if seconds < 1 else 1 if seconds < TEN else 0}f}{THIN}s"
    return duration_text(seconds)


def memory(mib: float | None) -> str:
    """Like `312 MiB`, `1.5 GiB`."""
    if mib is None:
        return UNKNOWN
    return f"{mib:.0f}{THIN}MiB" if mib < GIB else f"{mib / GIB:.3g}{THIN}GiB"


def vcpus(count: float) -> str:
    """Like `0.25`, `1.9`."""
    return f"{count:.2g}"


def hours(count: float) -> str:
    """Like `< 0.01`, `3.72`, `12,346`."""
    if count < 1 / HUNDRED:
        return "< 0.01"
    return f"{count:,.0f}" if count >= HUNDRED else f"{count:.3g}"


def share(part: float) -> str:
    """Like `37 %`; what is little but not nothing is never `0 %`."""
    if 0 < part < 1 / HUNDRED:
        return f"under 1{THIN}%"
    return f"over 99{THIN}%" if 1 - 1 / HUNDRED < part < 1 else f"{part * HUNDRED:.0f}{THIN}%"


def moment(at: datetime | float | None) -> str:
    """A moment in UTC, to the second."""
    if at is None:
        return UNKNOWN
    found = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def count(number: int, one: str, many: str = "") -> str:
    """Like `1 row`, `3,000 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def time_step(span: float, most: int = 5) -> float:
    """Seconds between the marks of an axis of so many seconds."""
    return next((each for each in _STEPS if span / each <= most), _STEPS[-1])


def time_marks(span: float) -> list[float]:
    """Marks of an axis of seconds that begins at 0."""
    return _marks(span, time_step(span))


def memory_marks(most: float) -> list[float]:
    """The same of MiB."""
    return _marks(most, 2.0 ** math.ceil(math.log2(max(most, 1) / 4)))


def plain_marks(most: float) -> list[float]:
    """The same of any numbers."""
    power = 10.0 ** math.floor(math.log10(most / 4))
    return _marks(most, next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= most / 5))


def _marks(most: float, step: float) -> list[float]:
    return [number * step for number in range(int(most / step + 1e-9) + 1)]


def mark(seconds: float) -> str:
    """A moment at an axis: like `0`, `30 s`, `10 min`, `1h30m`."""
    if seconds < MINUTE:
        return f"{seconds:g}{THIN}s" if seconds else "0"
    if seconds < HOUR and not seconds % MINUTE:
        return f"{seconds / MINUTE:g}{THIN}min"
    return duration_text(seconds)


TIME = Measure(took, mark, time_marks)
MEMORY = Measure(memory, memory, memory_marks)
VCPUS = Measure(vcpus, vcpus, plain_marks)
