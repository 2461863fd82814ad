"""`fargo wait`: until a run is done."""

from typing import Any

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.following import Until, follow_run, until_options
from fargo.cli.options import FargoCommand
from fargo.cli.values import Unit


@click.command(cls=FargoCommand)
@click.argument("run")
@click.option(
    "--timeout", type=Unit("duration"), help="Give up with exit code 124 after 15m, or 900 seconds."
)
@until_options
@pass_context
def wait(context: Context, run: str, **until: Any) -> int:
    """Wait until RUN is done; exit code 1 where a job failed or was stopped."""
    from fargo.cli.running import load_run

    return follow_run(context, load_run(context, run), lines=None, until=Until(**until))
