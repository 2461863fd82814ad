"""`fargo stop`: stop a run."""

from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.errors import UsageError

if TYPE_CHECKING:
    from fargo.model.run import Run
    from fargo.submit.stopping import Stopping


@click.command(
    cls=FargoCommand,
    short_help="Stop a run's jobs.",
    examples={
        "fargo stop RUN": "every job of it that has not ended",
    },
)
@click.argument("run", help=f"{RUN} More of it than the job's name.")
@click.option("--reason", default="stopped by fargo stop", show_default=True, help="Kept with the job.")
@pass_context
def stop(context: Context, run: str, reason: str) -> None:
    """Stop RUN's jobs that have not ended, of all its waves: SIGTERM, half a minute, SIGKILL.

    Rows that have ended keep their results. `fargo retry` runs the others.
    """
    from fargo import launch, ledger
    from fargo.submit import stopping
    from fargo.view import data

    meant = ledger.load(context.store, run)
    if len(run) <= len(f"{meant.job}-"):
        raise UsageError(
            f"{run} is no more than a job's name: which of its runs?",
            f"stop this one: `fargo stop {meant.id}`",
        )
    context.verify_account()
    state, found = launch.stop(meant.id, context.sender(), batch=context.batch, reason=reason)
    if context.out.json:
        context.out.data(data.stopping(state.run, found))
    elif found.jobs:
        _tell(context, state.run, found)
    elif found.unseen:
        context.out.say(f"stopping {found.unseen} of its jobs, which AWS Batch does not show yet")
    elif state.finished:
        context.out.say(f"{state.run.id} has ended already: {state.state.value}")
    if found.unsent:
        text = f"{found.unsent} of its jobs were never submitted, and will not be unless you resume it"
        context.out.say(text, "yellow")
    stopping.check(state.run, found)


def _tell(context: Context, run: "Run", found: "Stopping") -> None:
    from fargo.view.text import plural

    both = ((found.running, "running"), (found.waiting, "waiting"))
    counts = [f"{count:,} {word}" for count, word in both if count]
    whole = plural(found.running + found.waiting, "container")
    context.out.say(f"stopping {whole} of {run.id} ({', '.join(counts)}); see it end:")
    context.out.say(f"  {context.command(f'wait {run.id}')}")
