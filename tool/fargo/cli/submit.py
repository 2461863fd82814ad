"""`fargo submit`: a run."""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import UsageError

if TYPE_CHECKING:
    from fargo.config import JobSettings

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that are taken for digits."""


def _pairs(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
    return tuple((name, value) for name, _, value in (item.partition("=") for item in values))


class _Unit(click.ParamType[int]):
    """`2 GiB` or `15m`, as in the project file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text → MiB or seconds."""
        from fargo.model import units

        try:
            return {"size": units.mebibytes, "duration": units.seconds}[self.name](str(value))
        except ValueError as error:
            self.fail(f"{value!r} is not {error}", param, ctx)


@click.command(cls=FargoCommand)
@click.argument("job")
@click.argument("arguments", nargs=-1)
@click.option("-e", "--env", "environment", multiple=True, callback=_pairs, metavar="K=V", help="A variable.")
@click.option("--vcpu", type=float, help="Instead of the project file's.")
@click.option("--memory", "memory_mib", type=_Unit("size"), help="Like '2 GiB'.")
@click.option("--timeout", "timeout_seconds", type=_Unit("duration"), help="Per attempt, like 15m.")
@click.option("--spot/--on-demand", default=None, help="Instead of the project file's.")
@click.option("--follow", is_flag=True, help="Show states and log lines until it ends. Ctrl-C detaches.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
@pass_context
def submit(context: Context, job: str, *, follow: bool, dry_run: bool, **changes: object) -> int:
    """Run JOB once; ARGUMENTS after -- are added to its command. Prints the run's id."""
    from fargo import submit as library
    from fargo.aws.batch import Batch
    from fargo.view import data

    settings = _settings(context, job)
    request = library.Request(job=job, **changes)  # type: ignore[arg-type] # click's options are its fields
    token = "".join(secrets.choice(ALPHABET) for _ in range(4))
    run, submission = library.plan(request, settings, context.outputs, now=datetime.now(UTC), token=token)
    if dry_run:
        context.out.data(submission.request())
        return 0
    _warn_if_stale(context)
    # Sent once only: SubmitJob has no client token, so a retry could run the job twice.
    batch = Batch(context.session.client("batch", attempts=1))
    run = library.submit(run, submission, batch=batch, store=context.store)
    if follow:
        from fargo.cli.following import follow_run

        context.out.say(f"run {run.id}")
        return follow_run(context, run)
    if context.out.json:
        context.out.data(data.run(run) | {"jobs": list(run.job_ids)})
    else:
        context.out.line(run.id)
        context.out.say(f"follow it: {context.command(f'logs -f {run.id}')}")
    return 0


def _settings(context: Context, job: str) -> "JobSettings":
    jobs = context.project.jobs
    if job not in jobs:
        import difflib

        near = difflib.get_close_matches(job, jobs, 1)
        guess = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"{context.project.file} has no job {job}", f"{guess}there are: {', '.join(sorted(jobs))}"
        )
    return jobs[job]


def _warn_if_stale(context: Context) -> None:
    from fargo.cli.deploying import image_tag

    if image_tag(context) != context.outputs.image_tag:
        context.out.say(
            f"the files have changed since the last up; this run uses the deployed image. To use them: "
            f"{context.command('up')}",
            "yellow",
        )
