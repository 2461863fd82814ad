"""Why jobs fail: one line a cause."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType

from fargo.failures import Cause, causes
from fargo.model.job import Job, JobState
from fargo.monitor.detail import name
from fargo.monitor.keys import Key, bindings
from fargo.monitor.screens.acting import ACTING
from fargo.monitor.screens.plainlist import Listing, Row
from fargo.monitor.why import why
from fargo.view import failures, text

KEYS: tuple[Key, ...] = (
    Key(keys="enter", action="enter", shown="enter", word="Jobs", rank=0, help="the jobs that failed so"),
    Key(keys="l", action="logs", shown="l", word="Log", rank=1, help="the log of the first of them"),
    *(key for key in ACTING if key.action in ("retry", "copy", "explain")),
)


class ErrorsScreen(Listing):
    """The causes."""

    NAME = "errors"
    KEYS = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def causes(self) -> tuple[Cause, ...]:
        """Of all jobs and children that are known."""
        return causes(self.monitor.board.store.jobs.values())

    def rows(self, width: int) -> Sequence[Row]:
        """One line a cause, and below it an example and what helps."""
        del width
        board = self.monitor.board
        failed = board.containers[JobState.FAILED]
        found = self.causes()
        looked = sum(cause.count for cause in found)
        rows = [Row("", Text(f"{'COUNT':>7}  {'EXIT':>4}  CAUSE", style="dim bold"))]
        for cause in found:
            code = "" if cause.exit_code is None else str(cause.exit_code)
            line = Text.assemble(
                (f"{cause.count:>7,}  {code:>4}  ", "bold red"),
                self.monitor.look.draw(text.safe(cause.reason)) or "no reason given",
            )
            rows.append(Row(failures.why(cause), line))
            names = ", ".join(name(job, board) for job in cause.examples)
            more = ", …" if cause.count > len(cause.examples) else ""
            rows.append(Row("", Text(f"{'':15}{names}{self.monitor.look.draw(more)}", style="dim")))
            told = why(cause.examples[0], board).cause
            if told != cause.examples[0].reason:
                rows.append(Row("", Text(f"{'':15}{text.safe(told)}", style="dim")))
        if not found:
            none = "nothing has failed" if board.complete else "asking AWS"
            rows.append(Row("", Text("asking AWS why" if failed else none, style="dim")))
        elif looked < failed:
            rows.append(Row("", Text(f"of {failed:,} that failed, {looked:,} were looked at", style="dim")))
        return rows

    def cause(self) -> Cause | None:
        """The cause of the cursor's line."""
        return next((cause for cause in self.causes() if failures.why(cause) == self.key), None)

    def current(self) -> Job | None:
        """The first of its jobs."""
        cause = self.cause()
        return cause.examples[0] if cause else None

    def action_enter(self) -> None:
        """The jobs that failed so."""
        cause = self.cause()
        if cause is not None:
            self.monitor.open("failed", cause)

    def action_logs(self) -> None:
        """The log of the first of them."""
        job = self.current()
        if job is not None:
            self.monitor.open("logs", job.id)
