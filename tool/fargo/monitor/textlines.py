"""A widget of a few lines of text that repaints no more than what changed."""

from collections.abc import Sequence

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

CHANGED_MAX = 12
"""With more lines changed at once the whole widget is painted."""


def strip(line: Text, width: int, base: Style, console: Console) -> Strip:
    """A line of text, exactly `width` cells, every segment with a style."""
    parts = [
        Segment(part.text, base + part.style if part.style else base)
        for part in line.render(console)
        if part.text
    ]
    return Strip(parts).adjust_cell_length(width, base)


def changed(before: Text, after: Text) -> tuple[int, int] | None:
    """The cells in which two lines differ: the first, and the one behind the last. None where nowhere."""
    if before.plain == after.plain and before.spans == after.spans and before.style == after.style:
        return None
    if before.spans != after.spans or not (before.plain.isascii() and after.plain.isascii()):
        return 0, max(before.cell_len, after.cell_len)
    old, new = before.plain, after.plain
    length = max(len(old), len(new))
    old, new = old.ljust(length), new.ljust(length)
    places = [place for place in range(length) if old[place] != new[place]]
    return places[0], places[-1] + 1


class TextLines(Widget):
    """Lines of text. What is longer than the widget is wide is cut."""

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id, classes=classes)
        self._texts: tuple[Text, ...] = ()

    @property
    def texts(self) -> tuple[Text, ...]:
        """What is shown."""
        return self._texts

    def show(self, lines: Sequence[Text]) -> None:
        """Show these lines instead."""
        old, new = self._texts, tuple(lines)
        self._texts = new
        if len(old) != len(new):
            self.refresh()
            return
        regions = [
            Region(cells[0], y, cells[1] - cells[0], 1)
            for y, (before, after) in enumerate(zip(old, new, strict=True))
            if (cells := changed(before, after))
        ]
        if len(regions) > CHANGED_MAX:
            self.refresh()
        elif regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line."""
        line = self._texts[y] if y < len(self._texts) else Text()
        return strip(line, self.size.width, self.rich_style, self.app.console)
