"""`fargo retry`: what failed, once more."""

from datetime import UTC, datetime
from typing import Any

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.values import Memory


@click.command(cls=FargoCommand)
@click.argument("run")
@click.option("--memory", type=Memory(), help="Like +50%, then the next that Fargate offers; or '2 GiB'.")
@click.option("--vcpu", type=float, help="Instead of the former wave's.")
@click.option("--spot/--on-demand", default=None, help="Instead of the former wave's.")
@click.option("--deployed", is_flag=True, help="With image and settings as the last `up` deployed them.")
@click.option("--pack", type=click.IntRange(min=1), metavar="N", help="Rows in a container.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Of those, how many at once.")
@click.option("--follow", is_flag=True, help="Show states until it ends. Ctrl-C detaches.")
@pass_context
def retry(context: Context, run: str, *, follow: bool, **changes: Any) -> int:
    """Run RUN's rows that failed, or have no result, once more: a new wave of the same run."""
    from fargo import launch, ledger
    from fargo.cli import submitting
    from fargo.cli.following import follow_run
    from fargo.results import standing
    from fargo.submit import retry as library
    from fargo.view.runs import retry_words
    from fargo.watch import snapshot

    entry = ledger.read(context.store, run)
    state = snapshot(entry.run, context.batch)
    library.check(state)
    found = standing(context.bulk, entry.run)
    rows = found.rows - found.done
    if not rows:
        context.out.say(f"nothing to retry: every row of {entry.run.id} has succeeded")
        return 0
    library.check_runner(state, found.done)
    wanted = library.Changes(**changes)
    longer = library.plan(entry.run, wanted, context.outputs, rows=rows, now=datetime.now(UTC))
    context.out.say(retry_words(longer.last, failed=found.failed, missing=found.missing))
    context.verify_account()
    events = launch.retry(entry, longer, found.undone(), submitting.sender(context))
    sent = submitting.follow(context, events, quiet=follow)
    return follow_run(context, sent, lines=None) if follow else 0
