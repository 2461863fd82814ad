"""A widget of a few lines of text that repaints no more than what changed."""

from collections.abc import Callable, Mapping, Sequence

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


def difference(before: Strip, after: Strip) -> tuple[int, int] | None:
    """The cells in which two lines of one length differ: the first, and the one behind the last."""
    if before == after:
        return None
    old, new = _cells(before), _cells(after)
    if len(old) != len(new) or len(new) != after.cell_length:
        return 0, max(before.cell_length, after.cell_length)
    places = [place for place, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
    return (places[0], places[-1] + 1) if places else None


def repaint(
    widget: Widget, painted: Mapping[int, Strip], paint: Callable[[int], Strip], most: int | None = None
) -> None:
    """Have those cells drawn again that look different now.

    Args:
        painted: what stands on screen, by line.
        paint: what should stand there.
        most: with more lines changed at once the whole widget is drawn.
    """
    regions = []
    for y, before in painted.items():
        if cells := difference(before, paint(y)):
            regions.append(Region(cells[0], y, cells[1] - cells[0], 1))
    if not painted or (most is not None and len(regions) > most):
        widget.refresh()
    elif regions:
        widget.refresh(*regions)


def _cells(line: Strip) -> list[tuple[str, Style | None]]:
    return [(character, part.style) for part in line for character in part.text]


class TextLines(Widget):
    """Lines of text. What is longer than the widget is wide is cut."""

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id, classes=classes)
        self._texts: tuple[Text, ...] = ()
        self._painted: dict[int, Strip] = {}

    @property
    def texts(self) -> tuple[Text, ...]:
        """What is shown."""
        return self._texts

    def show(self, lines: Sequence[Text]) -> None:
        """Show these lines instead."""
        self._texts = tuple(lines)
        repaint(self, self._painted, self._strip, most=CHANGED_MAX)

    def on_resize(self) -> None:
        """What was painted has another width now."""
        self._painted.clear()

    def render_line(self, y: int) -> Strip:
        """One line."""
        self._painted[y] = painted = self._strip(y)
        return painted

    def _strip(self, y: int) -> Strip:
        line = self._texts[y] if y < len(self._texts) else Text()
        return strip(line, self.size.width, self.rich_style, self.app.console)
