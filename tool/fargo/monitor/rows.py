"""Which row of a log view shows what: lines that are wrapped, lines that are hidden."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fargo.monitor.cells import breaks
from fargo.monitor.lines import Line, Ring


class Place(NamedTuple):
    """A row of a line.

    Attributes:
        number: the line's.
        part: which of its rows, from 0.
    """

    number: int
    part: int


class Rows:
    """Where the lines of a ring stand. After each change of the ring, `grow` takes it in.

    Attributes:
        width: the cells that a line's text is wrapped to; 0 where each line has one row.
        chosen: whether only some lines are shown.
    """

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self.lay()

    def lay(self, width: int = 0, chosen: Sequence[int] | None = None) -> None:
        """Begin anew.

        Args:
            width: as the attribute.
            chosen: the numbers of the lines that are shown, rising; None: all are.
        """
        self.width, self.chosen = width, chosen is not None
        self._numbers: list[int] = []
        self._ends: list[int] = []  # the row below each of these lines
        self._gone = 0  # how many of these lines the ring has dropped
        self._base = 0  # the row where the first line stands that it has not
        self._known = self._ring.first  # the number of the first line that was not looked at
        self.grow(chosen or ())

    def __len__(self) -> int:
        return self._ends[-1] - self._base if self._ends else 0

    def grow(self, chosen: Iterable[int] = ()) -> int:
        """Take in what the ring took in and what it dropped.

        Args:
            chosen: the numbers of the new lines that are shown, where not all are.

        Returns:
            How many rows have gone from above the others.
        """
        end = self._ends[-1] if self._ends else 0
        fresh = chosen if self.chosen else range(max(self._known, self._ring.first), self._ring.end)
        for number in fresh:
            end += self._height(self._ring[number])
            self._numbers.append(number)
            self._ends.append(end)
        self._known = self._ring.end
        return self._forget()

    def place(self, row: int) -> Place | None:
        """What stands in a row; None below the last."""
        if row >= len(self):
            return None
        index = bisect_right(self._ends, row + self._base, self._gone)
        begin = self._ends[index - 1] if index > self._gone else self._base
        return Place(self._numbers[index], row + self._base - begin)

    def row(self, number: int) -> int:
        """Where a line begins; where it is not shown, the next one that is."""
        index = bisect_left(self._numbers, number, self._gone)
        return (self._ends[index - 1] if index > self._gone else self._base) - self._base

    def shown(self) -> Iterable[Line]:
        """The lines that are shown."""
        return (self._ring[number] for number in self._numbers[self._gone :])

    def _height(self, line: Line) -> int:
        if not self.width or line.mark or 2 * len(line.text) <= self.width:
            return 1
        return len(breaks(line.text, self.width))

    def _forget(self) -> int:
        self._gone = bisect_left(self._numbers, self._ring.first, self._gone)
        before, self._base = self._base, self._ends[self._gone - 1] if self._gone else 0
        if self._gone > len(self._numbers) // 2:  # seldom, so that it costs nothing a line
            del self._numbers[: self._gone], self._ends[: self._gone]
            self._ends = [end - self._base for end in self._ends]
            self._gone, gone = 0, self._base - before
            self._base = 0
            return gone
        return self._base - before
