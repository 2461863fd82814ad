"""The lines of a log view: the newest so many of them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from fargo.monitor.cells import cells, plain

CAPACITY = 200_000
"""Lines that a view keeps."""


class Line(NamedTuple):
    """A line as it is shown: nothing in it drives a terminal. A tuple, because there are many.

    Attributes:
        text: as `line` makes it.
        at: when it was written; None for a mark.
        prefix: whose it is, such as `#17`; empty where there is one container alone.
        mark: it is said of the log, such as that lines are missing, and stands not in it.
    """

    text: str
    at: datetime | None = None
    prefix: str = ""
    mark: bool = False

    def written(self, *, times: bool) -> str:
        """As a file holds it."""
        at = self.at.isoformat(timespec="milliseconds") if times and self.at else ""
        return " ".join(part for part in (at, self.prefix, self.text) if part)


def line(text: str, at: datetime | None = None, *, prefix: str = "") -> Line:
    """A line that a container wrote, without its end."""
    return Line(plain(text.rstrip("\r\n")), at, prefix)


def mark(text: str, at: datetime | None = None) -> Line:
    """A remark between the lines."""
    return Line(plain(text), at, mark=True)


class Ring:
    """Lines by their number: each has the next one when it comes and keeps it; the oldest ones go.

    Attributes:
        first: the number of the oldest line that is kept, which is how many have gone.
        prefix: cells of the widest prefix that ever came.
        widest: cells of the widest text.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lines: list[Line] = []
        self._before = 0  # the number of _lines[0], which may have gone already
        self.first = 0
        self.prefix = 0
        self.widest = 0

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self._before + len(self._lines)

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, number: int) -> Line:
        return self._lines[number - self._before]

    def append(self, lines: Iterable[Line]) -> None:
        """Take lines in, in the order in which they shall stand."""
        start = len(self._lines)
        self._lines += lines
        for each in self._lines[start:]:
            if 2 * len(each.text) > self.widest:  # else it cannot be wider, and measuring takes time
                self.widest = max(self.widest, cells(each.text))
            self.prefix = max(self.prefix, len(each.prefix))
        self.first = max(self.first, self.end - self._capacity)
        if self.first - self._before > self._capacity:  # seldom, so that it costs nothing a line
            del self._lines[: self.first - self._before]
            self._before = self.first

    def numbered(self, start: int = 0) -> Iterator[tuple[int, Line]]:
        """Each line from a number on, with its number."""
        start = max(start, self.first)
        return enumerate(self._lines[start - self._before :], start)

    def since(self, at: datetime) -> int:
        """The number of the first of the newest lines that were all written at this time or later."""
        found = self.end
        for number in range(self.end - 1, self.first - 1, -1):
            written = self[number].at
            if written is not None and written < at:
                break
            found = number
        return found

    def newest(self) -> datetime | None:
        """When the latest line that has a time was written."""
        for number in range(self.end - 1, self.first - 1, -1):
            if at := self[number].at:
                return at
        return None
