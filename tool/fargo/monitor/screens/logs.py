"""The logs of a job, or of all children of an array: on a screen of their own, or beside other things."""

import re
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType

from fargo.logs import Sources, Tail
from fargo.monitor import logpane
from fargo.monitor.board import short_name
from fargo.monitor.keys import Key, bindings
from fargo.monitor.logkeys import JUMP_KEYS, PANE_KEYS, VIEW_KEYS
from fargo.monitor.logsource import JobLogs, Lookup
from fargo.monitor.screens.face import Face
from fargo.view.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargo.model.job import Job
    from fargo.monitor.app import MonitorApp

_NO_NAME = re.compile(r"[^\w.]+")
"""What the name of a file does without."""
PASSING_SECONDS = 0.4
"""A cursor that moves on sooner asks for no lines."""
OWN_KEYS = (
    Key(
        keys="L",
        action="whole",
        shown="L",
        word="All children",
        rank=3,
        help="all children's lines, or one's",
    ),
)


def logs_of(monitor: "MonitorApp", job_id: str) -> JobLogs:
    """What reads the lines of a job: of an array those of all its children.

    Args:
        monitor: the app.
        job_id: the job's, a child's `parent:17`, or an array's.
    """
    board, source = monitor.board, monitor.source
    known = board.store.jobs.get
    job, title = known(job_id), _title(known, job_id)

    def tail() -> Tail:
        if job is None or not job.size:
            return Tail(source.logs)
        run = board.run(job)
        return Tail(source.logs, Sources(source.batch, source.label(run) if run else by_index))

    return JobLogs(
        title,
        f"{_NO_NAME.sub('-', title)}.log",
        tail=tail,
        jobs=Lookup(job_id, known, lambda: source.batch),
    )


def _title(known: "Callable[[str], Job | None]", job_id: str) -> str:
    """A job's name; a child's index behind its array's, whether the child was listed or not."""
    parent, _, index = job_id.partition(":")
    job = known(parent)
    return f"{short_name(job) if job else parent}{f' #{index}' if index else ''}"


def by_index(job_id: str) -> str:
    """A child's label, where its run is not known."""
    return f"#{job_id.partition(':')[2]}"


class LogPane(logpane.LogPane):
    """The lines of the job that the cursor is on."""

    job_id: str | None = None

    def show(self, job_id: str | None) -> None:
        """Show this job's lines; of an array, say how to see those of its children."""
        if job_id == self.job_id:
            return
        self.job_id = job_id
        monitor = cast("MonitorApp", self.app)
        job = monitor.board.store.jobs.get(job_id) if job_id else None
        if job_id is None:
            self.read(None)
        elif job and job.size:
            words = f"{plural(job.size, 'container')}: l shows the lines of all, enter its children"
            self.read(None, empty=words)
        else:
            self.read(logs_of(monitor, job_id), after=PASSING_SECONDS)


class LogsScreen(Face):
    """The lines of a job, or of all children of an array.

    Args:
        job_id: the job's, a child's, or an array's.
    """

    NAME = "logs"
    KEYS: ClassVar[tuple[Key, ...]] = (*PANE_KEYS, *OWN_KEYS, *VIEW_KEYS, *JUMP_KEYS)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(OWN_KEYS)]

    def __init__(self, job_id: str) -> None:
        super().__init__()
        self._job_id = self._shown_id = job_id

    def body(self) -> ComposeResult:
        """The pane alone."""
        yield LogPane(classes="body")

    def on_mount(self) -> None:
        """Begin to read."""
        self._show(self._job_id)

    def _show(self, job_id: str) -> None:
        self._shown_id = job_id
        pane = self.query_one(LogPane)
        pane.read(logs_of(self.monitor, job_id))
        pane.view.focus()

    def action_whole(self) -> None:
        """The lines of all children of the array that this job is one of; once more: those of this job."""
        parent, colon, _ = self._job_id.partition(":")
        if not colon:
            self.monitor.say("this job is no child of an array")
        elif self._shown_id == parent:
            self._show(self._job_id)
        else:
            self._show(parent)
