"""How a row of a log view is drawn: its time, whose it is, and its text with what is marked in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from zlib import crc32

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fargo.monitor.cells import breaks, cells, window
from fargo.monitor.lines import Line
from fargo.monitor.rows import Place

HUES = ("cyan", "magenta", "green", "blue", "yellow", "bright_cyan", "bright_magenta", "bright_blue")
"""Of the prefixes; red is left out, because people take it for trouble."""
TIME = len("HH:MM:SS.mmm ")
QUIET = Style(dim=True)
HIT = Style(color="yellow", reverse=True)
FOUND = Style(color="bright_magenta", reverse=True, bold=True)
"""The hit that was gone to."""

Span = tuple[int, int]
Piece = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all rows of a view have in common.

    Attributes:
        width: cells of a row.
        times: whether times are shown.
        prefix: cells of the widest prefix; 0 for none.
        wrap: cells that texts are wrapped to; 0: they are not.
        left: cells that are scrolled away on the left.
        base: every segment's style before anything is added.
    """

    width: int
    times: bool
    prefix: int
    wrap: int
    left: int
    base: Style

    @property
    def head(self) -> int:
        """Cells before a line's text."""
        return TIME * self.times + (self.prefix + 1 if self.prefix else 0)

    @property
    def room(self) -> int:
        """Cells for a line's text."""
        return max(self.width - self.head, 1)

    def head_text(self, line: Line) -> tuple[str, str]:
        """A line's time and whose it is, each as wide as every line's."""
        at = f"{line.at.time().isoformat('milliseconds')} " if line.at else " " * TIME
        return at if self.times else "", f"{line.prefix:<{self.prefix}} " if self.prefix else ""

    def seen(self, text: str, part: int) -> tuple[int, int, int]:
        """The part of a line's text that stands in a row: begin, end, and cells left free before it."""
        if not self.wrap:
            return window(text, self.left, self.room)
        begins = breaks(text, self.wrap)
        return begins[part], begins[part + 1] if part + 1 < len(begins) else len(text), 0

    def strip(self, line: Line, row: int, place: Place, marks: Sequence[tuple[Span, Style]]) -> Strip:
        """A row, exactly as wide as the view.

        Args:
            row: its number in the view: what the mouse selects is told by it.
            marks: places in the line's text, with what is added to their style.
        """
        if line.mark:
            return self.remark(f"-- {line.text} --")
        begin, end, free = self.seen(line.text, place.part)
        head = [*self._head(line, place.part), *([(" " * free, self.base)] if free else [])]
        body = _pieces(line.text, (begin, end), marks, self.base)
        drawn = _placed(head, 0, row) + _placed(body, self.head + begin, row)
        left = self.width - self.head - free - cells(line.text[begin:end])
        if left < 0:  # a terminal of a few cells, or a character that is wider than a row
            return Strip(drawn).adjust_cell_length(self.width, self.base)
        return Strip([*drawn, Segment(" " * left, self.base)] if left else drawn, self.width)

    def remark(self, text: str, row: int = 0) -> Strip:
        """A row that is no line; of a text that is longer than a row, its rows are told by their number."""
        begin, end = row * self.width, (row + 1) * self.width
        return Strip([Segment(text[begin:end], self.base + QUIET)]).adjust_cell_length(self.width, self.base)

    def _head(self, line: Line, part: int) -> list[Piece]:
        if part:
            return [(" " * self.head, self.base)] if self.head else []
        time, prefix = self.head_text(line)
        pairs = ((time, self.base + QUIET), (prefix, self.base + _hue(line.prefix)))
        return [(text, style) for text, style in pairs if text]

    def copied(self, line: Line, part: int, span: Span) -> str:
        """What is selected of a row, its time and prefix among it.

        Args:
            line: whose row it is.
            part: which of its rows.
            span: from where to where; cells before the line's text count, and -1 is the end.
        """
        if line.mark or not self.wrap:
            begin, end = 0, len(line.text)
        else:
            begin, end, _ = self.seen(line.text, part)
        head = "" if line.mark or part else "".join(self.head_text(line))
        offset = 0 if head or line.mark else self.head + begin
        text, (first, last) = head + line.text[begin:end], span
        return text[max(first - offset, 0) : len(text) if last < 0 else max(last - offset, 0)]


@lru_cache
def _hue(prefix: str) -> Style:
    """The colour of a container: the same in every view and each time."""
    return Style(color=HUES[crc32(prefix.encode()) % len(HUES)])


def _pieces(text: str, seen: Span, marks: Sequence[tuple[Span, Style]], base: Style) -> list[Piece]:
    """What is seen of a text, in pieces of one style each."""
    begin, end = seen
    if not marks:
        return [(text[begin:end], base)] if end > begin else []
    styles = [base] * (end - begin)
    for (first, last), added in marks:
        for place in range(max(first, begin), min(last, end)):
            styles[place - begin] += added
    alike = groupby(zip(text[begin:end], styles, strict=True), key=itemgetter(1))
    return [("".join(character for character, _ in some), style) for style, some in alike]


def _placed(pieces: Sequence[Piece], x: int, y: int) -> list[Segment]:
    """Pieces that know where they stand, so that the mouse can select within them."""
    placed = []
    for text, style in pieces:
        placed.append(Segment(text, style + Style.from_meta({"offset": (x, y)})))
        x += len(text)
    return placed
