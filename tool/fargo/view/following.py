"""A run that is followed: a few lines in place, or one line for each change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fargo.failures import causes
from fargo.model.job import Job, JobState
from fargo.model.run import RunSnapshot
from fargo.model.units import duration_text
from fargo.view import bar, failures, freshness, runs, text
from fargo.watch import RUN, Age, Condition, Freshness, Recovered, Throughput, Trouble

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

BAR = 46
CAUSES = 4
"""Causes of failure that are shown while it goes on, a line each."""
HEARTBEAT_SECONDS = 60
"""Without a live display: how often something is said of what changes all the time."""


def now_utc() -> datetime:
    """Now, as AWS counts it."""
    return datetime.now(UTC)


@dataclass(slots=True)
class FollowView:
    """The face of what was seen last.

    Attributes:
        profile: of the AWS credentials, where one was chosen.
        name: what a job is called.
        explain: the command that tells why nothing starts; empty: none is named.
        why: why children failed, as far as they were listed, a line each.
    """

    profile: str = ""
    name: Callable[[Job], str] = failures.short
    explain: str = ""
    now: Callable[[], datetime] = now_utc
    state: RunSnapshot | None = None
    throughput: Throughput = field(default_factory=Throughput)
    freshness: Freshness = field(default_factory=Freshness)
    why: tuple[str, ...] = ()

    def take(self, event: RunSnapshot | Trouble | Recovered) -> None:
        """Take in what was seen."""
        if not isinstance(event, RunSnapshot):
            self.freshness.take(event)
            return
        self.freshness.take(Recovered(feed=RUN, at=event.at))
        if self.state is None or self.state.children != event.children:
            failed = event.counts.get(JobState.FAILED, 0)
            self.why = tuple(failures.lines(causes(event.last_children), self.name, failed=failed))
        self.state = event
        self.throughput.take(event.at, bar.ended(event.counts))

    def render(self) -> "RenderableType":
        """The display as it stands now, of at most eight lines."""
        from rich.console import Group
        from rich.text import Text

        now = self.now()
        age = self.freshness.age(now)
        lines = self._run(self.state, age, now) if self.state else []
        lines += [Text(f"✘ {why}", style="red") for why in self.why[:CAUSES]]
        if age.error:
            lines.append(Text(f"⚠ {freshness.trouble(age, self.profile)}", style="yellow"))
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    def _run(self, state: RunSnapshot, age: Age, now: datetime) -> "list[Text]":
        from rich.text import Text

        seen = state.at if age.error else now  # what nobody sees does not run on
        lines = [self._head(state, age, seen)]
        if runs.many(state):
            lines += [self._progress(state, now), Text(runs.containers(state), style="dim")]
        if self.explain and runs.delayed(state, seen):
            lines.append(Text(_why_it_waits(self.explain), style="dim"))
        return lines

    @staticmethod
    def _head(state: RunSnapshot, age: Age, seen: datetime) -> "Text":
        head = runs.progress(state, seen)
        if age.condition not in {Condition.LIVE, Condition.WAITING}:
            head.append(f"  {freshness.short(age)}", style="yellow")
        return head

    def _progress(self, state: RunSnapshot, now: datetime) -> "Text":
        shown = bar.bar(state.counts, BAR)
        pace = self.throughput.a_minute(now)
        if pace is not None:
            shown.append(f"  {pace:,.0f}/min")
        left = self.throughput.left(now, sum(state.counts.values()) - bar.ended(state.counts))
        if left is not None:
            shown.append(f"  about {duration_text(left.total_seconds())} left")
        return shown


@dataclass(slots=True)
class Narrator:
    """Chooses what is said where there is no live display: what matters at once, the rest once a minute.

    Attributes:
        explain: the command that tells why nothing starts.
    """

    explain: str = ""
    _key: tuple[object, ...] = ()
    _at: datetime | None = None

    def said(self, state: RunSnapshot) -> str:
        """The line to say now; empty: none."""
        line = words(state)
        one = state.run.last.containers == 1
        key = (state.state, state.counts.get(JobState.FAILED, 0), line if one else "")
        due = self._at is None or (state.at - self._at).total_seconds() >= HEARTBEAT_SECONDS
        if key == self._key and not due:
            return ""
        self._key, self._at = key, state.at
        return line

    def hint(self, state: RunSnapshot) -> str:
        """Once, where nothing starts: what tells why; empty: nothing is to be said."""
        if not self.explain or not runs.delayed(state, state.at):
            return ""
        said, self.explain = _why_it_waits(self.explain), ""
        return said


def _why_it_waits(command: str) -> str:
    return f"why it waits: {command}"


def words(state: RunSnapshot) -> str:
    """How a run stands, in one line without glyphs."""
    return _counted(state) if runs.many(state) else runs.progress_words(state)


def _counted(state: RunSnapshot) -> str:
    """Like `sim-… RUNNING, 37 percent, 74 of 200 done, 2 failed`: a screen reader's words."""
    counts = state.counts
    share = 100 * bar.ended(counts) // max(sum(counts.values()), 1)
    again = f", wave {state.run.last.number}" if state.run.last.number > 1 else ""
    what = " containers" if state.run.last.pack > 1 else ""
    return f"{state.run.id} {state.state.value}, {share} percent, {bar.words(counts, what)}{again}"


def ended(state: RunSnapshot) -> str:
    """How it ended, in the line that stays in the scrollback."""
    return f"{text.GLYPHS[state.state]} {runs.progress_line(state)}"
