"""`fargo show`: one run."""

from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand

if TYPE_CHECKING:
    from fargo.model.run import Run

COUNTED = 10_000
"""Rows up to which results are counted: a call lists a thousand. `fargo results` counts any number."""


@click.command(cls=FargoCommand)
@click.argument("run")
@pass_context
def show(context: Context, run: str) -> None:
    """Show one RUN: command, size, image, waves, attempts, and what its containers measured or came to."""
    from fargo.cli.running import state_of
    from fargo.view import data, runs

    state = state_of(context, run)
    if context.out.json:
        context.out.data(data.snapshot(state) | _json(context, state.run))
        return
    rows = runs.detail(state) + _results(context, state.run)
    if context.out.plain:
        for name, value in rows:
            context.out.line(f"{name}\t{value}")
    else:
        context.out.table(runs.table(rows))


def _json(context: Context, run: "Run") -> dict[str, object]:
    """The result of a job without rows; of rows, how many succeeded."""
    from fargo.results import result_of, standing

    if run.rows == 1:
        return {"result": result_of(context.store, run.id, row=0)}
    if run.rows > COUNTED:
        return {}
    found = standing(context.bulk, run)
    return {"succeeded": found.done, "failed": found.failed, "without_result": found.missing}


def _results(context: Context, run: "Run") -> list[tuple[str, str]]:
    from fargo.results import result_of, standing
    from fargo.view import runs

    if run.rows == 1:
        return runs.measured(result_of(context.store, run.id, row=0))
    if run.rows > COUNTED:
        return []
    return runs.standing(standing(context.bulk, run))
