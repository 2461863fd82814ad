"""`fargo report`: a run as one HTML page."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fargo import closer
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.errors import UsageError

if TYPE_CHECKING:
    from fargo.model.run import Run
    from fargo.report import Reading, Sources

STDOUT = "-"


@click.command(
    cls=FargoCommand,
    short_help="Write a run as one HTML page.",
    examples={
        "fargo report RUN -o run.html": "a page to open or to send",
    },
)
@click.argument("run", help=RUN)
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    metavar="FILE",
    help="Where to; else ./RUN.html, and - is stdout. With --json no page is written unless this is given.",
)
@pass_context
def report(context: Context, run: str, file: Path | None) -> None:
    """Write RUN's report: one HTML page with times, sizes, failures, cost and rows. It needs no network."""
    if context.out.json and str(file) == STDOUT:
        raise UsageError("Both the page and its figures would go to stdout", "`-o FILE`, or without --json")
    from fargo.cli.running import state_of
    from fargo.cli.writing import write_whole
    from fargo.report import gather
    from fargo.view import report as view

    state = state_of(context, run)
    with closing(gather(state, _sources(context, state.run))) as reading:
        found = context.consume(reading, lambda event: _say(context, event))
    if context.out.json:
        context.out.data(view.data(found))
    if file is None and context.out.json:
        return
    page = view.page(found)
    if str(file) == STDOUT:
        context.out.line(page.removesuffix("\n"))
        return
    into = file or Path(f"{state.run.id}.html")
    write_whole(into, page.encode("utf-8"))
    context.out.say(f"{into}: open it in a browser, or send it; it needs no network")


def _sources(context: Context, run: "Run") -> "Sources":
    import msgspec

    from fargo.aws.registry import Registry
    from fargo.report import Sources

    settings = context.project.jobs.get(run.job)
    return Sources(
        store=context.bulk,
        batch=context.batch,
        history=context.history,
        task=lambda wave: closer.task(context, run.job, wave),
        digest=lambda image: Registry(context.session.client("ecr")).digest(image),
        explain=lambda state: closer.explain(context, state, state.run),
        region=context.session.region,
        settings=msgspec.to_builtins(settings) if settings else {},
    )


def _say(context: Context, event: "Reading") -> None:
    context.out.say(f"{event.done:,} of {event.rows:,} rows read")
