"""`fargo cost`: what stands on the bill, and what runs have cost."""

from typing import TYPE_CHECKING

import click

from fargo import closer
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.cli.values import Moment
from fargo.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from fargo.spending import RunCost

RUNS_SINCE = 1_000
"""Runs that `--since` tells of at the most."""


@click.command(
    cls=FargoCommand,
    short_help="Show what stands on the bill, and what runs have cost.",
    examples={
        "fargo cost": "the stack a month, and the latest runs",
        "fargo cost --by day --since 7d": "a week, day by day",
        "fargo cost RUN": "estimate, actual, and the size that would have been enough",
    },
)
@click.argument("run", required=False, help=RUN)
@click.option("--by", type=click.Choice(["run", "job", "day"]), help="What runs are added up by; else: run.")
@click.option("--since", type=Moment(), help="Runs submitted since then: 7d, or 2026-11-25T14:30.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), metavar="N", help="The latest N runs; 20 without --since."
)
@pass_context
def cost(
    context: Context, run: str | None, by: str | None, since: "datetime | None", limit: int | None
) -> None:
    """Show the stack's standing cost and what the latest runs have cost; or all about RUN's cost."""
    if run is None:
        _overview(context, by or "run", since, limit or (RUNS_SINCE if since else 20))
        return
    if by or since or limit:
        raise UsageError("--by, --since and --limit are about many runs", "leave RUN out, or leave them out")
    _one(context, run)


def _one(context: Context, name: str) -> None:
    from fargo import spending
    from fargo.cli.running import state_of
    from fargo.view import cost as view

    found = spending.of_run(state_of(context, name), closer.places(context))
    if context.out.json:
        context.out.data(view.run_data(found))
    elif context.out.plain:
        for cells in (*view.compared(found), *view.notes(found)):
            context.out.line("\t".join(cells))
    else:
        context.out.table(view.run_table(found))


def _overview(context: Context, by: str, since: "datetime | None", limit: int) -> None:
    from fargo import spending
    from fargo.cost import standing_now
    from fargo.spending import By
    from fargo.view import cost as view
    from fargo.view import data, deploy

    outputs = context.outputs
    standing = standing_now(context.session, outputs, context.prices)
    costs = spending.of_runs(closer.places(context), limit=limit, since=since)
    found = spending.sums(costs, By(by))
    if context.out.json:
        runs = {"by": by, "usd": _total(costs), "runs": view.sums_data(found)}
        context.out.data(
            {**data.standing(standing), "prices": view.prices_data(context.prices), "spent": runs}
        )
        return
    for line in deploy.cost_lines(standing):
        context.out.line(line)
    if not costs:
        context.out.line("no runs" if since else "no runs yet")
    elif context.out.plain:
        for line in view.sums_lines(found, By(by)):
            context.out.line(line)
    else:
        context.out.line("")
        context.out.table(view.sums_table(found, By(by)))
    if costs:
        context.out.line(view.total_line(costs))


def _total(costs: "tuple[RunCost, ...]") -> float:
    return round(sum(each.cost.dollars for each in costs if each.cost), 6)
