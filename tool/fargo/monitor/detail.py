"""A job in some lines: how it stands, why, its timeline, its tries, and what it is made of. Pure."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from rich.text import Text

from fargo.model.fargate import Size
from fargo.model.job import Job, JobState
from fargo.model.timeline import Move, spread
from fargo.model.units import duration_text
from fargo.monitor.board import Board, short_name
from fargo.monitor.look import Look
from fargo.monitor.source import Title
from fargo.monitor.why import why
from fargo.view import bar, history, text

TRIES = 3
INDENT = "  "
MOST = 3
"""Lines that a reason, what it means, and the command that helps have each at the most."""


def detail(job: Job, board: Board, title: Title, look: Look, now: datetime, width: int) -> list[Text]:
    """The lines, each no wider than so many cells where it can be cut."""
    lines = [_head(job, board, look)]
    lines += [line for words in _why(job, board, title) for line in _wrapped(words, look, width)]
    lines.append(Text())
    lines += _progress(job, board, look, now, width)
    lines += [Text(), *_tries(job), *_facts(job, board, title)]
    return [look.cut(line, width) for line in lines]


def name(job: Job, board: Board) -> str:
    """A job as it is called beside others: `align-k3f9 #17`."""
    if job.index is None:
        return text.safe(short_name(job))
    parent = board.store.jobs.get(job.parent)
    return f"{text.safe(short_name(parent)) if parent else job.parent[:8]} {short_name(job)}"


def _head(job: Job, board: Board, look: Look) -> Text:
    words, style = look.status(job)
    line = Text.assemble((name(job, board), "bold"), "   ", (words, style))
    if job.size:
        line.append(f"   {job.size:,} children", style="dim")
    if job.exit_code is not None:
        line.append(f"   exit {job.exit_code}", style="red" if job.exit_code else "dim")
    return line


def _wrapped(words: Text, look: Look, width: int) -> list[Text]:
    """Words of some length, in a few lines."""
    lines = textwrap.wrap(
        words.plain,
        max(width, len(INDENT) + 1),
        subsequent_indent=INDENT,
        break_on_hyphens=False,
        max_lines=MOST,
        placeholder=look.draw(" …"),
    )
    return [Text(line, style=words.style) for line in lines]


def _why(job: Job, board: Board, title: Title) -> Iterator[Text]:
    if job.reason and job.state is not JobState.SUCCEEDED:
        yield Text(
            text.safe(job.reason), style=text.STYLES[JobState.FAILED] if job.state is JobState.FAILED else ""
        )
    found = why(job, board)
    if found.cause != job.reason:
        yield Text(text.safe(found.cause), style="dim")
    if command := next((fix.command for fix in found.fixes if fix.command), ""):
        yield Text(title.command(command), style="cyan")


def moves(job: Job, board: Board) -> tuple[Move, ...]:
    """The moments that events told of, or else those that were seen."""
    if told := board.moves.get(job.id):
        return told
    seen = board.store.moments.get(job.id, {})
    return tuple(Move(state=state, at=at) for state, at in seen.items())


def _progress(job: Job, board: Board, look: Look, now: datetime, width: int) -> Iterator[Text]:
    if not job.size:
        yield history.timeline(job, now, width, moves=moves(job, board), ascii=look.ascii)
        return
    yield bar.bar(dict(job.counts), min(width, 60), ascii=look.ascii)
    children = board.children_of(job.id)
    found = spread(children)
    ended = sum(count for state, count in job.counts if state.finished)
    if sum(child.state.finished for child in children) < ended:
        # Those that succeeded are listed last, if at all: of the others alone no time would be true.
        found = replace(found, last_end=None, ran=None)
    for each, value in history.spread_words(found):
        yield _pair(each, value)


def _tries(job: Job) -> Iterator[Text]:
    if job.size or len(job.attempts) <= 1:
        return
    for number, attempt in list(enumerate(job.attempts, 1))[-TRIES:]:
        ran = (
            duration_text((attempt.stopped - attempt.started).total_seconds())
            if attempt.started and attempt.stopped
            else "runs"
        )
        code = "" if attempt.exit_code is None else f"exit {attempt.exit_code}"
        line = _pair(
            "tries" if number == 1 else "", f"{number}   {code:<8}  {ran:>6}   {text.safe(attempt.reason)}"
        )
        yield line


def _facts(job: Job, board: Board, title: Title) -> Iterator[Text]:
    size = str(Size(job.vcpu, job.memory_mib)) if job.vcpu else ""
    pairs: Sequence[tuple[str, str]] = (
        ("size", size),
        ("definition", job.definition.rpartition("/")[2]),
        ("queue", job.queue.rpartition("/")[2]),
        ("run", board.run_of.get(job.parent or job.id, "")),
        ("created", f"{job.created.astimezone():%Y-%m-%d %H:%M:%S %Z}" if job.created else ""),
        ("id", job.id),
        ("log", f"{title.log_group}  {job.log_streams[-1]}" if job.log_streams else ""),
    )
    for label, value in pairs:
        if value:
            yield _pair(label, text.safe(value))


def _pair(label: str, value: str) -> Text:
    return Text.assemble((f"{label:<13}", "dim"), value)
