"""`fargo results`: what the rows came to, and their outputs."""

import shlex
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.errors import AwsError, Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fargo.model.run import Run
    from fargo.results import FetchEvent, Standing, Summary
    from fargo.view.results import ResultsView

NAMED = 20
"""What cannot be had is named up to here, and counted beyond."""


@click.command(
    cls=FargoCommand,
    short_help="Fetch every row's result, and the outputs.",
    examples={
        "fargo results RUN": "results.csv and output/ in the folder RUN",
        "fargo results RUN -o out --failed": "the rows that have not succeeded, in out/failed.csv",
        "fargo results RUN --json": "an object a row, and no file",
    },
)
@click.argument("run", help=RUN)
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; else ./RUN. With --json nothing is written unless this is given.",
)
@click.option("--failed", is_flag=True, help="Only the rows that have not succeeded, in failed.csv.")
@click.option("--no-outputs", is_flag=True, help="The table of rows alone, without their output files.")
@pass_context
def results(context: Context, run: str, folder: Path | None, failed: bool, no_outputs: bool) -> None:
    """Write RUN's results.csv, a line a row, and fetch its outputs. A further call goes on from there."""
    from fargo import ledger
    from fargo.results import check_whole, fetch, standing
    from fargo.view.results import ResultsView, files

    found = ledger.load(context.bulk, run)
    view = ResultsView(found.id)
    into = folder or (None if context.out.json else Path(found.id))
    with _resumable(found, folder), context.out.showing(view):
        stands = standing(context.bulk, found)
        if into is None:
            summary, fetched = _rows(context, found, stands, failed=failed), None
        else:
            events = fetch(context.bulk, found, stands, into, failed=failed, outputs=not no_outputs)
            with closing(events):
                fetched = context.consume(events, _taker(context, view))
            summary = fetched.summary
    _say_end(context, found, summary)
    if fetched:
        context.out.say(f"{into}/{fetched.table}: {files(fetched.progress)}")
    check_whole(fetched.progress.lost if fetched else summary.damaged)


@contextmanager
def _resumable(run: "Run", folder: Path | None) -> "Iterator[None]":
    """Name the command that goes on, where this one cannot."""
    where = f" -o {shlex.quote(str(folder))}" if folder else ""
    again = f"`fargo results {run.id}{where}`"
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("interrupted: every file that has its name is whole", f"go on: {again}") from None
    except AwsError as error:
        error.hint = f"{error.hint}; then go on: {again}".removeprefix("; then ")
        raise


def _rows(context: Context, run: "Run", stands: "Standing", *, failed: bool) -> "Summary":
    """Every row as a line of JSON, and no file."""
    from fargo.results import Summing, records
    from fargo.view import results as view

    summing = Summing()
    with closing(records(context.bulk, run, stands, ~stands.succeeded if failed else None)) as found:
        for record in found:
            summing.add(record)
            context.out.record(view.record(record))
    return summing.summary()


def _taker(context: Context, view: "ResultsView") -> "Callable[[FetchEvent], None]":
    from fargo.results import Lost, RowResult
    from fargo.view.results import lost_words, record

    named = 0

    def take(event: "FetchEvent") -> None:
        nonlocal named
        if isinstance(event, RowResult):
            if context.out.json:
                context.out.record(record(event))
        elif isinstance(event, Lost):
            named += 1
            if named <= NAMED:
                context.out.say(lost_words(event.row, event.why), "red")
        elif (line := view.take(event)) and not context.out.live:
            context.out.say(line)

    return take


def _say_end(context: Context, run: "Run", summary: "Summary") -> None:
    from fargo.view import results as view

    for line in view.figures(summary):
        context.out.say(line)
    context.out.say(view.counts(summary), "red" if summary.failed else "green")
    if summary.failed:
        retry, table = context.command(f"retry {run.id}"), context.command(f"results {run.id} --failed")
        context.out.say(f"run them again: {retry}; which they are: {table}")
