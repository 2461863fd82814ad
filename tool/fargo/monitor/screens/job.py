"""One job: how it stands, and what it was told to do."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from fargo.aws.batch_answers import job_from
from fargo.errors import AwsError
from fargo.model.job import Job
from fargo.model.timeline import Move
from fargo.monitor.detail import detail
from fargo.monitor.keys import Key, bindings
from fargo.monitor.screens.acting import ACTING, Acting
from fargo.monitor.textlines import TextLines
from fargo.view.text import command_text, safe
from fargo.watch import Feed, JobsFeed

KEYS: tuple[Key, ...] = (
    Key(keys="l", action="logs", shown="l", word="Logs", rank=1, help="its log"),
    *ACTING,
)


class Loaded(Message):
    """All that AWS tells of the job, and what its events do."""

    def __init__(self, raw: dict[str, Any], moves: tuple[Move, ...]) -> None:
        super().__init__()
        self.raw, self.moves = raw, moves


def definition_lines(raw: dict[str, Any], run_of: Mapping[str, str]) -> list[Text]:
    """What the job was told to do: command, environment, what it waits for.

    Args:
        run_of: a job's id → its run, of the runs that are known.
    """
    container = raw.get("container", {})
    lines = [Text()]
    if command := container.get("command"):
        lines.append(Text.assemble(("command      ", "dim"), command_text(command)))
    if image := container.get("image"):
        lines.append(Text.assemble(("image        ", "dim"), safe(image)))
    seconds = raw.get("timeout", {}).get("attemptDurationSeconds")
    if seconds:
        lines.append(Text.assemble(("timeout      ", "dim"), f"{seconds} s"))
    waits_for = dict.fromkeys(_before(depends, run_of) for depends in raw.get("dependsOn", ()))
    lines += [Text.assemble(("after        ", "dim"), before) for before in waits_for]
    for number, item in enumerate(container.get("environment", ())):
        label = "env" if not number else ""
        value = f"{safe(str(item.get('name', '')))}={safe(str(item.get('value', '')))}"
        lines.append(Text.assemble((f"{label:<13}", "dim"), value))
    return lines


def _before(depends: dict[str, str], run_of: Mapping[str, str]) -> str:
    """A run, whose jobs are then one line, or a job of an unknown one."""
    job_id = depends.get("jobId", "")
    kind = f" ({depends['type']})" if "type" in depends else ""
    return f"{run_of.get(job_id, job_id)}{kind}"


class JobScreen(Acting):
    """One job, or one child."""

    NAME = "one job"
    KEYS = KEYS
    NEEDS = ("#lines",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, job_id: str) -> None:
        super().__init__()
        self.job_id = job_id
        self._raw: dict[str, Any] = {}
        self._feed = JobsFeed("this job", (job_id,))

    def body(self) -> ComposeResult:
        """The lines."""
        with VerticalScroll(classes="body"):
            yield TextLines(id="lines")

    def begin(self) -> None:
        """Ask for the rest."""
        self.load()
        self.query_one(VerticalScroll).focus()
        super().begin()

    @work(thread=True, exit_on_error=False, group="raw")
    def load(self) -> None:
        """All that AWS tells, in a thread."""
        source = self.monitor.source
        raw = source.batch.raw(self.job_id)
        moves: tuple[Move, ...] = ()
        if raw and "size" not in raw.get("arrayProperties", {}):
            with suppress(AwsError):  # without them the timeline tells a little less
                moves = source.moves(job_from(raw))
        self.post_message(Loaded(raw, moves))

    def on_loaded(self, message: Loaded) -> None:
        """Show it."""
        self._raw = message.raw
        self.monitor.board.moves[self.job_id] = message.moves
        self.changed()

    def feeds(self) -> list[Feed]:
        """The job alone: a child is in no other list."""
        return [self._feed]

    def current(self) -> Job | None:
        """The job."""
        return self.monitor.board.store.jobs.get(self.job_id)

    def changed(self) -> None:
        """Show how it stands now."""
        job, app = self.current(), self.monitor
        if job is None or not self.size.width or not self.ready:
            return
        now = app.board.clock(app.now())
        lines = [Text(), *detail(job, app.board, app.source.title, app.look, now, self.size.width - 3)]
        lines += definition_lines(self._raw, app.board.run_of)
        pane = self.query_one("#lines", TextLines)
        pane.styles.height = len(lines)
        pane.show([Text.assemble(" ", line) for line in lines])

    def tick(self) -> None:
        """Its clocks."""
        self.changed()

    def action_logs(self) -> None:
        """Its log."""
        self.monitor.open("logs", self.job_id)
