"""A bar of child states: what failed, then what succeeded, runs and waits."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fargo.model.job import JobState
from fargo.view import text

if TYPE_CHECKING:
    from rich.text import Text

LEAST = 4
"""Fewer cells than this tell less than the numbers alone."""

# In the order shown, and of which group a cell is taken last: glyph, ASCII, what it stands for.
_GROUPS = (
    (text.GLYPHS[JobState.FAILED], "x", (JobState.FAILED,)),
    ("█", "#", (JobState.SUCCEEDED,)),
    ("▒", "=", (JobState.RUNNING, JobState.STARTING)),
    ("░", ".", (JobState.RUNNABLE, JobState.PENDING, JobState.SUBMITTED)),
)


def bar(counts: Mapping[JobState, int], width: int, *, ascii: bool = False, label: int = 0) -> "Text":  # noqa: A002 # as `--ascii` is called
    """Like `✘███████▒▒░░░ 141/200`, never wider than `width`.

    Where that is too narrow for both, the numbers alone; then the cells alone.

    Args:
        counts: children by state.
        label: the least width of the numbers, so that the bars of a table are of one length.
    """
    from rich.text import Text

    numbers = done(counts).rjust(label)
    room = width - len(numbers) - 1
    if room >= LEAST:
        return cells(counts, room, ascii=ascii).append(f" {numbers}")
    return Text(numbers.strip()) if len(numbers.strip()) <= width else cells(counts, width, ascii=ascii)


def cells(counts: Mapping[JobState, int], width: int, *, ascii: bool = False) -> "Text":  # noqa: A002 # as above
    """The bar without numbers: exactly `width` cells; none where nothing is counted.

    A state that any child is in has a cell, as long as there are as many: a single failure is
    seen, and a bar is full only where all have ended.
    """
    from rich.text import Text

    shown = Text()
    for (glyph, plain, states), length in zip(_GROUPS, _lengths(counts, width), strict=True):
        shown.append((plain if ascii else glyph) * length, style=text.STYLES[states[0]])
    return shown


def done(counts: Mapping[JobState, int]) -> str:
    """How many have ended, of how many: like `141/200`."""
    return f"{ended(counts)}/{sum(counts.values())}"


def words(counts: Mapping[JobState, int], what: str = "") -> str:
    """The same where there is no bar: like `141 of 200 done, 2 failed`.

    Args:
        what: of what, such as ` containers`, where it could be something else.
    """
    failed = counts.get(JobState.FAILED, 0)
    said = f"{ended(counts):,} of {sum(counts.values()):,}{what} done"
    return f"{said}, {failed:,} failed" if failed else said


def ended(counts: Mapping[JobState, int]) -> int:
    """How many have ended."""
    return sum(count for state, count in counts.items() if state.finished)


def _lengths(counts: Mapping[JobState, int], width: int) -> list[int]:
    """The cells of each group: by largest remainder, then at least one for each that is not empty."""
    sizes = [sum(counts.get(state, 0) for state in states) for _, _, states in _GROUPS]
    total = sum(sizes)
    if not total or width <= 0:
        return [0] * len(sizes)
    lengths = [size * width // total for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda group: -(sizes[group] * width % total))
    for group in by_remainder[: width - sum(lengths)]:
        lengths[group] += 1
    for group, size in enumerate(sizes):
        if size and not lengths[group]:
            giver = max(range(len(sizes)), key=lambda other: (lengths[other], other))
            if lengths[giver] > 1 or giver > group:
                lengths[giver] -= 1
                lengths[group] += 1
    return lengths
