"""`fargo stop`: stop a run."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import UsageError


@click.command(cls=FargoCommand)
@click.argument("run")
@click.option("--reason", default="stopped by fargo stop", show_default=True, help="Kept with the job.")
@pass_context
def stop(context: Context, run: str, reason: str) -> None:
    """Stop RUN's jobs that have not ended: SIGTERM, half a minute, SIGKILL."""
    from fargo import submit as library
    from fargo.cli.running import state_of
    from fargo.view import data
    from fargo.view.text import plural

    state = state_of(context, run)
    if len(run) <= len(f"{state.run.job}-"):
        raise UsageError(
            f"{run} is no more than a job's name: which of its runs?",
            f"stop this one: `fargo stop {state.run.id}`",
        )
    context.verify_account()
    stopped = library.stop(state.jobs, batch=context.batch, reason=reason)
    if context.out.json:
        context.out.data({"run": state.run.id, "stopping": [data.job(job) for job in stopped]})
        return
    if not stopped:
        context.out.say(f"{state.run.id} has ended already: {state.state.value}")
        return
    context.out.say(f"stopping {plural(len(stopped), 'job')} of {state.run.id}; see it end:")
    context.out.say(f"  {context.command(f'wait {state.run.id}')}")
