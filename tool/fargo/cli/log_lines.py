"""A run's lines on stdout, those that are there or those that come, and on stderr why there are none."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargo import closer
from fargo.cli.context import Context
from fargo.cli.output import as_json
from fargo.errors import DONE, JOB_FAILED, Interrupted, UsageError
from fargo.logs import GAP, Grep, LogEvent, Reader, Span, Tail, milliseconds
from fargo.view import data, freshness, log_lines, runs

if TYPE_CHECKING:
    from fargo.logs import Sources
    from fargo.model.run import Run, RunSnapshot
    from fargo.view.following import FollowView

_MANY = 1000
"""Containers whose streams take a while to find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLines:
    """Which of a run's lines are wanted, and how they are shown.

    Attributes:
        last: only so many; None for all.
        failed: only of containers that failed.
    """

    context: Context
    view: log_lines.LineView
    span: Span
    last: int | None
    failed: bool
    grep: Grep | None

    @classmethod
    def of(cls, context: Context, asked: dict[str, Any]) -> "LogLines":
        """From the options.

        Raises:
            UsageError: the pattern is none, or there is none for -A, -B and -C.
        """
        around = {side: asked[side] or asked["around"] or 0 for side in ("before", "after")}
        if any(around.values()) and asked["grep"] is None:
            raise UsageError("-A, -B and -C are lines around those that --grep finds", "add --grep RE")
        moments = (asked["since"], asked["until"])
        return cls(
            context=context,
            view=log_lines.LineView(context.out.colours, asked["timestamps"], asked["raw"]),
            span=Span(*(milliseconds(moment) if moment else None for moment in moments)),
            last=asked["tail"],
            failed=asked["failed"],
            grep=Grep.of(asked["grep"], **around) if asked["grep"] is not None else None,
        )

    def print(self, run: "Run") -> int:
        """The lines that there are now."""
        state = self._state(run)
        sources = self._learned(state)
        reader = Reader(self.context.patient_logs(), sources.known, closer.span(state, self.span))
        events = reader.last(self.last, _now()) if self.last and not self.grep else reader
        if not self.context.out.lines(self._shown(self._wanted(events))):
            self.context.out.say(self._nothing(state, bool(sources.known)))
        return DONE

    def follow(self, run: "Run", *, whole: bool) -> int:
        """The lines that there are and those that come, until the run has ended.

        Args:
            whole: it is all of the run, and not the containers of one row.

        Raises:
            Interrupted: Ctrl-C: the jobs go on.
        """
        from fargo.runs import check_submitted
        from fargo.view.following import FollowView

        check_submitted(run)
        view = FollowView(self.context.options.profile)
        try:
            self._follow(run, view)
        except KeyboardInterrupt:
            hint = f"come back: `fargo logs -f {run.id}`; stop it: `fargo stop {run.id}`"
            raise Interrupted(f"detached: {run.id} goes on", hint) from None
        return self._end(view, whole=whole)

    def _follow(self, run: "Run", view: "FollowView") -> None:
        from fargo.watch import Recovered, Trouble

        tail, wrote = self._start(self._state(run))
        out, waits = self.context.out, ""
        for event in self.context.watcher(tail=tail).watch(run):
            if isinstance(event, LogEvent):
                wrote += out.lines(self._shown(self._fitting([event])))
                continue
            view.take(event)
            if isinstance(event, Trouble):
                out.say(freshness.told(event))
            elif isinstance(event, Recovered) or wrote or event.finished:
                continue
            elif (words := self._waits(event)) != waits:
                out.say(words)
                waits = words

    def _start(self, state: "RunSnapshot") -> tuple[Tail, int]:
        """Print what there is by now; what goes on from there, and how many lines that were."""
        logs, sources, span = self.context.patient_logs(), self._learned(state), closer.span(state, self.span)
        if self.last and not self.grep:
            ended = Reader(logs, sources.known, span).last(self.last, _now())
            span = span.within(milliseconds(ended[0].at) if ended else None, None)
        tail = Tail(self.context.logs, sources, span=span)
        return tail, self.context.out.lines(self._shown(self._wanted(tail.start((), logs))))

    def _state(self, run: "Run") -> "RunSnapshot":
        from fargo.runs import stands

        return stands(run, self.context.batch, self.context.history)

    def _learned(self, state: "RunSnapshot") -> "Sources":
        containers = sum(job.size for job in state.jobs)
        if containers >= _MANY and not self.failed and self.context.out.live:
            self.context.out.say(f"finding the log streams of {containers:,} containers", "dim")
        return closer.learned(self.context, state, failed=self.failed)

    def _wanted(self, events: Iterable[LogEvent]) -> Iterable[LogEvent]:
        """Of the lines that there are now, those that fit, and of them the last."""
        if not self.last:
            return self._fitting(events)
        return self.grep.last(events, self.last) if self.grep else deque(events, self.last)

    def _fitting(self, events: Iterable[LogEvent]) -> Iterable[LogEvent]:
        return self.grep(events) if self.grep else events

    def _shown(self, events: Iterable[LogEvent]) -> Iterator[str]:
        if self.context.out.json:
            return (as_json(data.line(event)) for event in events if event is not GAP)
        return map(self.view, events)

    def _nothing(self, state: "RunSnapshot", begun: bool) -> str:
        """Why there is no line to print."""
        if begun and (self.grep or self.last or self.span != Span()):
            return "no line fits what was asked for"
        if self.failed and state.jobs:
            return f"no container has failed: {runs.progress_words(state)}"
        return self._waits(state)

    def _waits(self, state: "RunSnapshot") -> str:
        why = log_lines.not_yet(state.jobs)
        words = "no lines" if state.finished else "no lines yet"
        return f"{words}: {why}" if why else f"{words}: {runs.progress_words(state)}"

    def _end(self, view: "FollowView", *, whole: bool) -> int:
        from fargo.cli.following import end_of

        if view.state and not view.state.jobs and not whole:
            self.context.out.say(runs.progress_line(view.state), "red")
            return JOB_FAILED
        return end_of(self.context, view)[0]


def _now() -> int:
    return int(time.time() * 1000)
