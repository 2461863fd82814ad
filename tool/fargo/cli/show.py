"""`fargo show`: one run."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand)
@click.argument("run")
@pass_context
def show(context: Context, run: str) -> None:
    """Show one RUN: command, size, image, attempts, and what its container measured."""
    from fargo.cli.running import state_of
    from fargo.results import result_of
    from fargo.view import data, runs

    state = state_of(context, run)
    result = result_of(context.store, state.run.id, row=0)
    if context.out.json:
        context.out.data(data.snapshot(state) | {"result": result})
        return
    rows = runs.detail(state) + runs.measured(result)
    if context.out.plain:
        for name, value in rows:
            context.out.line(f"{name}\t{value}")
    else:
        context.out.table(runs.table(rows))
