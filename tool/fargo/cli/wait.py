"""`fargo wait`: until a run is done."""

from typing import Any

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.following import Until, follow_run, until_options
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.cli.values import Unit


@click.command(
    cls=FargoCommand,
    short_help="Wait until a run is done.",
    examples={
        "fargo wait RUN && fargo results RUN": "fetch what it made, once all has succeeded",
        "fargo wait RUN --timeout 1h": "give up after an hour; the jobs go on",
    },
)
@click.argument("run", help=RUN)
@click.option(
    "--timeout", type=Unit("duration"), help="Give up with exit code 124 after 15m, or 900 seconds."
)
@until_options
@pass_context
def wait(context: Context, run: str, **until: Any) -> int:
    """Wait until RUN is done. Exit code 1 if a job failed or was stopped.

    Ctrl-C detaches: the jobs go on.
    """
    from fargo.cli.running import load_run

    return follow_run(context, load_run(context, run), lines=None, until=Until(**until))
