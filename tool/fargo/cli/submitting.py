"""What `submit` and `retry` share: preparing a run, sending it, and telling of both."""

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from fargo import closer
from fargo.cli.context import Context
from fargo.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from fargo.config import JobSettings
    from fargo.cost import Estimate
    from fargo.launch import LaunchEvent, Prepared
    from fargo.manifest import Over
    from fargo.model.run import Run
    from fargo.view.rows import RowsView

TYPICAL_RUNS = 20
"""The latest runs among which one of the same job is looked for, to tell how long its rows take."""
LOOKED_AT = 3
"""Of those of the same job, how many are asked for: those that have no results yet tell nothing."""


@contextmanager
def prepared(
    context: Context, job: str, settings: "JobSettings", options: dict[str, Any], expect: int | None = None
) -> "Iterator[Prepared]":
    """The run that the options ask for, checked; nothing is sent.

    Args:
        options: of `fargo submit`, by their names there.
        expect: how many seconds a row takes, as the user says.
    """
    from fargo import launch
    from fargo.cli.running import state_of
    from fargo.manifest import Outside
    from fargo.submit import Request
    from fargo.view.rows import RowsView

    array, after, partial = (options.pop(name) for name in ("array", "after", "partial"))
    over = _over(options)
    work = launch.Work(
        request=Request(job=job, **options),
        settings=settings,
        array=array,
        over=over,
        after=state_of(context, after) if after is not None else None,
        partial=partial,
    )
    view = RowsView()
    outside = Outside(context.bulk) if over else Outside()
    with ExitStack() as until_sent:
        with context.out.showing(view, reads=True):  # rows may be typed: `--over -`
            found = launch.prepared(work, context.outputs, outside, now=datetime.now(UTC), tell=view.take)
            ready = until_sent.enter_context(found)
        yield replace(ready, run=foretold(context, ready.run, expect))


def _over(options: dict[str, Any]) -> "Over | None":
    from fargo.manifest import Over

    return Over.of(**{name: options.pop(name) for name in ("over", "format", "limit", "sample")})


def launched(context: Context, ready: "Prepared", *, quiet: bool) -> "Run":
    """Send a prepared run, once its estimate has been told."""
    from fargo import launch

    agree(context, ready.run)
    context.verify_account()
    return follow(context, launch.launch(ready, context.sender()), quiet=quiet)


def agree(context: Context, run: "Run") -> None:
    """Tell what a run's last wave would cost, and ask where the project file wants that.

    Raises:
        UsageError: there is nobody to ask.
        Interrupted: the answer is no.
    """
    from fargo.view import cost as view

    found, above = _estimated(context, run), context.project.cost.confirm_above
    basis = closer.task(context, run.job, run.last).basis
    context.out.say(view.estimate_line(found, run, basis, local=context.options.local))
    if 0 < above < found.dollars:
        context.confirm(view.question(found, run, above))


def _estimated(context: Context, run: "Run") -> "Estimate":
    from fargo.cost import estimate

    wave = run.last
    task = closer.task(context, run.job, wave)
    return estimate(task, wave.rows, run.row_seconds, pack=wave.pack, workers=wave.workers)


def foretold(context: Context, run: "Run", expect: int | None = None, *, earlier: bool = True) -> "Run":
    """The run with how long a row takes, and who says so; where nobody can, as it is.

    Args:
        expect: what the user says.
        earlier: look at other runs of the job; else at the run's own rows alone.
    """
    if expect is not None:
        return replace(run, row_seconds=float(expect), row_seconds_by="--expect")
    from fargo import ledger
    from fargo.errors import AwsError
    from fargo.results import typical_seconds

    try:
        runs = ledger.recent(context.store, TYPICAL_RUNS) if earlier else iter((run,))
        same = (each.id for each in runs if each.job == run.job)
        for each in islice(same, LOOKED_AT):
            if (seconds := typical_seconds(context.store, each)) is not None:
                return replace(run, row_seconds=seconds, row_seconds_by=f"the median of {each}")
    except AwsError:  # an estimate is no reason not to submit
        pass
    return run


def follow(context: Context, events: "Generator[LaunchEvent, None, Run]", *, quiet: bool) -> "Run":
    """Show how far the upload and the submission are, and name the run as soon as there is one.

    Args:
        quiet: leave stdout to others.
    """
    from fargo.view.rows import RowsView

    view, named = RowsView(), list[str]()
    try:
        with context.out.showing(view):
            run = context.consume(events, _taker(context, view, named))
    except KeyboardInterrupt:
        if not named:
            raise
        hint = f"go on with `fargo submit --resume {named[0]}`: nothing is submitted twice"
        raise Interrupted(f"interrupted while {named[0]} was being submitted", hint) from None
    _name(context, run, quiet=quiet)
    return run


def _taker(context: Context, view: "RowsView", named: list[str]) -> "Callable[[LaunchEvent], None]":
    from fargo.manifest import Sent
    from fargo.view.runs import size_words

    def take(event: "LaunchEvent") -> None:
        if isinstance(event, Sent):
            view.take(event)
            return
        view.sent = None
        if not named:
            # Whatever happens from here on, this is the name to come back with.
            context.out.say(f"run {event.id}: {size_words(event.last)}".removesuffix(": "))
            named.append(event.id)
        elif len(event.last.chunks) > 1:
            sent = sum(bool(chunk.job_id) for chunk in event.last.chunks)
            context.out.say(f"submitted {sent} of {len(event.last.chunks)} array jobs")

    return take


def _name(context: Context, run: "Run", *, quiet: bool) -> None:
    """The run as data, unless what its jobs write is."""
    if quiet:
        return
    if context.out.json:
        from fargo.view import data

        context.out.data(data.run(run) | {"jobs": list(run.job_ids)})
    else:
        context.out.line(run.id)
        rest = f"wait {run.id}" if run.last.containers > 1 else f"logs -f {run.id}"
        context.out.say(f"follow it: {context.command(rest)}")


def show_plan(context: Context, ready: "Prepared", settings: "JobSettings") -> None:
    """`--dry-run`: what would be sent, and what it would cost."""
    from fargo.cost import best_packing
    from fargo.view import rows

    run, wave = ready.run, ready.run.last
    task = closer.task(context, run.job, wave)
    timeout = wave.timeout_seconds or settings.timeout_seconds
    seconds = run.row_seconds
    shown = rows.Preview(
        run=run,
        files=ready.manifest.files if ready.manifest else 0,
        bytes=ready.manifest.bytes if ready.manifest else 0,
        estimate=_estimated(context, run),
        best=best_packing(task, run.rows, seconds, workers=settings.workers, timeout_seconds=timeout),
        prices=task.basis,
        timeout_seconds=timeout,
    )
    if context.out.json:
        context.out.data(rows.preview_data(shown))
        return
    for line in rows.preview(shown):
        context.out.line(line)
    if 0 < context.project.cost.confirm_above < shown.estimate.dollars:
        context.out.say("submitted, it is asked about first: more than [cost] confirm_above", "yellow")
