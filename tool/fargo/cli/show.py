"""`fargo show`: one run."""

from functools import partial

import click

from fargo import closer
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN

COUNTED = 10_000
"""Rows up to which results are counted: a call lists a thousand. `fargo results` counts any number."""


@click.command(
    cls=FargoCommand,
    short_help="Show one run: jobs, times, causes of failure, cost.",
    examples={
        "fargo show RUN": "one run",
    },
)
@click.argument("run", help=RUN)
@pass_context
def show(context: Context, run: str) -> None:
    """Show one RUN: command, size, image, waves, attempts, times, causes of failure, cost so far.

    Of one container also what it measured; of up to 10,000 rows how many have succeeded.
    """
    from fargo.cli.running import state_of
    from fargo.overview import overview
    from fargo.results import result_of, standing
    from fargo.view import data, runs
    from fargo.view import show as more_of

    state = state_of(context, run)
    found = state.run
    result = result_of(context.store, found.id, row=0) if found.rows == 1 else None
    stands = standing(context.bulk, found) if 1 < found.rows <= COUNTED else None
    looked = overview(state, context.batch, context.history, partial(closer.task, context, found.job))
    if context.out.json:
        more = {"result": result} if found.rows == 1 else data.standing_rows(stands) if stands else {}
        context.out.data(data.snapshot(state) | more_of.data(looked, state) | more)
        return
    named = closer.namer(context, found)
    rows = runs.detail(state) + more_of.rows(looked, state, named, drawn=not context.out.plain)
    rows += runs.measured(result) + (runs.standing(stands) if stands else [])
    if context.out.plain:
        for name, value in rows:
            context.out.line(f"{name}\t{value}")
    else:
        context.out.table(runs.table(rows))
        if job := more_of.single(state):
            context.out.table(more_of.Timeline(job, looked, state.at))
