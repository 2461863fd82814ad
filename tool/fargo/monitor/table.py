"""The table of jobs, on Textual's line API: only what is on screen is drawn, however many there are.

Not DataTable: with 10,000 rows it takes 3.5 s to fill and 95 ms to change one cell.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fargo.monitor.column import Facts, Placed, fit
from fargo.monitor.columns import columns
from fargo.monitor.listing import Kind, Line, Listing, Settings
from fargo.monitor.look import style
from fargo.monitor.textlines import repaint

TINT = Style(bgcolor="#1c2a3f")
"""Behind the cursor's line; reverse video would destroy the colours of the bars."""
HEADINGS = 1
"""Lines above the first job."""


class JobTable(ScrollView, can_focus=True):
    """Jobs as lines. The cursor stands on a line's key, not on its place.

    Args:
        settings: which arrays are open and which jobs are marked; shared with the screen.
        facts: what telling of a job takes, for so many cells.

    Attributes:
        instead: what is said where there are no lines.
    """

    DEFAULT_CSS = """
    JobTable {
        overflow-x: hidden; scrollbar-size-vertical: 1;
        background: $background; color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,ctrl+f", "pages(1)", show=False),
        Binding("pageup,ctrl+b", "pages(-1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("g", "top_twice", show=False),
        Binding("end,G", "end(1)", show=False),
    ]
    cursor = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, line: Line | None) -> None:
            super().__init__()
            self.line = line

    class Chosen(Message):
        """A line was double-clicked, or the fold before it clicked."""

        def __init__(self, line: Line, *, fold: bool) -> None:
            super().__init__()
            self.line, self.fold = line, fold

    class SortWanted(Message):
        """A heading was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, settings: Settings, facts: Callable[[int], Facts], *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self.settings, self._facts = settings, facts
        self.listing = Listing()
        self.instead = ""
        self._placed: tuple[Placed, ...] = ()
        self._now: Facts | None = None
        self._painted: dict[int, Strip] = {}
        self._moved = False
        self._g = False

    def on_mount(self) -> None:
        """A scrollbar is drawn with more than ASCII."""
        if self._facts(0).look.ascii:
            self.styles.scrollbar_size_vertical = 0

    # -- what is shown -----------------------------------------------------------------------------------

    @property
    def line(self) -> Line | None:
        """The line of the cursor."""
        lines = self.listing.lines
        return lines[self.cursor] if 0 <= self.cursor < len(lines) else None

    def show(self, listing: Listing) -> None:
        """Show these lines: the cursor stays on its job, and its job where it is on screen."""
        before, above = self.line, self.cursor - round(self.scroll_y)
        self.listing = listing
        self.virtual_size = Size(self.size.width, len(listing.lines) + HEADINGS)
        place = listing.place(before.key) if before is not None and (self._moved or self.scroll_y) else None
        if place is None:
            last = max(len(listing.lines) - 1, 0)
            place = min(self.cursor, last)
        elif place - above != round(self.scroll_y):
            self.scroll_to(y=max(place - above, 0), animate=False, immediate=True)
        self.cursor = place
        self._reveal()
        self.repaint()
        after = self.line
        if (after and after.key) != (before and before.key):
            self.post_message(self.Moved(after))

    def pin(self) -> None:
        """Keep the cursor on its job, as if it had been moved there."""
        self._moved = True

    def go(self, key: str) -> None:
        """Put the cursor on the line of this key, where there is one."""
        place = self.listing.place(key)
        if place is not None:
            self.move_to(place)

    def repaint(self) -> None:
        """Draw again those lines on screen that look different now."""
        self._now = None
        self._settle_facts()
        if not self.is_mounted or not self.size.width:
            return
        repaint(self, self._painted, self._strip)

    def _settle_facts(self) -> Facts:
        if self._now is None:
            self._now = self._facts(self.size.width)
        return self._now

    def on_resize(self, event: Resize) -> None:
        """Other columns may have room now."""
        self._placed = columns(event.size.width)
        self.virtual_size = Size(event.size.width, len(self.listing.lines) + HEADINGS)
        self._painted.clear()
        self._now = None
        self._reveal()
        self.refresh()

    # -- drawing -----------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A line on screen."""
        strip = self._strip(y)
        self._painted[y] = strip
        return strip

    def _strip(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y < HEADINGS:
            return self._heading(width, base)
        place = round(self.scroll_y) + y - HEADINGS
        lines = self.listing.lines
        if place >= len(lines):
            words = self.instead if not lines and y == HEADINGS else ""
            return Strip([Segment(fit(f"    {words}", width), base + style("dim"))])
        here = place == self.cursor
        if here:
            base += TINT
        return Strip(self._segments(lines[place], here, base), None).adjust_cell_length(width, base)

    def _heading(self, width: int, base: Style) -> Strip:
        head = base + style("dim bold")
        parts = [Segment(" " * 4, head)]
        for placed in self._placed:
            column = placed.column
            title = column.title if len(column.title) <= placed.width else column.title.split(" ")[0]
            if column.name == self.settings.sort:
                arrow = "v" if column.down != self.settings.reverse else "^"
                arrow = arrow if self._settle_facts().look.ascii else {"v": "↓", "^": "↑"}[arrow]
                title = f"{arrow}{title}" if column.right else f"{title}{arrow}"
            words = fit(title, placed.width, right=column.right, dots=self._settle_facts().look.draw("…"))
            parts += [Segment(words, head), Segment(" ", head)]
        return Strip(parts).adjust_cell_length(width, base)

    def _segments(self, line: Line, here: bool, base: Style) -> list[Segment]:
        facts = self._settle_facts()
        marked = line.kind in (Kind.JOB, Kind.CHILD) and line.job_id in self.settings.marks
        mark = Segment("*", base + style("bold yellow"))
        blank = Segment(" ", base)
        cursor = Segment(">", base + style("bold")) if here else mark if marked else blank
        edge = mark if here and marked else blank
        if line.kind is Kind.GROUP:
            return [edge, cursor, Segment(f" {facts.look.draw(line.words)}", base + style("bold cyan"))]
        if line.kind is Kind.MORE:
            return [edge, cursor, *self._more(line, base)]
        job = facts.board.store.jobs.get(line.job_id)
        if job is None:
            return [edge, cursor]
        fold = " "
        if job.size and line.kind is Kind.JOB:
            fold = facts.look.draw("▾" if job.id in self.settings.open else "▸")
        parts = [edge, cursor, Segment(f"{fold} ", base)]
        if job.id in facts.board.store.gone or (job.parent and job.parent in facts.board.store.gone):
            base += style("dim")
        for placed in self._placed:
            parts += self._cell(placed, facts, base, placed.column.tell(job, facts, placed.width))
        return parts

    def _cell(
        self, placed: Placed, facts: Facts, base: Style, told: Sequence[tuple[str, str]]
    ) -> list[Segment]:
        dots = facts.look.draw("…")
        if len(told) == 1:
            words, how = told[0]
            fitted = fit(words, placed.width, right=placed.column.right, dots=dots)
            return [Segment(fitted, base + style(how)), Segment(" ", base)]
        cell = Strip([Segment(words, base + style(how)) for words, how in told])
        return [*cell.adjust_cell_length(placed.width, base), Segment(" ", base)]

    def _more(self, line: Line, base: Style) -> list[Segment]:
        facts = self._settle_facts()
        dim = base + style("dim")
        at = {placed.column.name: placed for placed in self._placed}
        name, progress = at["name"], at["progress"]
        words = facts.look.draw(f"   … {line.words}").ljust(progress.x - name.x - 1)
        return [Segment(f"{' ' * (name.x - 2)}{words} enter: open array", dim)]

    # -- moving ------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """Jobs that have room on screen."""
        return max(self.size.height - HEADINGS, 1)

    def move_to(self, place: int) -> None:
        """Put the cursor on the line of this place, or the nearest there is."""
        self._moved = True
        before = self.cursor
        self.cursor = min(max(place, 0), max(len(self.listing.lines) - 1, 0))
        if self.cursor == before:
            return
        top = round(self.scroll_y)
        self._reveal()
        if round(self.scroll_y) == top:
            width = self.size.width
            self.refresh(*(Region(0, at - top + HEADINGS, width, 1) for at in (before, self.cursor)))
        self.post_message(self.Moved(self.line))

    def _reveal(self) -> None:
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + self.page and self.size.height:
            self.scroll_to(y=self.cursor - self.page + 1, animate=False, immediate=True)

    def action_move(self, by: int) -> None:
        """Up or down."""
        self.move_to(self.cursor + by)

    def action_pages(self, by: int) -> None:
        """Up or down by a page."""
        self.move_to(self.cursor + by * self.page)

    def action_end(self, which: int) -> None:
        """To the first or the last line."""
        self.move_to(len(self.listing.lines) if which > 0 else 0)

    def action_top_twice(self) -> None:
        """To the first line, with the second `g`."""
        self._g = not self._g
        if not self._g:
            self.move_to(0)

    def on_click(self, event: Click) -> None:
        """Select a line; on a fold open it; twice: go into it; on a heading sort by it."""
        if event.y < HEADINGS:
            for placed in self._placed:
                if placed.x <= event.x <= placed.x + placed.width:
                    self.post_message(self.SortWanted(placed.column.name))
            return
        place = round(self.scroll_y) + event.y - HEADINGS
        if place >= len(self.listing.lines):
            return
        self.move_to(place)
        line = self.listing.lines[place]
        if event.x in (2, 3) and line.kind is Kind.JOB:
            self.post_message(self.Chosen(line, fold=True))
        elif event.chain > 1:
            self.post_message(self.Chosen(line, fold=False))
