"""The lines above and below every screen's body: board → text. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rich.text import Text

from fargo.model.job import JobState
from fargo.model.units import duration_text
from fargo.monitor.board import Board
from fargo.monitor.keys import Key, footer
from fargo.monitor.look import STOPPING, Look
from fargo.monitor.source import Title
from fargo.view import freshness, text
from fargo.watch import Age, Condition

WIDE = 110
"""From so many cells on words are written out."""
MINUTES = 10
STEP, STEPS = 5, 60
"""Seconds by which a shown age grows, and from where on by which."""

_GROUPS = (
    ((JobState.RUNNING,), "run", "running"),
    ((JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE), "queued", "queued"),
    ((JobState.STARTING,), "start", "starting"),
    ((JobState.SUCCEEDED,), "ok", "ok"),
    ((JobState.FAILED,), "fail", "failed"),
)
_CONDITIONS = {
    Condition.WAITING: ("○", "dim"),
    Condition.LIVE: ("●", "green"),
    Condition.STALE: ("●", "yellow"),
    Condition.THROTTLED: ("●", "yellow"),
    Condition.OFFLINE: ("○", "bold red"),
    Condition.DENIED: ("○", "bold red"),
}


def sides(left: Text, right: Text, width: int, look: Look) -> Text:
    """Two texts at the ends of a line of so many cells; the left one gives way."""
    room = width - right.cell_len - 1
    if right.cell_len and room > 0:
        left = look.cut(left, room - 1)
        return Text.assemble(left, " " * (room - left.cell_len), right)
    return look.cut(left, max(width - 1, 0))


def title(facts: Title, board: Board, age: Age, pace: str, look: Look, width: int) -> Text:
    """Whose jobs, and how fresh they are: like `fargo · demo · us-east-1      ● live 4s ago  every 5s`."""
    queues = [queue.name for queue in board.queues]
    where = [facts.project, facts.region] if facts.target != "demo" else [facts.project, "demo"]
    if facts.target == "local":
        where[1] = "local AWS"
    if width >= WIDE and facts.target == "aws":
        where.append(f"account {facts.account_id}")
    if width >= WIDE and queues:
        where[1:1] = [", ".join(queues[:3])]
    left = Text(look.draw(" fargo"), style="bold")
    for part in where:
        left.append(look.draw(" · "), style="dim").append(text.safe(part), style="not bold")
    return sides(left, _freshness(board, age, pace, look), width, look)


def _freshness(board: Board, age: Age, pace: str, look: Look) -> Text:
    if board.cached is not None and age.condition in (Condition.WAITING, Condition.LIVE):
        return Text("asking AWS", style="yellow")
    glyph, style = _CONDITIONS[age.condition]
    words = f"{look.draw(glyph)} {freshness.short(_stepped(age))}"
    return Text.assemble((words, style), (f"   {pace}" if pace else "", "dim"))


def _stepped(age: Age) -> Age:
    """An age in steps, never younger than it is: a line that changes every second is written every second."""
    if age.seconds is None:
        return age
    step = STEP if age.seconds <= STEPS else STEPS
    return replace(age, seconds=math.ceil(age.seconds / step) * step)


def counts(board: Board, now: datetime, look: Look, width: int) -> Text:
    """How many containers stand where, how fast they end, and how long the rest will take.

    Where there is little room the sparkline goes first, then the pace.
    """
    wide = width >= WIDE
    left = _standing(board, look, wide=wide)
    for right in _paces(board, now, look, wide=wide):
        if left.cell_len + right.cell_len + 3 <= width:
            return sides(left, right.append(" "), width, look)
    return sides(left, Text(), width, look)


def _standing(board: Board, look: Look, *, wide: bool) -> Text:
    left = Text(" ")
    for states, short, word in _GROUPS:
        number = sum(board.containers[state] for state in states)
        if states[0] is JobState.STARTING and not (number and wide):
            continue
        style = text.STYLES[states[-1]] if number else "dim"
        glyph = look.draw(text.GLYPHS[states[0]])
        left.append("" if len(left) == 1 else "   " if wide else "  ")
        left.append(f"{glyph} {number:,} {word if wide else short}", style=style)
    if stopping := board.counts["stopping"]:
        left.append("   " if wide else "  ")
        left.append(
            f"{look.draw(STOPPING[0])} {stopping:,} {'stopping' if wide else 'stop'}", style=STOPPING[1]
        )
    return left


def _paces(board: Board, now: datetime, look: Look, *, wide: bool) -> Iterator[Text]:
    """The pace in words, the longest first."""
    now = datetime.fromtimestamp(math.ceil(now.timestamp() / STEP) * STEP, UTC)
    by_minute = board.throughput.by_minute(now, MINUTES)
    pace = board.throughput.a_minute(now)
    if pace is None:
        return
    waiting = sum(number for state, number in board.containers.items() if not state.finished)
    left = board.throughput.left(now, waiting)
    spark = Text.assemble(("finished/min " if wide else "", "dim"), (look.spark(by_minute), "cyan"))
    number = f" {pace:,.0f}" if wide else f" {pace:,.0f}/min"
    words = ""
    if left is not None:
        rest = duration_text(left.total_seconds())
        words = f"   about {rest} left" if wide else f"  ~{rest} left"
    yield spark + Text(f"{number}{words}")
    yield Text(f"{number}{words}")
    yield Text(words)


def trouble(board: Board, age: Age, now: datetime, profile: str) -> Text:
    """What is wrong with what is shown, and what to do about it; empty where nothing is."""
    if board.cached is not None:
        words = f"cached, {duration_text((now - board.cached).total_seconds())} old"
        told = freshness.trouble(age, profile)
        return Text(f"{words}{'; ' + told if told else ''}", style="yellow")
    words = freshness.trouble(age, profile)
    bad = age.condition in (Condition.OFFLINE, Condition.DENIED)
    return Text(words, style="bold red" if bad else "yellow")


def keys(table: Sequence[Key], width: int) -> Text:
    """The footer."""
    line = Text(" ")
    for key in footer(table, width - 1):
        if len(line) > 1:
            line.append("  ")
        line.append(key.shown, style="bold").append(f" {key.word}", style="dim")
    return line
