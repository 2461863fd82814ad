"""What a column is, and how many of them have room. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from fargo.model.job import Job
from fargo.monitor.board import Board
from fargo.monitor.look import Look

Piece = tuple[str, str]
"""Text, and the words of its style."""
MARGIN = 4
"""Cursor, mark, fold, and a space."""
WORDS = 110
"""From so many cells on the words for states are written out."""
REASONS = 140
"""From so many cells on reasons have a column of their own."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What telling of a job takes, besides the job.

    Attributes:
        now: what the clocks of running jobs show.
        why: an array's id → why its children fail, as far as it is known.
    """

    board: Board
    look: Look
    now: datetime
    width: int
    why: Callable[[Job], str] = lambda _: ""

    @property
    def short(self) -> bool:
        """Whether the short words are used."""
        return self.width < WORDS

    @property
    def reasons(self) -> bool:
        """Whether reasons have a column of their own."""
        return self.width >= REASONS


Tell = Callable[[Job, Facts, int], Sequence[Piece]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column.

    Attributes:
        width: its cells, or the least where it grows.
        most: to which it grows; 0: it does not.
        since: cells that the table must have for it to be shown.
        right: whether it is aligned to the right.
        key: what it is sorted by; None stands last.
        down: whether the greatest comes first when it is chosen.
    """

    name: str
    title: str
    width: int
    tell: Tell
    key: Callable[[Job, Board], Any]
    most: int = 0
    since: int = 0
    right: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its place in a line."""

    column: Column
    x: int
    width: int


def layout(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that have room in so many cells; a space between, and one at the end.

    What is left goes to those that grow, in turn, and then to the last of them.
    """
    shown = [column for column in columns if width >= column.since]
    widths = {column.name: column.width for column in shown}
    free = width - MARGIN - 1 - sum(widths.values()) - max(len(shown) - 1, 0)
    growing = [column for column in shown if column.most]
    while free > 0 and any(widths[each.name] < each.most for each in growing):
        for column in growing:
            if free > 0 and widths[column.name] < column.most:
                widths[column.name] += 1
                free -= 1
    placed, x = [], MARGIN
    for column in shown:
        placed.append(Placed(column, x, widths[column.name]))
        x += widths[column.name] + 1
    return tuple(placed)


def fit(words: str, width: int, *, right: bool = False, dots: str = "…") -> str:
    """Words in exactly so many cells, cut with dots where they are longer."""
    if words.isascii():
        if len(words) > width:
            return words[: max(width - 1, 0)] + dots[:width]
        return words.rjust(width) if right else words.ljust(width)
    length = cell_len(words)
    if length > width:
        return set_cell_size(words, max(width - 1, 0)) + dots[:width]
    space = " " * (width - length)
    return space + words if right else words + space


def pieces(shown: Text) -> Iterator[Piece]:
    """A text whose spans do not overlap, piece by piece."""
    at, plain = 0, shown.plain
    for span in shown.spans:
        if span.start > at:
            yield plain[at : span.start], ""
        yield plain[span.start : span.end], str(span.style)
        at = span.end
    if at < len(plain):
        yield plain[at:], ""


# -- what each tells -------------------------------------------------------------------------------------
