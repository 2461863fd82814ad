"""`fargo submit`: a run."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.values import Unit
from fargo.errors import ImageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fargo.config import JobSettings
    from fargo.model.run import Run
    from fargo.submit import Request
    from fargo.submit.after import After

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that are taken for digits."""


class SubmitCommand(FargoCommand):
    """What follows `--` is the job's; before it is JOB alone, so that a pattern of the shell adds nothing."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split at the first `--`."""
        at = args.index("--") if "--" in args else len(args)
        ours, theirs = args[:at], args[at + 1 :]
        try:
            rest = super().parse_args(ctx, ours)
        except click.UsageError as error:
            if "unexpected extra argument" not in error.message:
                raise
            more = "the job's own arguments stand after --, and a pattern in quotes: --over '*.jpg'"
            raise click.UsageError(f"{error.message}: {more}", ctx) from error
        ctx.params["arguments"] = tuple(theirs)
        return rest

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """As click would tell of an argument."""
        return [*super().collect_usage_pieces(ctx), "[-- ARGUMENTS...]"]


def _pairs(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    for value in values:
        if not value.partition("=")[0] or "=" not in value:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
    return tuple((name, value) for name, _, value in (item.partition("=") for item in values))


@click.command(cls=SubmitCommand)
@click.argument("job", required=False)
@click.option("--array", type=click.IntRange(min=1), metavar="N", help="N rows that are only numbers: {row}.")
@click.option("-e", "--env", "environment", multiple=True, callback=_pairs, metavar="K=V", help="A variable.")
@click.option("--vcpu", type=float, help="Instead of the project file's.")
@click.option("--memory", "memory_mib", type=Unit("size"), help="Like '2 GiB'.")
@click.option("--timeout", "timeout_seconds", type=Unit("duration"), help="Per attempt, like 15m or 900.")
@click.option("--spot/--on-demand", default=None, help="Instead of the project file's.")
@click.option("--pack", type=click.IntRange(min=1), metavar="N", help="Rows in a container.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Of those, how many at once.")
@click.option(
    "--after", metavar="RUN", help="Start when RUN has succeeded; row by row where the rows are its."
)
@click.option("--resume", metavar="RUN", help="Submit what is left of a run whose submission broke off.")
@click.option("--follow", is_flag=True, help="Show states and log lines until it ends. Ctrl-C detaches.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent and cost; send nothing.")
@pass_context
def submit(context: Context, job: str | None, resume: str | None, *, follow: bool, **options: object) -> int:
    """Run JOB once, or once a row; ARGUMENTS are added to its command. Prints the run's id."""
    from fargo.cli.submitting import tell

    if resume is None:
        if job is None:
            raise click.UsageError("Missing argument 'JOB'.", click.get_current_context())
        run = _submitted(context, job, **options)  # type: ignore[arg-type] # as the options say
    else:
        _alone(job, options)
        run = _resumed(context, resume)
    if run is None:
        return 0
    tell(context, run, quiet=follow)
    if resume is None:
        _warn_if_stale(context)
    if follow:
        from fargo.cli.following import follow_run
        from fargo.view.runs import log_line

        return follow_run(context, run, lines=log_line if run.last.containers == 1 else None)
    return 0


def _submitted(
    context: Context, job: str, *, array: int | None, after: str | None, dry_run: bool, **changes: object
) -> "Run | None":
    """Submit a new run; None where nothing was to be sent."""
    from fargo import submit as library
    from fargo.cli.submitting import send, sender

    settings = _settings(context, job)
    rows = library.Rows(count=array or 1)
    request = library.Request(job=job, rows=rows, **changes)  # type: ignore[arg-type] # its fields
    if after is not None:
        request = replace(request, after=_after(context, after, request, settings))
    token = "".join(secrets.choice(ALPHABET) for _ in range(4))
    run = library.plan(request, settings, context.outputs, now=datetime.now(UTC), token=token)
    if dry_run:
        _show(context, run)
        return None
    context.verify_account()
    with_ = sender(context)
    return send(context, library.create(run, with_), with_)


def _resumed(context: Context, name: str) -> "Run":
    """Submit what is left of a run."""
    from fargo import ledger
    from fargo.cli.submitting import send, sender

    entry = ledger.read(context.store, name)
    if entry.run.submitted:
        raise UsageError(
            f"{entry.run.id} is submitted whole", f"see how it goes: `fargo show {entry.run.id}`"
        )
    context.verify_account()
    return send(context, entry, sender(context))


def _alone(job: str | None, options: "Mapping[str, object]") -> None:
    """What a run is was settled when it was first submitted."""
    given = [name for name, value in options.items() if value not in (None, False, ())]
    if job is not None or given:
        raise UsageError("--resume takes nothing but the run: the rest is in its ledger")


def _after(context: Context, name: str, request: "Request", settings: "JobSettings") -> "After":
    from fargo.cli.running import state_of
    from fargo.submit.after import after
    from fargo.submit.request import packing

    pack, _ = packing(request, settings)
    rows = request.rows
    return after(state_of(context, name), rows=rows.count, pack=pack, manifest=rows.manifest)


def _show(context: Context, run: "Run") -> None:
    """`--dry-run`."""
    from fargo.submit import submissions

    calls = [each.request() for each in submissions(run)]
    context.out.data({"calls": calls})


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
