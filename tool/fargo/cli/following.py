"""Following a run: live display or lines or NDJSON, and the exit code it ends with."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click

from fargo import closer
from fargo.cli.context import Context
from fargo.errors import DONE, JOB_FAILED, AwsError, Interrupted

if TYPE_CHECKING:
    from fargo.model.log import LogEvent
    from fargo.model.run import Run, RunSnapshot
    from fargo.view.following import FollowView
    from fargo.watch import WatchEvent

    LineText = Callable[[LogEvent], str]

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """When following ends, and with what.

    Attributes:
        timeout: seconds; None for no limit.
        fail_fast: at the first container that failed for good.
        exit_code: `run`: 1 where one failed; `job`: the code of the one container.
        notify: tell the terminal.
    """

    timeout: float | None = None
    fail_fast: bool = False
    exit_code: str = "run"
    notify: bool = False

    NAMES: ClassVar = ("fail_fast", "exit_code", "notify")

    @classmethod
    def of(cls, options: dict[str, Any]) -> "Until":
        """Take those of `until_options` out of a command's options."""
        return cls(**{name: options.pop(name) for name in cls.NAMES})


def until_options(command: F) -> F:
    """The options that make an `Until`, for whatever follows a run."""
    for option in (
        click.option(
            "--notify", is_flag=True, help="Ring the terminal's bell at the end, and show how it ended."
        ),
        click.option(
            "--exit-code",
            type=click.Choice(["run", "job"]),
            default="run",
            show_default=True,
            help="1 if a container failed, or the one container's own.",
        ),
        click.option(
            "--fail-fast", is_flag=True, help="End with 1 once a container failed; the others go on."
        ),
    ):
        command = option(command)
    return command


def follow_run(context: Context, run: "Run", *, lines: "LineText | None", until: Until | None = None) -> int:
    """Follow a run to its end.

    Args:
        lines: how a line of its containers is shown; None where nobody wants to read them.

    Returns:
        0 where every job succeeded, 1 where one failed or was stopped, or what `until` wants. Where AWS
        Batch has forgotten them, what the runner wrote decides.

    Raises:
        UsageError: it is not submitted whole.
        Interrupted: Ctrl-C: the jobs go on.
        WaitTimeout: the jobs go on.
        AwsError: AWS is out of reach or refuses.
    """
    from fargo.logs import Tail
    from fargo.runs import check_submitted
    from fargo.view.following import FollowView

    check_submitted(run)
    until = until or Until()
    tail = Tail(context.logs, closer.sources(context, run)) if lines is not None else None
    watcher = context.watcher(tail=tail, timeout=until.timeout)
    explain = context.command(f"explain {run.id}")
    view = FollowView(context.options.profile, closer.namer(context, run), explain)
    take = _taker(context, view, lines)
    try:
        with context.out.showing(view):
            for event in watcher.watch(run):
                take(event)
                if until.fail_fast and _failed(view.state):
                    break
    except KeyboardInterrupt:
        hint = f"come back: `fargo wait {run.id}`; stop it: `fargo stop {run.id}`"
        raise Interrupted(f"detached: {run.id} goes on", hint) from None
    code, said = end_of(context, view, told=not context.out.live)
    if until.notify:
        context.out.notify(said)
    return _own_code(view.state) if until.exit_code == "job" and view.state else code


def _taker(context: Context, view: "FollowView", lines: "LineText | None") -> "Callable[[WatchEvent], None]":
    from fargo.model.log import LogEvent
    from fargo.view import data, freshness
    from fargo.view.following import Narrator
    from fargo.watch import Recovered, Trouble

    out, narrator = context.out, Narrator(view.explain)

    def take(event: "WatchEvent") -> None:
        if out.json and not (view.state and data.same(event, view.state)):
            out.record(data.event(event))
        if isinstance(event, LogEvent):
            if lines is not None and not out.json:
                out.line(lines(event))
            return
        view.take(event)
        if out.live:
            return
        if isinstance(event, Trouble):
            out.say(freshness.told(event))
        elif not isinstance(event, Recovered):
            for words in filter(None, (narrator.said(event), narrator.hint(event))):
                out.say(words)

    return take


def _failed(state: "RunSnapshot | None") -> bool:
    from fargo.model.job import JobState

    return state is not None and state.counts.get(JobState.FAILED, 0) > 0


def _own_code(state: "RunSnapshot") -> int:
    """The exit code of the one container; 1 of one that never ran."""
    from fargo.model.job import JobState

    job = state.jobs[-1] if state.jobs else None
    if state.state is JobState.SUCCEEDED:
        return DONE
    return job.exit_code or JOB_FAILED if job and job.exit_code is not None else JOB_FAILED


def end_of(context: Context, view: "FollowView", *, told: bool = False) -> tuple[int, str]:
    """Say how the run ended, and what to do where it failed.

    Args:
        told: whether how it ended was said already.

    Returns:
        The exit code that says the same, and the words.
    """
    from fargo.history import recall
    from fargo.model.job import JobState
    from fargo.view import data, following

    if view.state is None:
        return JOB_FAILED, ""
    (state,) = recall((view.state,), context.history)
    if context.out.json and not data.same(state, view.state):
        context.out.record(data.event(state))
    view.state = state
    good = bool(state.jobs) and state.state is JobState.SUCCEEDED
    if not state.jobs and (results := _by_results(context, state)):
        good, said = results
        context.out.say(said, "green" if good else "red")
        return (DONE if good else JOB_FAILED), said
    said = following.ended(state)
    if view.why or state.past or not told:
        context.out.say(said, "green" if good else "red")
    for line in (*_rows(context, state), *view.why):
        context.out.say(f"  {line}")
    if not good and state.jobs:
        _what_next(context, state)
    return (DONE if good else JOB_FAILED), said


def _by_results(context: Context, state: "RunSnapshot") -> tuple[bool, str] | None:
    """How a run ended that AWS Batch has forgotten: by its rows' results, where there are any."""
    from fargo.results import standing
    from fargo.view import runs

    found = standing(context.bulk, state.run)
    if found.missing == found.rows:
        return None
    return found.done == found.rows, f"{state.run.id}: {runs.rows_words(found)}, as the results say"


def _rows(context: Context, state: "RunSnapshot") -> "Iterator[str]":
    """What all rows came to, where the last wave's containers do not tell: they have several or only some."""
    from fargo.results import standing
    from fargo.view import runs

    if state.finished and state.run.rows > state.run.last.containers:
        with suppress(AwsError):  # how it ended is known, and no trouble here may hide it
            yield runs.rows_words(standing(context.bulk, state.run))


def _what_next(context: Context, state: "RunSnapshot") -> None:
    if not state.finished:
        context.out.say(f"the others go on; stop them: {context.command(f'stop {state.run.id}')}")
    else:
        only = " --failed" if state.run.last.containers > 1 else ""
        context.out.say(f"  see why they failed:  {context.command(f'explain {state.run.id}')}")
        context.out.say(f"  read what they wrote: {context.command(f'logs {state.run.id}{only}')}")
        context.out.say(f"  run them once more:   {context.command(f'retry {state.run.id}')}")
