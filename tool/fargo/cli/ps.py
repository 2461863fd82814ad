"""`fargo ps`: the runs."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand)
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The latest N."
)
@pass_context
def ps(context: Context, limit: int) -> None:
    """List the latest runs and how they stand."""
    from fargo.runs import latest
    from fargo.view import data, runs

    states = latest(context.store, context.batch, limit)
    if context.out.json:
        context.out.data([data.snapshot(state) for state in states])
    elif context.out.plain:
        for line in runs.runs_plain(states):
            context.out.line(line)
    elif states:
        context.out.table(runs.runs(states))
    if not states:
        context.out.say(f"no runs yet; the first one: {context.command('submit JOB --follow')}")
