"""The jobs that failed for one cause."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from fargo.failures import Cause, kind
from fargo.monitor.keys import bindings
from fargo.monitor.listing import Listing, listing_of
from fargo.monitor.listkeys import LISTED
from fargo.monitor.screens.acting import ACTING
from fargo.monitor.screens.listed import Listed
from fargo.monitor.textlines import TextLines
from fargo.view import failures

KEYS = (*LISTED, *ACTING)


class FailedScreen(Listed):
    """All jobs and children that are known to have failed for it."""

    DEFAULT_CSS = "FailedScreen #cause { height: 1; }"
    NAME = "jobs that failed for one cause"
    KEYS = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, cause: Cause) -> None:
        super().__init__()
        self.cause, self.kind = failures.why(cause), (cause.exit_code, cause.reason)

    def body(self) -> ComposeResult:
        """The cause, the filter line, the jobs."""
        yield TextLines(id="cause")
        yield from self.filter_line()
        yield self.table_widget()

    def listing(self) -> Listing:
        """Those of this cause."""
        board = self.monitor.board
        jobs = [job for job in board.store.jobs.values() if kind(job) == self.kind]
        return listing_of(jobs, board, self.settings)

    def changed(self) -> None:
        """The cause above them."""
        super().changed()
        if self.ready:
            self.query_one("#cause", TextLines).show([Text(f" {self.cause}", style="red")])
