"""A live display that is taken back whole, also where the terminal was made narrower meanwhile.

It imports rich at once: only what shows one imports it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderResult
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType, Segment

CUTS = ("STY", "XTERM_VERSION")
"""What GNU screen and xterm set: they cut lines that are too long, and break none into several."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """What is drawn, as lines.

    Attributes:
        cells: what each of them took when they were drawn last.
    """

    what: RenderableType
    cells: list[int]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Without blanks at their ends: terminals disagree on whether they break those, too."""
        lines = [_trimmed(line) for line in console.render_lines(self.what, options, pad=False)]
        self.cells[:] = map(Segment.get_line_length, lines)
        for line in lines:
            yield from line
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.rstrip():
        line = line[:-1]
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


class Display(Live):
    """Rich's, which goes up as many lines as it drew; a narrower terminal has more of them by then.

    Args:
        draw: what is to be seen now.
    """

    def __init__(self, draw: Callable[[], RenderableType], console: Console) -> None:
        cells = self._cells = list[int]()
        super().__init__(
            console=console,
            get_renderable=lambda: _Lines(draw(), cells),
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._breaks = not any(os.environ.get(name) for name in CUTS)

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """The way up, what is printed above, and what is drawn."""
        found = super().process_renderables(renderables)
        if not (self._breaks and self.console.is_interactive):
            return found
        further = (ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)
        return [found[0], Control(*further * self._broken()), *found[1:]]

    def _broken(self) -> int:
        """How many lines more than were drawn the terminal has, at the width that it has now."""
        return sum(max(cells - 1, 0) // max(self.console.width, 1) for cells in self._cells)
