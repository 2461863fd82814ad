"""`fargo logs`: what a run's containers wrote."""

from functools import partial

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand)
@click.argument("run")
@click.option("-f", "--follow", is_flag=True, help="Until it ends; exit code 1 where a job failed.")
@click.option("--timestamps", is_flag=True, help="With each line's time.")
@click.option("--raw", is_flag=True, help="With the control characters that the job wrote.")
@pass_context
def logs(context: Context, run: str, *, follow: bool, timestamps: bool, raw: bool) -> int:
    """Print what RUN's containers wrote, in time order."""
    from fargo.cli.following import follow_run
    from fargo.cli.running import state_of
    from fargo.logs import Tail
    from fargo.view import data, runs

    state = state_of(context, run)
    line = partial(runs.log_line, timestamps=timestamps, raw=raw)
    if follow:
        return follow_run(context, state.run, lines=line)
    events = Tail(context.logs).poll(state.jobs)
    for event in events:
        if context.out.json:
            context.out.record(data.line(event))
        else:
            context.out.line(line(event))
    if not events:
        context.out.say(f"no lines yet: {runs.progress_words(state)}")
    return 0
