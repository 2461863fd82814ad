"""All jobs: the monitor's first screen."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Resize

from fargo.monitor.detail import detail
from fargo.monitor.keys import Key, bindings
from fargo.monitor.listing import Line, Listing, jobs_listing
from fargo.monitor.listkeys import LISTED
from fargo.monitor.screens.acting import ACTING
from fargo.monitor.screens.listed import Listed
from fargo.monitor.screens.logs import LogPane
from fargo.monitor.table import JobTable
from fargo.monitor.textlines import TextLines
from fargo.watch import ChildrenFeed, Feed, FrontFeed, JobsFeed

SPLIT = (110, 36)
"""From so many columns and lines on the current job's detail and log stand below the table."""

KEYS: tuple[Key, ...] = (
    *LISTED[:2],
    Key(keys="right", action="unfold", shown="right", help="show an array's children here"),
    Key(keys="left", action="fold", shown="left", help="fold them again; from a child: to its array"),
    *LISTED[2:5],
    Key(
        keys="t", action="group", shown="t", word="Group", rank=5, help="group: none, run, queue, definition"
    ),
    *LISTED[5:],
    *ACTING,
)


class JobsScreen(Listed):
    """The jobs, arrays folded."""

    DEFAULT_CSS = """
    JobsScreen #split { height: 15; display: none; }
    JobsScreen.split #split { display: block; }
    JobsScreen #detail { width: 60; }
    JobsScreen #log { width: 1fr; }
    """
    NAME = "jobs"
    KEYS = KEYS
    NEEDS = (*Listed.NEEDS, "#detail", "#log")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def body(self) -> ComposeResult:
        """The filter line, the table, and below it the current job where there is room."""
        yield from self.filter_line()
        yield self.table_widget()
        with Horizontal(id="split"):
            yield TextLines(id="detail")
            yield LogPane(id="log")

    def __init__(self) -> None:
        super().__init__()
        self._feed = JobsFeed("this job")

    def listing(self) -> Listing:
        """All jobs."""
        return jobs_listing(self.monitor.board, self.settings)

    def none(self) -> str:
        """That there are no jobs, or that AWS has not told of all queues yet."""
        if not self.monitor.board.complete:
            return "asking AWS"
        return f"no jobs yet: {self.monitor.source.title.command('submit JOB')}"

    def feeds(self) -> Sequence[Feed]:
        """The children of open arrays, the fronts of the queues, and the job below the table."""
        fronts = [FrontFeed(queue) for queue in self.monitor.source.queues]
        return [*(ChildrenFeed(each) for each in sorted(self.settings.open)), *fronts, self._feed]

    def on_resize(self, event: Resize) -> None:
        """The split comes and goes."""
        self.set_class(event.size.width >= SPLIT[0] and event.size.height >= SPLIT[1], "split")

    def changed(self) -> None:
        """List anew."""
        super().changed()
        self._show_detail()

    def tick(self) -> None:
        """The clocks."""
        super().tick()
        self._show_detail()

    @on(JobTable.Moved)
    def moved(self) -> None:
        """Another job is the current one: what lists do not tell of it is asked for."""
        self._show_detail()
        job = self.current()
        if self.has_class("split") and job is not None and (job.parent or not job.detailed):
            self._feed.ids = (job.id,)
            self.monitor.hurry(self._feed.name)
        else:
            self._feed.ids = ()

    def _show_detail(self) -> None:
        if not self.has_class("split"):
            return
        app, pane = self.monitor, self.query_one("#detail", TextLines)
        job, width = self.current(), pane.size.width
        rule, side = app.look.draw("─"), app.look.draw("│")
        head = f"{rule * 2} Detail ".ljust(max(width - 1, 0), rule)
        lines = [Text(f"{head}{app.look.draw('┬')}", style="dim")]
        if job is not None and width > 1:
            now = app.board.clock(app.now())
            found = detail(job, app.board, app.source.title, app.look, now, width - 3)
            lines += [Text.assemble(" ", each) for each in found]
        lines += [Text() for _ in range(pane.size.height - len(lines))]
        for line in lines[1:]:
            line.append(" " * (width - 1 - line.cell_len)).append(side, style="dim")
        pane.show(lines)
        self.query_one(LogPane).show(job.id if job is not None else None)

    def action_unfold(self) -> None:
        """Show an array's children."""
        job = self.current()
        if job is not None and job.size and job.id not in self.settings.open:
            self.settings.open.add(job.id)
            self.monitor.rewire()
            self.changed()

    def action_fold(self) -> None:
        """Fold an array; from a child go to it first."""
        job = self.current()
        if job is None:
            return
        array = job.parent or job.id
        if self.jobs.line is not None and self.jobs.line.key != array:
            self.jobs.go(array)
        elif array in self.settings.open:
            self.settings.open.discard(array)
            self.monitor.rewire()
            self.changed()

    def fold(self, line: Line) -> None:
        """Show an array's children, or no longer."""
        if line.job_id in self.settings.open:
            self.action_fold()
        else:
            self.action_unfold()

    def action_group(self) -> None:
        """Group by the next thing."""
        self.settings.next_group()
        self.changed()
