"""`fargo wait`: until a run is done."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand)
@click.argument("run")
@click.option(
    "--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Give up with exit code 124."
)
@pass_context
def wait(context: Context, run: str, timeout: float | None) -> int:
    """Wait until RUN is done; exit code 1 where a job failed or was stopped."""
    from fargo.cli.following import follow_run
    from fargo.cli.running import load_run

    return follow_run(context, load_run(context, run), lines=False, timeout=timeout)
