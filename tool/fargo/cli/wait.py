"""`fargo wait`: until a run is done."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.values import Unit


@click.command(cls=FargoCommand)
@click.argument("run")
@click.option(
    "--timeout", type=Unit("duration"), help="Give up with exit code 124 after 15m, or 900 seconds."
)
@pass_context
def wait(context: Context, run: str, timeout: int | None) -> int:
    """Wait until RUN is done; exit code 1 where a job failed or was stopped."""
    from fargo.cli.following import follow_run
    from fargo.cli.running import load_run

    return follow_run(context, load_run(context, run), lines=None, timeout=timeout)
