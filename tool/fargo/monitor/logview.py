"""A widget that shows a hundred thousand lines as quickly as ten: only the rows on screen are drawn."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.events import Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from fargo.monitor.cells import cells
from fargo.monitor.keys import bindings
from fargo.monitor.lines import CAPACITY, Line, Ring
from fargo.monitor.logkeys import JUMP_KEYS, VIEW_KEYS
from fargo.monitor.moving import Moving
from fargo.monitor.painting import FOUND, HIT, Sheet, Span
from fargo.monitor.rows import Place, Rows
from fargo.monitor.search import Search
from fargo.view.text import plural


class LogView(Moving, can_focus=True):
    """Lines, followed, wrapped, searched. Of the thread of the app alone.

    Args:
        kept: how many lines stay; the oldest go.

    Attributes:
        ring: the lines that are kept.
        rows: where they stand.
        search: what is looked for.
        follow: whether the newest line stays on screen: until somebody scrolls up, and again at the end.
        wrap: whether long lines take several rows.
        times: whether each line's time is shown.
        only: whether lines without what is looked for are hidden.
        instead: what is said where there are no lines.
    """

    DEFAULT_CSS = (
        "LogView { background: $background; color: $foreground; scrollbar-size: 0 1; padding: 0 0 0 1; }"
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*VIEW_KEYS, *JUMP_KEYS))]

    class Changed(Message):
        """What a title says of the view may have changed."""

        def can_replace(self, message: Message) -> bool:
            """One tells as much as many."""
            return isinstance(message, LogView.Changed)

    class Copied(Message):
        """Somebody wants this text in the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, kept: int = CAPACITY) -> None:
        super().__init__()
        self._kept = kept
        self.ring = Ring(kept)
        self.rows = Rows(self.ring)
        self.search: Search | None = None
        self.follow, self.wrap, self.times, self.only = True, False, True, False
        self.instead = ""
        self._drawing: Sheet | None = None

    # What comes in

    def clear(self) -> None:
        """Show nothing any more; what is looked for stays."""
        self.ring = Ring(self._kept)
        self.rows = Rows(self.ring)
        self.search = Search(self.search.words) if self.search else None
        self.follow = True
        self._lay()

    def append(self, lines: Iterable[Line]) -> None:
        """Show more lines below the others; where the oldest must go, what is being read stays in place."""
        start, room = self.ring.end, self._sheet().room
        self.ring.append(lines)
        fresh = self.search.take(self.ring.numbered(start)) if self.search else []
        if self.search:
            self.search.forget(self.ring)
        if self.wrap and self._sheet().room != room:
            self._lay()
            return
        gone = self.rows.grow(fresh)
        if gone:
            self.screen.clear_selection()
        self._fit(self.scroll_offset.y - gone)

    # What it does

    def look_for(self, words: str, *, jump: bool = True) -> None:
        """Mark what fits these words; nothing for no words.

        Args:
            words: as `Search` takes them.
            jump: look through all lines, and go to the first hit from here on; else only mark what is seen.
        """
        here = self._here()
        self.search = Search(words) if words else None
        self.only = self.only and bool(words)
        if self.search and jump:
            self.search.take(self.ring.numbered())
        self._lay()
        if self.search and jump and (found := self.search.step(1, here)) is not None:
            self.show(found)

    def _here(self) -> int:
        """The number of the line on top, or of the hit that was gone to."""
        if self.search and self.search.current is not None:
            return self.search.current
        top = self.rows.place(self.scroll_offset.y)
        return top.number if top else 0

    def action_hit(self, step: int) -> None:
        """Go to the next hit or the previous one, with the lines around it."""
        if self.search and (found := self.search.step(step, self._here())) is not None:
            self.show(found)

    def show(self, number: int) -> None:
        """Bring a line on screen, with the lines around it."""
        row, top, height = self.rows.row(number), self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            self.go(row - height // 3)
        if self.search and not self.wrap and number < self.ring.end:
            self._show_hit(self.ring[number].text, self.search)
        self._changed()

    def _show_hit(self, text: str, search: Search) -> None:
        """Scroll sideways, where the first hit in a line stands beyond the edge."""
        begin, end = next(iter(search.spans(text)), (0, 0))
        left, right = cells(text[:begin]), cells(text[:end])
        room, x = self._sheet().room, self.scroll_offset.x
        if left < x or right > x + room:
            self.scroll_to(x=max(left - room // 3, 0), animate=False, force=True)

    def action_only(self) -> None:
        """Hide the lines without what is looked for, or show them again."""
        if self.search:
            here = self._here()
            self.only = not self.only
            self._lay()
            self.show(here)

    def action_turn(self, flag: str) -> None:
        """Turn `follow`, `wrap` or `times`."""
        setattr(self, flag, not getattr(self, flag))
        self._lay()

    def action_tail(self) -> None:
        """To the newest line, and on with it."""
        self.follow = True
        self._fit()

    def action_back(self, minutes: int) -> None:
        """To the lines of the last minutes before the newest."""
        if newest := self.ring.newest():
            self.go(self.rows.row(self.ring.since(newest - timedelta(minutes=minutes))))

    # Where things stand

    def _sheet(self) -> Sheet:
        return Sheet(
            width=self.size.width,
            times=self.times,
            prefix=self.ring.prefix,
            wrap=self.rows.width,
            left=self.scroll_offset.x,
            base=self.rich_style,
        )

    def on_resize(self, event: Resize) -> None:
        """Where lines are wrapped they stand elsewhere now."""
        del event
        if self.wrap and self.rows.width != self._sheet().room:
            self._lay()
        else:
            self._fit()

    def _lay(self) -> None:
        """Give every line its place anew; what is on top stays there."""
        top = self.rows.place(self.scroll_offset.y)
        self.screen.clear_selection()
        chosen = self.search.hits if self.only and self.search else None
        self.rows.lay(self._sheet().room if self.wrap else 0, chosen)
        self._fit(self.rows.row(top.number) if top else None)

    def _fit(self, y: int | None = None) -> None:
        """Say how much there is to scroll, and go to the end where it is followed, else to row `y`."""
        follow = self.follow
        width = self.size.width if self.wrap else self._sheet().head + self.ring.widest
        self.virtual_size = Size(max(width, 1), len(self.rows))
        if follow or y is not None:
            self.go(len(self.rows) if follow or y is None else y)
        self.follow = follow
        self._changed()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever scrolls up wants to read; whoever comes to the end wants to follow."""
        super().watch_scroll_y(old_value, new_value)
        if old_value != new_value:
            self.follow = new_value >= self.max_scroll_y
            self.post_message(self.Changed())

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Changed())

    def words(self) -> str:
        """How it stands, for a title: `follow on · wrap off · 6 lines`."""
        said = [f"{flag} {'on' if getattr(self, flag) else 'off'}" for flag in ("follow", "wrap")]
        said += [self.search.standing()] if self.search else []
        said += ["hits only"] if self.only else []
        said.append(plural(len(self.ring), "line"))
        return " · ".join([*said, f"{self.ring.first:,} older dropped"] if self.ring.first else said)

    # What is drawn

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the screen, for which what they have in common is looked up once."""
        self._drawing = self._sheet()
        try:
            return super().render_lines(crop)
        finally:
            self._drawing = None

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        row = self.scroll_offset.y + y
        sheet, place = self._drawing or self._sheet(), self.rows.place(row)
        if place is None:
            return sheet.remark("" if len(self.rows) else self._instead(), y)
        line = self.ring[place.number]
        return sheet.strip(line, row, place, self._marks(line, place, row, sheet))

    def _instead(self) -> str:
        return "no line has what is looked for" if self.only else self.instead

    def _marks(self, line: Line, place: Place, row: int, sheet: Sheet) -> list[tuple[Span, Style]]:
        """What is found and what is selected in a row."""
        marks: list[tuple[Span, Style]] = []
        if self.search:
            begin, end, _ = sheet.seen(line.text, place.part)
            style = FOUND if place.number == self.search.current else HIT
            marks += [(span, style) for span in self.search.spans(line.text, begin, end)]
        if self.text_selection and (selected := self.text_selection.get_span(row)):
            first, last = (edge - sheet.head if edge >= 0 else len(line.text) for edge in selected)
            marks.append(((first, last), self.screen.get_component_rich_style("screen--selection")))
        return marks

    # What is taken out of it

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that the mouse selected; the rows of a line that is wrapped are one line."""
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else len(self.rows) - 1
        return self._text(range(first, last + 1), selection), "\n"

    def action_copy(self) -> None:
        """Copy what is selected; else the hit that was gone to; else what is on screen."""
        text = self.screen.get_selected_text()
        if not text and self.search and self.search.current is not None:
            text = self.ring[self.search.current].text
        top = self.scroll_offset.y
        self.post_message(self.Copied(text or self._text(range(top, top + self.size.height))))

    def _text(self, numbers: Iterable[int], selection: Selection | None = None) -> str:
        sheet, parts = self._sheet(), list[str]()
        places = ((row, self.rows.place(row)) for row in numbers)
        for row, place in places:
            if place is None:
                break
            span = selection.get_span(row) if selection else None
            parts += ["\n"] if parts and not place.part else []
            parts.append(sheet.copied(self.ring[place.number], place.part, span or (0, -1)))
        return "".join(parts)

    def saved(self) -> str:
        """All lines that are shown, as a file holds them; with their times, where times are shown."""
        return "".join(f"{line.written(times=self.times)}\n" for line in self.rows.shown())
