"""The runs: what `fargo submit` made, newest first."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from fargo.model.job import Job
from fargo.model.run import Run
from fargo.model.units import duration_text
from fargo.monitor.asking import Question, live, stop_question
from fargo.monitor.board import short_run
from fargo.monitor.column import fit
from fargo.monitor.keys import Key, bindings
from fargo.monitor.screens.acting import ACTING
from fargo.monitor.screens.dialogs import Confirm
from fargo.monitor.screens.plainlist import Listing, Row
from fargo.view import bar, runs, text
from fargo.watch import RunsFeed
from fargo.watch.following import of

KEYS: tuple[Key, ...] = (
    Key(keys="enter", action="enter", shown="enter", word="Jobs", rank=0, help="the run's jobs"),
    Key(keys="l", action="logs", shown="l", word="Logs", rank=1, help="the run's logs"),
    *(key for key in ACTING if key.action in ("stop", "retry", "copy", "explain")),
)
OTHERS = 26
"""Cells of all but name and progress."""


class RunsScreen(Listing):
    """The runs."""

    NAME = "runs"
    KEYS = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def rows(self, width: int) -> Sequence[Row]:
        """One line a run."""
        app = self.monitor
        now, dots = app.board.clock(app.now()), app.look.draw("…")
        name = max(min(width - OTHERS - 20, 40), 16)
        cells = max(min(width - name - OTHERS, 40), 10)
        head = Text(f"{'RUN':<{name}} {'STATUS':<12}{'PROGRESS':<{cells}} {'AGE':>6} WAVES", style="dim bold")
        found = [Row("", head)]
        whole = all(len(run.id) <= name for run in app.board.runs)
        for run in app.board.runs:
            state = of(run, app.board.store.jobs, now)
            glyph = app.look.draw(text.GLYPHS[state.state] if state.jobs else " ")
            line = Text.assemble(
                (fit(run.id if whole else short_run(run.id), name, dots=dots), "bold"),
                " ",
                (f"{glyph} {runs.word(state):<10}", text.STYLES[state.state] if state.jobs else "dim"),
            )
            drawn = bar.bar(state.counts, cells, ascii=app.look.ascii, label=8)
            line.append_text(drawn).append(" " * (cells - drawn.cell_len))
            age = max((now - run.created).total_seconds(), 0)
            line.append(f" {duration_text(age):>6}", style="dim")
            line.append(f" {len(run.waves):>5}", style="dim" if len(run.waves) == 1 else "yellow")
            found.append(Row(run.id, line))
        if not app.board.runs:
            none = f"no runs yet: {app.source.title.command('submit JOB')}"
            found.append(
                Row("", Text(none if RunsFeed.name in app.board.whole else "asking AWS", style="dim"))
            )
        return found

    def run_now(self) -> Run | None:
        """The run of the cursor's line."""
        return next((run for run in self.monitor.board.runs if run.id == self.key), None)

    def jobs_now(self) -> list[Job]:
        """Its jobs, as far as they are known."""
        run, jobs = self.run_now(), self.monitor.board.store.jobs
        return [jobs[each] for each in run.job_ids if each in jobs] if run else []

    def current(self) -> Job | None:
        """The run's latest job."""
        jobs = self.jobs_now()
        return jobs[-1] if jobs else None

    def action_enter(self) -> None:
        """The array of a run that has one; else all its jobs."""
        jobs = self.jobs_now()
        if len(jobs) == 1:
            self.monitor.open("array" if jobs[0].size else "job", jobs[0].id)
        elif jobs:
            self.monitor.show_jobs(f"run:{self.key}")

    def action_logs(self) -> None:
        """Of its latest job."""
        job = self.current()
        if job is not None:
            self.monitor.open("logs", job.id)

    def action_retry(self) -> None:
        """What failed, once more."""
        run = self.run_now()
        if run is not None and self.allowed():
            self.ask_retry(run)

    def action_stop(self) -> None:
        """All of the run, as `fargo stop` does."""
        run, jobs = self.run_now(), live(self.jobs_now())
        if run is None or not self.allowed():
            return
        if not jobs:
            self.monitor.say("nothing to stop: it has ended", "yellow")
            return
        asked = stop_question(jobs, self.monitor.board)
        question = Question(title=f"Stop {run.id}?", lines=asked.lines, yes=asked.yes, word=asked.word)

        def answered(yes: bool | None) -> None:
            if yes:
                self.stop_run(run.id)

        self.app.push_screen(Confirm(question), answered)
