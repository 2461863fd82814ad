"""`fargo submit`: a run."""

import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.values import Unit
from fargo.errors import ImageError, UsageError

if TYPE_CHECKING:
    from fargo.config import JobSettings
    from fargo.model.run import Run

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that are taken for digits."""


def _pairs(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    for value in values:
        if not value.partition("=")[0] or "=" not in value:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
    return tuple((name, value) for name, _, value in (item.partition("=") for item in values))


@click.command(cls=FargoCommand)
@click.argument("job")
@click.argument("arguments", nargs=-1)
@click.option("-e", "--env", "environment", multiple=True, callback=_pairs, metavar="K=V", help="A variable.")
@click.option("--vcpu", type=float, help="Instead of the project file's.")
@click.option("--memory", "memory_mib", type=Unit("size"), help="Like '2 GiB'.")
@click.option("--timeout", "timeout_seconds", type=Unit("duration"), help="Per attempt, like 15m or 900.")
@click.option("--spot/--on-demand", default=None, help="Instead of the project file's.")
@click.option("--follow", is_flag=True, help="Show states and log lines until it ends. Ctrl-C detaches.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send nothing.")
@pass_context
def submit(context: Context, job: str, *, follow: bool, dry_run: bool, **changes: object) -> int:
    """Run JOB once; ARGUMENTS after -- are added to its command. Prints the run's id."""
    from fargo import submit as library
    from fargo.aws.batch import Batch

    settings = _settings(context, job)
    request = library.Request(job=job, **changes)  # type: ignore[arg-type] # click's options are its fields
    token = "".join(secrets.choice(ALPHABET) for _ in range(4))
    run, submission = library.plan(request, settings, context.outputs, now=datetime.now(UTC), token=token)
    if dry_run:
        context.out.data(submission.request())
        return 0
    context.verify_account()
    # Sent once only: SubmitJob has no client token, so a retry could run the job twice.
    batch = Batch(context.session.client("batch", attempts=1))
    run = library.submit(run, submission, batch=batch, store=context.store, sleep=time.sleep)
    _tell(context, run, follow=follow)
    _warn_if_stale(context)
    if follow:
        from fargo.cli.following import follow_run
        from fargo.view.runs import log_line

        return follow_run(context, run, lines=log_line)
    return 0


def _tell(context: Context, run: "Run", *, follow: bool) -> None:
    """Name the run before anything else can go wrong."""
    from fargo.view import data

    if follow:
        context.out.say(f"run {run.id}")
    elif context.out.json:
        context.out.data(data.run(run) | {"jobs": list(run.job_ids)})
    else:
        context.out.line(run.id)
        context.out.say(f"follow it: {context.command(f'logs -f {run.id}')}")


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

    deploy = f"To deploy them: {context.command('up')}"
    if context.folder.jobs_changed():
        context.out.say(
            "the jobs in the project file have changed since the last up: of those changes this run has the "
            f"command, the size and the queue only. {deploy}",
            "yellow",
        )
    try:
        stale = image_tag(context) != context.outputs.image_tag
    except ImageError as error:
        context.out.say(f"cannot tell whether the files have changed: {error.message}", "yellow")
        return
    if stale:
        context.out.say(
            f"the files have changed since the last up; this run uses the deployed image. {deploy}", "yellow"
        )
