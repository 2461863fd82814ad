"""`fargo retry`: what failed, once more."""

from datetime import UTC, datetime
from typing import Any

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.cli.values import Memory, Unit


@click.command(
    cls=FargoCommand,
    short_help="Run again what failed.",
    examples={
        "fargo retry RUN": "as before",
        "fargo retry RUN --memory +50%": "what was killed for memory",
        "fargo retry RUN --deployed --follow": "with the image of the last `fargo up`",
    },
)
@click.argument("run", help=RUN)
@click.option(
    "--memory", type=Memory(), help="So much more, like +50%, rounded up to a size of Fargate; or '2 GiB'."
)
@click.option("--vcpu", type=float, metavar="N", help="vCPUs, instead of the former wave's.")
@click.option(
    "--timeout",
    "timeout_seconds",
    type=Unit("duration"),
    help="Of each attempt, like 15m or 900, instead of the former wave's.",
)
@click.option(
    "--spot/--on-demand", default=None, help="Whether on Fargate Spot, instead of the former wave's."
)
@click.option("--deployed", is_flag=True, help="With image and settings as the last `up` deployed them.")
@click.option(
    "--pack", type=click.IntRange(min=1), metavar="N", help="Rows in a container, one after the other."
)
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="How many of a container's rows run at once."
)
@click.option("--follow", is_flag=True, help="Show states until it ends. Ctrl-C detaches.")
@pass_context
def retry(context: Context, run: str, *, follow: bool, **changes: Any) -> int:
    """Run again RUN's rows that failed or have no result: a new wave of the same run.

    Rows that have succeeded are never run again. The run's jobs must have ended.
    """
    from fargo import launch
    from fargo.cli import submitting
    from fargo.cli.following import follow_run
    from fargo.submit.retry import Changes
    from fargo.view.runs import retry_words

    ready = launch.again(
        run,
        Changes(**changes),
        context.outputs,
        store=context.bulk,
        batch=context.batch,
        now=datetime.now(UTC),
    )
    if ready.run is None:
        context.out.say(f"nothing to retry: every row of {ready.entry.run.id} has succeeded")
        if context.out.json and not follow:
            from fargo.view import data

            context.out.data(data.run(ready.entry.run) | {"jobs": list(ready.entry.run.job_ids)})
        return 0
    context.out.say(retry_words(ready.run.last, failed=ready.found.failed, missing=ready.found.missing))
    submitting.agree(context, submitting.foretold(context, ready.run, earlier=False))
    context.verify_account()
    events = launch.retry(ready.entry, ready.run, ready.found.undone(), context.sender())
    sent = submitting.follow(context, events, quiet=follow)
    return follow_run(context, sent, lines=None) if follow else 0
