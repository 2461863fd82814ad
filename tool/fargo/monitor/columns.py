"""The table's columns: what each tells of a job, and how wide it is. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fargo.model.job import Job, JobState
from fargo.model.units import duration_text
from fargo.monitor.board import Board, short_name
from fargo.monitor.column import REASONS, WORDS, Column, Facts, Piece, Placed, fit, layout, pieces
from fargo.view import bar, text

NUMBERS = len("803/1000")
"""Room for an array's numbers, so that bars are of one length; the largest have longer ones."""


def _id(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    dots = "~" if facts.look.ascii else "…"
    words = job.id[:width] if job.index is None else f"{dots}:{job.index}"
    return [(words, "dim")]


def _name(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    name = text.safe(short_name(job))
    if job.index is not None:
        return [(f"   {name}", "")]
    if not job.size:
        return [(name, "bold")]
    size = f" [{job.size}]"
    return [
        (
            fit(name, width - len(size), dots=facts.look.draw("…")).rstrip()
            if len(name) + len(size) > width
            else name,
            "bold",
        ),
        (size, "dim"),
    ]


def _queue(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del width
    name = job.queue.rpartition("/")[2]
    return [(text.safe(name.removeprefix(f"fargo-{_project(facts)}-")), "dim")]


def _project(facts: Facts) -> str:
    return facts.board.runs[0].project if facts.board.runs else ""


def _status(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del width
    return [facts.look.status(job, short=facts.short)]


def _progress(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    if job.counts:
        return list(pieces(bar.bar(dict(job.counts), width, ascii=facts.look.ascii, label=NUMBERS)))
    words, style = _words(job, facts)
    return [(words, style)]


def _words(job: Job, facts: Facts) -> Piece:
    """How a job without children stands, where an array has its bar."""
    if job.stopping:
        return "terminate accepted", "dim"
    match job.shown:
        case JobState.RUNNABLE if place := facts.board.places.get(job.id):
            return f"position {place} in queue", "dim"
        case JobState.STARTING:
            since = facts.board.store.moments.get(job.id, {}).get(JobState.STARTING)
            ago = f" {duration_text((facts.now - since).total_seconds())}" if since else ""
            return f"provisioning{ago}", "dim"
        case JobState.RUNNING:
            return (f"try {max(len(job.attempts), 1)}/{job.tries}" if job.tries > 1 else ""), "dim"
        case JobState.FAILED if not facts.reasons:
            return text.safe(job.reason), text.STYLES[JobState.FAILED]
        case _:
            return "", ""


def _waited(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del width
    return [(text.waited(job, facts.now), "dim" if job.started else "")]


def _start(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del width
    seconds = _starting(job, facts.board)
    return [(duration_text(seconds) if seconds is not None else "", "dim")]


def _starting(job: Job, board: Board) -> float | None:
    """How long its container took to start, where the moment of STARTING was seen."""
    since = board.store.moments.get(job.id, {}).get(JobState.STARTING)
    if since is None or job.started is None:
        return None
    return max((job.started - since).total_seconds(), 0)


def _ran(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del width
    return [(text.elapsed(job, facts.now), "" if not job.state.finished else "dim")]


def _exit(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del facts, width
    code = job.exit_code
    return [("" if code is None else str(code), "red" if code else "dim")]


def _tries(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del facts, width
    if job.size or not job.attempts:
        return [("", "")]
    tried = len(job.attempts)
    return [(f"{tried}/{job.tries}" if job.tries else str(tried), "dim" if tried == 1 else "yellow")]


def _reason(job: Job, facts: Facts, width: int) -> Sequence[Piece]:
    del width
    if job.counts:
        return [(facts.why(job), "red")]
    if job.state is JobState.SUCCEEDED:
        return [("", "")]
    return [(text.safe(job.reason), text.STYLES[JobState.FAILED] if job.state is JobState.FAILED else "dim")]


# -- what they are sorted by -----------------------------------------------------------------------------

RANK = {
    JobState.FAILED: 0, JobState.RUNNING: 1, JobState.STARTING: 2, JobState.RUNNABLE: 3,
    JobState.PENDING: 4, JobState.SUBMITTED: 5, JobState.SUCCEEDED: 6,
}  # fmt: skip
"""The order in which people ask for them."""


def _done(job: Job) -> float | None:
    total = sum(count for _, count in job.counts)
    return sum(count for state, count in job.counts if state.finished) / total if total else None


def _seconds(job: Job, what: Callable[[Job, datetime], Any]) -> float | None:
    end = job.stopped or datetime.max.replace(tzinfo=UTC)
    found = what(job, end)
    return found.total_seconds() if found is not None else None


COLUMNS = (
    Column(name="id", title="ID", width=8, tell=_id, key=lambda job, _: job.id, since=120),
    Column(
        name="name", title="NAME", width=17, most=32, tell=_name,
        key=lambda job, _: (job.name, job.index or 0),
    ),
    Column(name="queue", title="QUEUE", width=10, tell=_queue, key=lambda job, _: job.queue, since=132),
    Column(
        name="status", title="STATUS", width=8, tell=_status, key=lambda job, _: RANK[job.shown],
    ),
    Column(
        name="progress", title="PROGRESS / REASON", width=15, most=60, tell=_progress,
        key=lambda job, _: _done(job), down=True,
    ),
    Column(
        name="queued", title="QUEUED", width=6, tell=_waited, right=True, since=76, down=True,
        key=lambda job, _: _seconds(job, Job.waited),
    ),
    Column(
        name="start", title="START", width=5, tell=_start, right=True, since=100, down=True, key=_starting,
    ),
    Column(
        name="run", title="RUN", width=6, tell=_ran, right=True, down=True,
        key=lambda job, _: _seconds(job, Job.ran),
    ),
    Column(
        name="exit", title="EXIT", width=4, tell=_exit, right=True, down=True,
        key=lambda job, _: job.exit_code,
    ),
    Column(
        name="try", title="TRY", width=3, tell=_tries, right=True, since=110, down=True,
        key=lambda job, _: len(job.attempts),
    ),
    Column(
        name="reason", title="REASON", width=20, most=200, tell=_reason, since=REASONS,
        key=lambda job, _: job.reason or None,
    ),
)  # fmt: skip
AGE = Column(
    name="age", title="AGE", width=0, tell=_waited, down=True,
    key=lambda job, _: job.created,
)  # fmt: skip
"""Sorted by, and no column: when it was created."""


def columns(width: int) -> tuple[Placed, ...]:
    """The jobs' columns in a table of so many cells."""
    found = [column for column in COLUMNS if width >= column.since]
    full = any(column.name == "reason" for column in found)
    changes: dict[str, dict[str, Any]] = {"status": {"width": 11}} if width >= WORDS else {}
    if full:
        changes |= {"name": {"most": 24}, "progress": {"title": "PROGRESS", "most": 30}}
    return layout([replace(column, **changes.get(column.name, {})) for column in found], width)
