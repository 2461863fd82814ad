"""`fargo explain`: why jobs failed, and why others wait."""

import re
from typing import TYPE_CHECKING

import click

from fargo import closer
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.errors import UsageError

if TYPE_CHECKING:
    from fargo.model.run import Run

_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[0-9]{1,5})?")


@click.command(
    cls=FargoCommand,
    short_help="Say why jobs failed or wait, and what fixes it.",
    examples={
        "fargo explain RUN": "one line a cause, over the whole run",
        "fargo explain RUN:17": "row 17 alone",
    },
)
@click.argument("what", metavar="RUN[:ROW]|JOB-ID", help=f"{RUN} Or the id that AWS Batch gave a job.")
@pass_context
def explain(context: Context, what: str) -> None:
    """Say why jobs of RUN failed or wait, or its row ROW, or one AWS Batch job; and what fixes it.

    Looks at states, reasons, logs, quotas and the network, and names what each answer rests on.
    """
    from fargo.runs import stands
    from fargo.view import explain as view

    run, asked, part, row = _meant(context, what)
    found = closer.explain(context, stands(asked, context.batch, context.history), run, row)
    shown = view.Explained(found, name=closer.namer(context, run), command=context.command, part=part)
    if context.out.json:
        context.out.data(shown.data())
    elif context.out.plain:
        context.out.lines(shown.lines())
    else:
        context.out.table(shown, crop=False)


def _meant(context: Context, what: str) -> "tuple[Run, Run, str, int | None]":
    """The run, the part of it that is asked for, what that is called, and its row where it is of one."""
    from fargo import runs
    from fargo.cli.running import load_run

    if _JOB_ID.fullmatch(what):
        run = runs.of_job(context.store, context.batch, what)
        asked = runs.only_job(run, what)
        wave = f" of wave {asked.last.number}" if len(run.waves) > 1 else ""
        return run, asked, f"job {what}{wave}", None
    name, colon, row = what.partition(":")
    if colon and not row.isdecimal():
        raise UsageError(f"{row!r} is not the number of a row", f"`fargo explain {name}:0`")
    run = load_run(context, name)
    if not colon:
        return run, run, "", None
    return run, runs.only_row(context.store, run, int(row)), f"row {row}", int(row)
