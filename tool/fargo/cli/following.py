"""Following a run: live display or lines or NDJSON, and the exit code it ends with."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargo.cli.context import Context
from fargo.errors import DONE, JOB_FAILED, Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from fargo.model.run import Run, RunSnapshot
    from fargo.watch import Trouble, WatchEvent

PATIENCE_LOCAL = 5.0
"""The local AWS is on this machine: where it does not answer for this long, it is gone."""


@dataclass(slots=True)
class FollowView:
    """The face of what was seen last."""

    state: "RunSnapshot | None" = None
    trouble: "Trouble | None" = None
    said: str = ""

    def render(self) -> "RenderableType":
        """The display as it stands now."""
        from rich.console import Group
        from rich.text import Text

        from fargo.view import runs

        parts: list[RenderableType] = [runs.progress(self.state)] if self.state else []
        if self.trouble:
            parts.append(Text(f"⚠ {self.trouble.error.message}", style="yellow"))
        return Group(*parts)


def follow_run(context: Context, run: "Run", *, lines: bool = True, timeout: float | None = None) -> int:
    """Follow a run to its end.

    Args:
        lines: show what its containers write.
        timeout: seconds; None for no limit.

    Returns:
        0 where every job succeeded, 1 where one failed or was stopped.

    Raises:
        Interrupted: Ctrl-C: the jobs go on.
        WaitTimeout: the jobs go on.
        AwsError: AWS is out of reach or refuses.
    """
    from fargo.logs import Tail
    from fargo.model.job import JobState
    from fargo.watch import PATIENCE_SECONDS, Watcher

    watcher = Watcher(
        batch=context.batch,
        tail=Tail(context.logs) if lines else None,
        clock=time.monotonic,
        sleep=time.sleep,
        timeout=timeout,
        patience=PATIENCE_LOCAL if context.options.local else PATIENCE_SECONDS,
    )
    view = FollowView()
    take = _taker(context, view)
    try:
        with context.out.showing(view):
            for event in watcher.watch(run):
                take(event)
    except KeyboardInterrupt:
        raise Interrupted(
            f"detached: {run.id} goes on",
            f"come back: {context.command(f'wait {run.id}')}; stop it: {context.command(f'stop {run.id}')}",
        ) from None
    state = view.state
    if context.out.live and state is not None:
        _summary(context, state)
    return DONE if state is not None and state.jobs and state.state is JobState.SUCCEEDED else JOB_FAILED


def _taker(context: Context, view: FollowView) -> "Callable[[WatchEvent], None]":
    from fargo.aws.logs import LogEvent
    from fargo.view import data, runs, text
    from fargo.watch import Trouble

    out = context.out

    def take(event: "WatchEvent") -> None:
        if out.json:
            out.record(data.event(event))
        if isinstance(event, LogEvent):
            if not out.json:
                out.line(text.safe(event.text))
            return
        if isinstance(event, Trouble):
            view.trouble = event
            words = f"{event.error.message}; asking again in {event.pause:.0f} s"
        else:
            view.state, view.trouble = event, None
            words = runs.progress_words(event)
        if not out.live and words != view.said:
            out.say(words)
        view.said = words

    return take


def _summary(context: Context, state: "RunSnapshot") -> None:
    from fargo.view import runs

    context.out.say(runs.progress_line(state), "green" if state.state.value == "SUCCEEDED" else "red")
