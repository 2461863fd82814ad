"""`fargo ps`: the runs."""

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

import click

from fargo import closer
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fargo.model.run import RunSnapshot
    from fargo.watch import Recovered, Trouble


@click.command(
    cls=FargoCommand,
    short_help="List the latest runs: how far they are, and what failed.",
    examples={
        "fargo ps": "the latest twenty",
        "fargo ps --watch": "in place, until Ctrl-C",
    },
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="The latest N runs.",
)
@click.option("-w", "--watch", is_flag=True, help="Go on, and show what changes, until Ctrl-C.")
@pass_context
def ps(context: Context, limit: int, *, watch: bool) -> None:
    """List the latest runs: how they stand, how many of their containers are done, and why some failed."""
    from fargo.runs import latest
    from fargo.view import data, listing

    if watch:
        _watch(context, limit)
        return
    states = latest(context.store, context.batch, limit, context.history)
    costs = _costs(context, states)
    namer = partial(closer.namer, context)
    if context.out.json:
        told = [data.snapshot(each) | {"cost_so_far_usd": costs.get(each.run.id)} for each in states]
        context.out.data(told)
    elif context.out.plain:
        for line in listing.plain(states, costs, namer):
            context.out.line(line)
    elif states:
        context.out.table(listing.table(states, context.out.width, costs=costs, namer=namer))
    if not states:
        context.out.say(f"no runs yet; the first one: {context.command('submit JOB --follow')}")


def _costs(context: Context, states: "Sequence[RunSnapshot]") -> dict[str, float]:
    """US dollars so far, of those runs of which it is known."""
    from fargo.overview import spent

    found = {}
    for state in states:
        dollars = spent(state, partial(closer.task, context, state.run.job))
        if dollars is not None:
            found[state.run.id] = round(dollars, 6)
    return found


def _watch(context: Context, limit: int) -> None:
    """Show the runs in place; without a terminal a line for each change, with --json an object for each."""
    from fargo.cli.output import MARGIN
    from fargo.view.listing import ListView

    namer = partial(closer.namer, context)
    view = ListView(lambda: context.out.width - MARGIN, context.options.profile, namer)
    try:
        with nullcontext() if context.out.json else context.out.showing(view):
            for event in context.runs_watched(limit):
                _tell(context, event, view.states or ())
                view.take(event)
    except KeyboardInterrupt:
        raise Interrupted("no longer watching; whatever runs goes on", "`fargo ps`") from None


def _tell(
    context: Context, event: "tuple[RunSnapshot, ...] | Trouble | Recovered", before: "Iterable[RunSnapshot]"
) -> None:
    from fargo.view import data, following, freshness, listing
    from fargo.watch import Trouble

    out = context.out
    if not isinstance(event, tuple):
        if out.json:
            out.record(data.event(event))
        elif isinstance(event, Trouble) and not out.live:
            out.say(freshness.told(event))
        return
    if out.json:
        known = {state.run.id: state for state in before}
        for state in event:
            if state.run.id not in known or not data.same(state, known[state.run.id]):
                out.record(data.event(state))
    elif not out.live:
        for state in reversed(listing.changed(event, list(before))):
            out.line(f"{state.at.astimezone():%H:%M:%S}  {following.words(state)}")
