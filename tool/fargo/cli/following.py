"""Following a run: live display or lines or NDJSON, and the exit code it ends with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargo.cli.context import Context
from fargo.errors import DONE, JOB_FAILED, Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from fargo.aws.logs import LogEvent
    from fargo.model.run import Run, RunSnapshot
    from fargo.watch import Trouble, WatchEvent

    LineText = Callable[[LogEvent], str]


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

        from fargo.view import runs, text

        parts: list[RenderableType] = [runs.progress(self.state)] if self.state else []
        if self.trouble:
            parts.append(Text(f"⚠ {text.safe(self.trouble.error.message)}", style="yellow"))
        return Group(*parts)


def follow_run(
    context: Context, run: "Run", *, lines: "LineText | None", timeout: float | None = None
) -> int:
    """Follow a run to its end.

    Args:
        lines: how a line of its containers is shown; None where nobody wants to read them.
        timeout: seconds; None for no limit.

    Returns:
        0 where every job succeeded, 1 where one failed or was stopped. Where AWS Batch has
        forgotten them, what the runner wrote decides.

    Raises:
        UsageError: it is not submitted whole.
        Interrupted: Ctrl-C: the jobs go on.
        WaitTimeout: the jobs go on.
        AwsError: AWS is out of reach or refuses.
    """
    from fargo.runs import check_submitted

    check_submitted(run)
    watcher = context.watcher(lines=lines is not None, timeout=timeout)
    view = FollowView()
    take = _taker(context, view, lines)
    try:
        with context.out.showing(view):
            for event in watcher.watch(run):
                take(event)
    except KeyboardInterrupt:
        hint = f"come back: `fargo wait {run.id}`; stop it: `fargo stop {run.id}`"
        raise Interrupted(f"detached: {run.id} goes on", hint) from None
    return _ended(context, view.state) if view.state else JOB_FAILED


def _taker(context: Context, view: FollowView, lines: "LineText | None") -> "Callable[[WatchEvent], None]":
    from fargo.aws.logs import LogEvent
    from fargo.view import data, runs, text
    from fargo.watch import Trouble

    out = context.out

    def take(event: "WatchEvent") -> None:
        if out.json and not (view.state and data.same(event, view.state)):
            out.record(data.event(event))
        if isinstance(event, LogEvent):
            if lines is not None and not out.json:
                out.line(lines(event))
            return
        if isinstance(event, Trouble):
            view.trouble = event
            words = f"{text.safe(event.error.message)}; asking again in {event.pause:.0f} s"
        else:
            view.state, view.trouble = event, None
            words = runs.progress_words(event)
        if not out.live and words != view.said:
            out.say(words)
        view.said = words

    return take


def _ended(context: Context, state: "RunSnapshot") -> int:
    """Say how the run ended; the exit code that says the same."""
    from fargo.model.job import JobState
    from fargo.results import standing
    from fargo.view import runs

    good = bool(state.jobs) and state.state is JobState.SUCCEEDED
    said = runs.progress_line(state) if context.out.live else ""
    if not state.jobs and (found := standing(context.bulk, state.run)).missing < found.rows:
        good = found.done == found.rows
        said = f"{state.run.id}: {runs.rows_words(found)}, as the results say"
    if said:
        context.out.say(said, "green" if good else "red")
    return DONE if good else JOB_FAILED
