"""An array's children: failed first."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from fargo.model.job import JobState
from fargo.monitor.detail import name
from fargo.monitor.keys import Key, bindings
from fargo.monitor.listing import Listing, children_listing
from fargo.monitor.listkeys import LISTED
from fargo.monitor.screens.acting import ACTING
from fargo.monitor.screens.listed import Listed
from fargo.monitor.textlines import TextLines
from fargo.view import bar
from fargo.watch import ChildrenFeed, Feed

KEYS: tuple[Key, ...] = (
    *LISTED,
    Key(keys="a", action="succeeded", shown="a", word="All", rank=4, help="children that succeeded, too"),
    *ACTING,
)


class ArrayScreen(Listed):
    """One array."""

    DEFAULT_CSS = "ArrayScreen #array { height: 2; }"
    NAME = "children of an array"
    KEYS = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]
    SORT = "state"
    SORTED = ("state", "name", "queued", "run", "exit", "try", "reason")

    def __init__(self, array_id: str) -> None:
        super().__init__()
        self.array_id = array_id
        self._feed = ChildrenFeed(array_id)

    def body(self) -> ComposeResult:
        """The array, the filter line, its children."""
        yield TextLines(id="array")
        yield from self.filter_line()
        yield self.table_widget()

    def feeds(self) -> Sequence[Feed]:
        """Its children."""
        return [self._feed]

    def listing(self) -> Listing:
        """Its children."""
        return children_listing(self.monitor.board, self.array_id, self.settings)

    def changed(self) -> None:
        """The array's own line, and its children."""
        super().changed()
        app = self.monitor
        job = app.board.store.jobs.get(self.array_id)
        if job is None or not self.ready or not self.size.width:
            return
        words, style = app.look.status(job)
        line = Text.assemble(
            " ", (name(job, app.board), "bold"), (f" [{job.size:,}]   ", "dim"), (words, style), "   "
        )
        line.append_text(
            bar.bar(
                dict(job.counts), max(min(self.size.width - line.cell_len - 2, 60), 8), ascii=app.look.ascii
            )
        )
        listed = len(app.board.children_of(job.id))
        hidden = dict(job.counts).get(JobState.SUCCEEDED, 0)
        rest = Text(f" {listed:,} of {job.size:,} children listed", style="dim")
        if hidden and not self._feed.succeeded:
            rest.append(f"; a: also the {hidden:,} that succeeded")
        self.query_one("#array", TextLines).show([line, rest])

    def action_succeeded(self) -> None:
        """List those that succeeded, too: a call for each thousand."""
        self._feed.succeeded = True
        self.monitor.hurry(self._feed.name)
        self.monitor.say("asking for all children")
