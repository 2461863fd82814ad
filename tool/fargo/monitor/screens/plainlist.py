"""A screen with a list of lines that a cursor goes over: runs, queues, causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fargo.monitor.look import style
from fargo.monitor.screens.acting import Acting
from fargo.monitor.table import TINT
from fargo.monitor.textlines import repaint, strip

if TYPE_CHECKING:
    from fargo.monitor.app import MonitorApp


@dataclass(frozen=True, slots=True)
class Row:
    """A line.

    Attributes:
        key: the same as long as it means the same; empty: the cursor passes over it.
    """

    key: str
    text: Text


class Rows(ScrollView, can_focus=True):
    """Lines, one of them under the cursor, which stands on a key and not on a place."""

    DEFAULT_CSS = """
    Rows {
        height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1;
        background: $background; color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "pages(1)", show=False),
        Binding("pageup", "pages(-1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end,G", "end(1)", show=False),
    ]

    class Chosen(Message):
        """A line was double-clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self.cursor = 0
        self._painted: dict[int, Strip] = {}

    @property
    def key(self) -> str:
        """The key of the cursor's line."""
        return self.rows[self.cursor].key if self.cursor < len(self.rows) else ""

    def show(self, rows: Sequence[Row]) -> None:
        """Show these lines instead."""
        key = self.key
        self.rows = tuple(rows)
        places = [at for at, row in enumerate(self.rows) if row.key]
        same = [at for at in places if self.rows[at].key == key]
        self.cursor = (same or [min(places, key=lambda at: abs(at - self.cursor))] if places else [0])[0]
        self.virtual_size = Size(self.size.width, len(self.rows))
        repaint(self, self._painted, self._strip)

    def render_line(self, y: int) -> Strip:
        """A line on screen."""
        self._painted[y] = painted = self._strip(y)
        return painted

    def _strip(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        place = round(self.scroll_y) + y
        if place >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows[place]
        here = place == self.cursor and bool(row.key)
        if here:
            base += TINT
        line = Text.assemble((" >  " if here else "    ", style("bold")), row.text)
        app, room = cast("MonitorApp", self.app), self.scrollable_content_region.width  # beside a scrollbar
        return strip(app.look.cut(line, room), width, base, app.console)

    def move_to(self, place: int, step: int) -> None:
        """Put the cursor on this place, or on the next in the direction of `step` that has a key."""
        place = min(max(place, 0), max(len(self.rows) - 1, 0))
        while 0 <= place < len(self.rows) and not self.rows[place].key:
            place += step
        if not 0 <= place < len(self.rows):
            return
        self.cursor = place
        top, page = round(self.scroll_y), max(self.size.height, 1)
        if place < top or place >= top + page:
            self.scroll_to(y=place if place < top else place - page + 1, animate=False, immediate=True)
        self.refresh()

    def action_move(self, by: int) -> None:
        """Up or down."""
        self.move_to(self.cursor + by, by)

    def action_pages(self, by: int) -> None:
        """Up or down by a page."""
        self.move_to(self.cursor + by * max(self.size.height, 1), by)

    def action_end(self, which: int) -> None:
        """To the first or the last line."""
        self.move_to(len(self.rows) if which > 0 else 0, -which)

    def on_resize(self, event: Resize) -> None:
        """The lines may be told otherwise now."""
        self._painted.clear()
        self.virtual_size = Size(event.size.width, len(self.rows))

    def on_click(self, event: Click) -> None:
        """Select; twice: open."""
        self.move_to(round(self.scroll_y) + event.y, 1)
        if event.chain > 1:
            self.post_message(self.Chosen())


class Listing(Acting):
    """A screen whose body is such a list. Whoever inherits gives the rows."""

    NEEDS = ("Rows",)

    def body(self) -> ComposeResult:
        """The list."""
        yield Rows()

    def begin(self) -> None:
        """Keys go to the list."""
        self.query_one(Rows).focus()
        super().begin()

    def rows(self, width: int) -> Sequence[Row]:
        """The lines as they are now, of so many cells."""
        del width
        return ()

    @property
    def key(self) -> str:
        """The key of the cursor's line."""
        return self.query_one(Rows).key

    def changed(self) -> None:
        """Show the lines as they are now."""
        if self.ready:
            pane = self.query_one(Rows)
            pane.show(self.rows(max(pane.size.width or self.size.width, 20) - 5))

    def tick(self) -> None:
        """Their clocks."""
        self.changed()

    def on_resize(self, event: Resize) -> None:
        """Other words may have room."""
        del event
        self.call_after_refresh(self.changed)

    def on_rows_chosen(self) -> None:
        """A double click opens."""
        self.run_later("enter")
