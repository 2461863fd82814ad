"""`fargo logs`: what a run's containers wrote."""

from functools import partial
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargo.model.job import Job
    from fargo.model.run import Run


@click.command(cls=FargoCommand)
@click.argument("run", metavar="RUN[:ROW]")
@click.option("-f", "--follow", is_flag=True, help="Until it ends; exit code 1 where a job failed.")
@click.option("--timestamps", is_flag=True, help="With each line's time.")
@click.option("--raw", is_flag=True, help="With the control characters that the job wrote.")
@pass_context
def logs(context: Context, run: str, *, follow: bool, timestamps: bool, raw: bool) -> int:
    """Print what RUN's container wrote, or the containers that ran its row ROW, in time order."""
    from fargo.cli.following import follow_run
    from fargo.cli.running import state_of
    from fargo.logs import Tail
    from fargo.view import data, runs

    name, colon, row = run.partition(":")
    state = state_of(context, name)
    line = partial(runs.log_line, timestamps=timestamps, raw=raw)
    if not colon:
        _check_one(state.run)
    if follow:
        if colon:
            raise UsageError(
                "-f follows a run, and not one of its rows", f"see it end: `fargo wait {state.run.id}`"
            )
        return follow_run(context, state.run, lines=line)
    jobs = _jobs_of(context, state.run, row) if colon else state.jobs
    events = Tail(context.logs).poll(jobs)
    for event in events:
        if context.out.json:
            context.out.record(data.line(event))
        else:
            context.out.line(line(event))
    if not events:
        context.out.say(f"no lines yet: {runs.progress_words(state)}")
    return 0


def _check_one(run: "Run") -> None:
    if run.rows > 1:
        raise UsageError(
            f"{run.id} has {run.rows:,} rows: which of them?",
            f"`fargo logs {run.id}:0`; `fargo results {run.id} --failed` names those that failed",
        )


def _jobs_of(context: Context, run: "Run", row: str) -> "Sequence[Job]":
    from fargo.runs import row_jobs

    if not row.isdecimal():
        raise UsageError(f"{row!r} is not the number of a row", f"`fargo logs {run.id}:0`")
    return context.batch.describe(row_jobs(context.store, run, int(row)))
