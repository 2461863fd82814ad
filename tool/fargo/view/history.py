"""When a job waited, started and ran, and how long many did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fargo.model.job import Job, JobState
from fargo.model.timeline import Move, Spread, Step, phases
from fargo.model.units import duration_text
from fargo.view import text

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {Step.QUEUED: "yellow", Step.STARTING: "cyan", Step.RUNNING: "blue"}
_GOES_ON = "…"


@dataclass(frozen=True, slots=True)
class _Glyphs:
    """What a timeline is drawn with: where a phase begins, lasts, ends, and how the last one does."""

    begin: str
    lasts: str
    end: str
    succeeded: str
    failed: str
    more: str

    def last(self, state: JobState) -> str:
        """How the line ends where the job is in this state."""
        ends = {JobState.SUCCEEDED: self.succeeded, JobState.FAILED: self.failed}
        return ends.get(state, self.more)


_UNICODE = _Glyphs("├", "─", "┤", text.GLYPHS[JobState.SUCCEEDED], text.GLYPHS[JobState.FAILED], "▶")
_ASCII = _Glyphs("|", "-", "|", "v", "x", ">")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One phase as it is drawn: `run ├─3m11─┤`, and longer where there is room."""

    step: Step
    seconds: float

    @property
    def words(self) -> str:
        return duration_text(self.seconds)

    @property
    def least(self) -> int:
        """The cells of its shortest form."""
        return len(f"{self.step} ├─{self.words}─┤")


def timeline(
    job: Job,
    now: datetime,
    width: int,
    *,
    moves: Sequence[Move] = (),
    ascii: bool = False,  # noqa: A002 # as the option is called
) -> "Text":
    """Like `queued ├─12s─┤ start ├──39s──┤ run ├────3m11────✘`, never wider than `width`.

    The lines are as long as the phases, as far as the words leave room. Where there are too many phases
    the oldest are left out, for a `…`; where not even the last has room, words tell of it.

    Args:
        job: a single job, or the child of an array.
        moves: what events told of it: without them starting counts as waiting.
    """
    from rich.text import Text

    glyphs = _ASCII if ascii else _UNICODE
    pieces = [_Piece(phase.step, phase.seconds(now)) for phase in phases(job, moves)]
    shown = _that_fit(pieces, width)
    if not shown:
        words = Text(timeline_words(job, now, moves) if width > 0 else "")
        words.truncate(width, overflow="crop" if ascii else "ellipsis")
        return words
    drawn = Text("" if len(shown) == len(pieces) else f"{'~' if ascii else _GOES_ON} ")
    room = width - drawn.cell_len - _length(shown)
    for piece, more in zip(shown, _shares(shown, room), strict=True):
        style = _STYLES[piece.step]
        drawn.append(f"{piece.step} ", style="dim")
        line = f"{piece.words:{glyphs.lasts}^{len(piece.words) + 2 + more}}"
        drawn.append(f"{glyphs.begin}{line}", style=style)
        if piece is not shown[-1]:
            drawn.append(glyphs.end, style=style).append(" ")
    return drawn.append(glyphs.last(job.state), style=text.STYLES[job.state])


def _that_fit(pieces: Sequence[_Piece], width: int) -> Sequence[_Piece]:
    """The latest phases that have room, with `… ` before them where others are left out."""
    for first in range(len(pieces)):
        if _length(pieces[first:]) + (2 if first else 0) <= width:
            return pieces[first:]
    return ()


def _length(pieces: Sequence[_Piece]) -> int:
    return sum(piece.least for piece in pieces) + len(pieces) - 1


def _shares(pieces: Sequence[_Piece], room: int) -> list[int]:
    """How many of the cells that are left each line gets: by its time."""
    total = sum(piece.seconds for piece in pieces)
    if not total:
        return [0] * len(pieces)
    return [int(room * piece.seconds / total) for piece in pieces]


def timeline_words(job: Job, now: datetime, moves: Sequence[Move] = ()) -> str:
    """The same where nothing is drawn: like `queued 12s, start 39s, run 3m11, failed`."""
    told = [f"{phase.step} {duration_text(phase.seconds(now))}" for phase in phases(job, moves)]
    return ", ".join([*told, job.state.value.lower()])


def spread_words(found: Spread) -> list[tuple[str, str]]:
    """Names and values: when the first of many started and the last ended, and how long they took."""
    rows = [
        (name, moment.isoformat(timespec="seconds"))
        for name, moment in (("first start", found.first_start), ("last end", found.last_end))
        if moment
    ]
    for name, times in (("each waited", found.waited), ("each ran", found.ran)):
        if times:
            p50, p90 = map(duration_text, times)
            rows.append((name, f"p50 {p50}, p90 {p90}, of {found.jobs:,}"))
    return rows
