"""`fargo ps`: a line for each run, newest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from fargo.failures import causes
from fargo.model.job import Job, JobState
from fargo.model.run import Run, RunSnapshot
from fargo.runs import unsent
from fargo.view import bar, failures, freshness, runs, text
from fargo.view.following import now_utc
from fargo.watch import Freshness, Recovered, Trouble

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

WIDE, NARROW = 120, 80
"""From so many columns on a bar is long, and has a place at all."""

GAP = 2
LEAST = 12
"""What is told of why has so many cells at the least."""


Namer = Callable[[Run], Callable[[Job], str]]


def by_index(_: Run) -> Callable[[Job], str]:
    """An array's child by its index, whatever row it ran."""
    return failures.short


def table(
    states: Sequence[RunSnapshot],
    width: int,
    now: datetime | None = None,
    costs: Mapping[str, float] | None = None,
    namer: Namer = by_index,
    whys: Mapping[str, str] | None = None,
) -> "RenderableType":
    """The runs as a table.

    Args:
        width: of the terminal, in cells.
        costs: US dollars so far, of the runs of which they are known; None: not to be told.
        namer: what the jobs of a run are called.
        whys: what there is to say of each run, where that is known already.
        now: None: when each was seen.
    """
    from rich.table import Table
    from rich.text import Text

    long = 24 if width >= WIDE else 16 if width >= NARROW else 0
    label = max((len(bar.done(each.counts)) for each in states if runs.many(each)), default=0)
    cells: list[list[Text]] = []
    for state in states:
        moment = now or state.at
        progress = [bar.bar(state.counts, long, label=label) if runs.many(state) else Text()] if long else []
        age = text.ago(state.run.created, moment).removesuffix(" ago")
        ran = runs.lasted(state, moment)
        cost = [Text(_cost(costs, state), justify="right")] if costs else []
        cells.append([Text(state.run.id), _state(state), *progress, Text(age), Text(ran), *cost])
    names = ["RUN", "STATE", *(["PROGRESS"] if long else []), "AGE", "RAN", *(["COST"] if costs else [])]
    widths = [max(len(name), *(row[at].cell_len for row in cells)) for at, name in enumerate(names)]
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for name, wide in zip(names, widths, strict=True):
        shown.add_column(name, no_wrap=True, min_width=wide)
    shown.add_column("WHY", no_wrap=True)
    for state, row in zip(states, cells, strict=True):
        told = whys.get(state.run.id, "") if whys is not None else _why(state, namer)
        why = Text(told or ("" if long or not runs.many(state) else runs.said(state)))
        why.truncate(max(width - sum(widths) - GAP * len(widths), LEAST), overflow="ellipsis")
        shown.add_row(*row, why)
    return shown


def plain(states: Sequence[RunSnapshot], costs: Mapping[str, float], namer: Namer = by_index) -> list[str]:
    """The same as tab-separated lines."""
    lines = ["run\tstate\tdone\tcreated\tran\tcost\twhy"]
    for state in states:
        created = state.run.created.isoformat(timespec="seconds")
        done = bar.words(state.counts) if runs.many(state) else ""
        ran = runs.lasted(state, state.at)
        why = _why(state, namer)
        cells = (state.run.id, runs.word(state), done, created, ran, _cost(costs, state), why)
        lines.append("\t".join(cells))
    return lines


def _cost(costs: Mapping[str, float], state: RunSnapshot) -> str:
    found = costs.get(state.run.id)
    return "" if found is None else text.money(found)


def _why(state: RunSnapshot, namer: Namer) -> str:
    """What there is to say of a run: of what failed why, else what its counts or its one container tell."""
    if not state.jobs:
        return runs.unknown(state)
    found = causes(state.last_children)
    if found:
        looked = sum(cause.count for cause in found)
        if looked < state.counts.get(JobState.FAILED, 0):
            return f"{failures.why(found[0])}; of {looked:,} looked at: {found[0].count:,}"
        more = f", and {text.plural(len(found) - 1, 'other cause')}" if len(found) > 1 else ""
        return failures.line(found[0], namer(state.run)) + more
    if runs.many(state):
        return unsent(state.run)
    return runs.said(state)


def _state(state: RunSnapshot) -> "Text":
    from rich.text import Text

    return runs.state_text(state.state) if state.jobs else Text(runs.word(state), style="dim")


@dataclass(slots=True)
class ListView:
    """The face of `fargo ps --watch`.

    Attributes:
        width: what there is room for, in cells, asked for at each look.
    """

    width: Callable[[], int]
    profile: str = ""
    namer: Namer = by_index
    states: tuple[RunSnapshot, ...] | None = None
    freshness: Freshness = field(default_factory=Freshness)
    _whys: dict[str, str] = field(default_factory=dict)

    def take(self, event: tuple[RunSnapshot, ...] | Trouble | Recovered) -> None:
        """Take in what was seen."""
        if not isinstance(event, tuple):
            self.freshness.take(event)
            return
        # Told once, and not with each frame: a run may have thousands of failed children.
        self._whys = {each.run.id: _why(each, self.namer) for each in event}
        self.states = event

    def render(self) -> "RenderableType":
        """The runs as they were seen last, and what hides the rest."""
        from rich.console import Group
        from rich.text import Text

        now = now_utc()
        age = self.freshness.age(now)
        parts: list[RenderableType] = []
        if self.states:
            parts.append(table(self.states, self.width(), None if age.error else now, whys=self._whys))
        else:
            parts.append(Text("asking AWS" if self.states is None else "no runs yet", style="dim"))
        if age.error:
            parts.append(Text(f"⚠ {freshness.trouble(age, self.profile)}", style="yellow"))
        return Group(*parts)


def changed(states: Sequence[RunSnapshot], before: Sequence[RunSnapshot]) -> list[RunSnapshot]:
    """The runs of which something is to be told that was not so before: their state, or another failure."""
    known = {state.run.id: _key(state) for state in before}
    return [state for state in states if known.get(state.run.id) != _key(state)]


def _key(state: RunSnapshot) -> tuple[object, ...]:
    return runs.word(state), state.counts.get(JobState.FAILED, 0), len(state.run.waves)
