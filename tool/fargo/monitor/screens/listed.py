"""A screen with a filter line and a table of jobs."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from fargo.failures import causes
from fargo.model.job import Job, JobState
from fargo.monitor.column import Facts
from fargo.monitor.columns import COLUMNS
from fargo.monitor.listing import SORTS, Kind, Line, Listing, Settings
from fargo.monitor.screens.acting import Acting
from fargo.monitor.screens.dialogs import Menu
from fargo.monitor.screens.filter_input import FilterInput
from fargo.monitor.table import JobTable
from fargo.monitor.textlines import TextLines
from fargo.view import failures


class Listed(Acting):
    """A filter line and a table. Whoever inherits says what is listed."""

    DEFAULT_CSS = """
    Listed #filter { height: 1; }
    Listed #slash { width: 3; }
    Listed #words { width: 1fr; background: $background; }
    Listed #facts { width: 30; }
    Listed JobTable { height: 1fr; }
    """
    NEEDS: ClassVar[tuple[str, ...]] = ("#slash", "#words", "#facts", "JobTable")
    SORT: ClassVar[str] = "age"
    SORTED: ClassVar[tuple[str, ...]] = tuple(SORTS)
    """What can be sorted by."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings(sort=self.SORT)

    def listing(self) -> Listing:
        """The lines as they are now."""
        return Listing()

    def none(self) -> str:
        """What is said where nothing is known that could be listed."""
        return ""

    def filter_line(self) -> ComposeResult:
        """The line above the table."""
        with Horizontal(id="filter"):
            yield TextLines(id="slash")
            words = FilterInput(id="words", compact=True, select_on_focus=False)
            words.cursor_blink = False
            words.can_focus = False
            yield words
            yield TextLines(id="facts")

    def table_widget(self) -> JobTable:
        """The table."""
        return JobTable(self.settings, self.facts)

    def facts(self, width: int) -> Facts:
        """What telling of a job takes now."""
        app = self.monitor
        return Facts(app.board, app.look, app.board.clock(app.now()), width, self._why)

    def _why(self, job: Job) -> str:
        """Why most of an array's failed children failed, as far as they were listed."""
        failed = dict(job.counts).get(JobState.FAILED)
        if not failed:
            return ""
        found = causes(self.monitor.board.children_of(job.id))
        return f"{failed:,} failed: {failures.why(found[0])}" if found else f"{failed:,} failed"

    @property
    def jobs(self) -> JobTable:
        """The table, once it is there."""
        return self.query_one(JobTable)

    def begin(self) -> None:
        """Keys go to the table."""
        self.query_one("#slash", TextLines).show([Text(" / ", style="dim")])
        self.jobs.focus()
        super().begin()

    def changed(self) -> None:
        """List anew."""
        if not self.ready:
            return
        found = self.listing()
        self.jobs.instead = "none fits the filter: esc shows all" if found.total else self.none()
        self.jobs.show(found)
        self._show_facts()

    def tick(self) -> None:
        """The clocks of the rows on screen."""
        self.jobs.repaint()

    def _show_facts(self) -> None:
        """How many there are, and how they are listed; or what is wrong with the filter."""
        if not self.ready:
            return
        found, chosen = self.jobs.listing, self.settings
        line = Text()
        if found.problem:
            line.append(found.problem, style="yellow")
        else:
            line.append(f"{found.shown:,} of {found.total:,}", style="bold")
            if chosen.failed_only:
                line.append("   failed only", style="red")
            if chosen.group != "none":
                line.append(f"   group:{chosen.group}", style="dim")
            line.append(f"   sort:{chosen.sort}{' inverted' if chosen.reverse else ''} ", style="dim")
        facts = self.query_one("#facts", TextLines)
        facts.styles.width = min(line.cell_len + 1, max(self.size.width - 20, 10))
        facts.show([line])
        words = self.query_one("#words", FilterInput)
        words.placeholder = "" if words.has_focus or chosen.words else "filter"

    # -- the filter --------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type into the filter line; there, the key is a character like others."""
        words = self.query_one("#words", FilterInput)
        if words.has_focus:
            words.insert_text_at_cursor("/")
            return
        words.can_focus = True
        self.set_focus(words)

    def filter_by(self, words: str) -> None:
        """Show what fits these words."""
        self.query_one("#words", FilterInput).value = words

    def action_leave_filter(self) -> None:
        """Back to the table."""
        self.jobs.focus()

    @on(Input.Changed, "#words")
    def typed(self, event: Input.Changed) -> None:
        """What is typed filters at once."""
        self.settings.words = event.value
        self.changed()

    @on(Input.Submitted, "#words")
    def entered(self) -> None:
        """Back to the table; the filter stays."""
        self.jobs.focus()

    def on_descendant_blur(self) -> None:
        """Tab must not lead into the filter line."""
        words = self.query_one("#words", FilterInput)
        words.can_focus = words.has_focus
        self._show_facts()

    async def action_back(self) -> None:
        """First the filter goes, then this screen."""
        if self.settings.words or self.settings.failed_only:
            self.settings.failed_only = False
            self.query_one("#words", FilterInput).value = ""
            self.settings.words = ""
            self.changed()
            return
        await self.app.run_action("app.back")

    def action_failed(self) -> None:
        """What failed alone."""
        self.settings.failed_only = not self.settings.failed_only
        self.changed()

    # -- the order ---------------------------------------------------------------------------------------

    def action_sort(self) -> None:
        """Choose from a menu."""
        titles = {column.name: column.title.split(" ")[0].lower() for column in COLUMNS}
        options = [(name, titles.get(name, name)) for name in self.SORTED]

        def chosen(name: str | None) -> None:
            if name:
                self.sort_by(name)

        self.app.push_screen(Menu("Sort by", options, self.settings.sort), chosen)

    def sort_by(self, name: str) -> None:
        """By this; by the same once more: the other way round."""
        same = name == self.settings.sort
        self.settings.sort, self.settings.reverse = name, same and not self.settings.reverse
        self.changed()

    def action_sort_by(self, by: int) -> None:
        """By the next one."""
        self.settings.step_sort(self.SORTED, by)
        self.changed()

    def action_invert(self) -> None:
        """The other way round."""
        self.settings.reverse = not self.settings.reverse
        self.changed()

    @on(JobTable.SortWanted)
    def heading(self, event: JobTable.SortWanted) -> None:
        """A heading was clicked."""
        self.sort_by(event.name)

    # -- marks -------------------------------------------------------------------------------------------

    def marked(self) -> list[Job]:
        """The marked jobs."""
        jobs = self.monitor.board.store.jobs
        return [jobs[each] for each in self.settings.marks if each in jobs]

    def action_mark(self) -> None:
        """Mark this one, and go on to the next."""
        line = self.jobs.line
        if line is not None and line.kind in (Kind.JOB, Kind.CHILD):
            self.settings.marks ^= {line.job_id}
            self.jobs.repaint()
        self.jobs.action_move(1)
        self.refresh_frame()

    def action_mark_all(self) -> None:
        """Mark all that is listed."""
        lines = self.jobs.listing.lines
        self.settings.marks |= {line.job_id for line in lines if line.kind in (Kind.JOB, Kind.CHILD)}
        self.jobs.repaint()
        self.refresh_frame()

    def action_unmark(self) -> None:
        """No marks."""
        self.unmark()

    def hidden(self, jobs: Sequence[Job]) -> int:
        """How many of these the filter hides."""
        return sum(self.jobs.listing.place(job.id) is None for job in jobs)

    def pin(self) -> None:
        """The cursor stays on its job."""
        self.jobs.pin()

    def unmark(self) -> None:
        """No marks."""
        self.settings.marks.clear()
        self.jobs.repaint()
        self.refresh_frame()

    def note(self) -> str:
        """How many are marked."""
        return f"{len(self.settings.marks):,} marked" if self.settings.marks else ""

    # -- into a job --------------------------------------------------------------------------------------

    def current(self) -> Job | None:
        """The job of the cursor's line; on the line of further children their array."""
        line = self.jobs.line if self.ready else None
        return self.monitor.board.store.jobs.get(line.job_id) if line is not None and line.job_id else None

    def action_enter(self) -> None:
        """Into the array, or the job."""
        if self.jobs.line is not None:
            self.enter(self.jobs.line)

    def enter(self, line: Line) -> None:
        """Open what a line stands for."""
        job = self.monitor.board.store.jobs.get(line.job_id)
        if job is not None:
            self.monitor.open("array" if job.size else "job", job.id)

    @on(JobTable.Chosen)
    def chosen(self, event: JobTable.Chosen) -> None:
        """A click on the fold folds, a double click opens."""
        self.fold(event.line) if event.fold else self.enter(event.line)

    def fold(self, line: Line) -> None:
        """Show an array's children, or no longer, where that can be."""
        self.enter(line)

    def action_logs(self) -> None:
        """Its logs."""
        job = self.current()
        if job is not None:
            self.monitor.open("logs", job.id)
