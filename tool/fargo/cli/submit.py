"""`fargo submit`: a run."""

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from fargo.cli import completion
from fargo.cli.context import Context, pass_context
from fargo.cli.following import Until, follow_run, until_options
from fargo.cli.options import FargoCommand
from fargo.cli.values import Unit
from fargo.errors import ImageError, UsageError

if TYPE_CHECKING:
    from fargo.model.run import Run


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


@click.command(
    cls=SubmitCommand,
    short_help="Run a job: once, N times, or once a row.",
    examples={
        "fargo submit JOB --follow": "one container; follow it to its end",
        "fargo submit JOB --array 1000": "a thousand, each with its own {row}",
        "fargo submit JOB --over photos.csv --dry-run": "what it would be and cost; send nothing",
        "fargo submit JOB --over photos.csv --pack 50": "fifty rows in each container",
        "fargo submit JOB --after RUN": "start when RUN has succeeded",
        "fargo submit JOB -- --width 100": "arguments added to the job's command",
        "fargo submit --resume RUN": "go on where a submission broke off",
    },
)
@click.argument(
    "job",
    required=False,
    shell_complete=completion.jobs,
    help="A job of the project file; not with --resume.",
)
@click.option(
    "--over",
    multiple=True,
    metavar="ROWS",
    shell_complete=completion.files,
    help="Rows: a CSV, TSV, JSONL or text file, a 'glob', s3://bucket/prefix/, - for stdin.",
)
@click.option(
    "--format",
    type=click.Choice(["csv", "tsv", "jsonl", "lines"]),
    help="The format of --over, whatever its name says.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N rows.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="N rows drawn at random, the same ones each time.",
)
@click.option("--array", type=click.IntRange(min=1), metavar="N", help="N rows that are only numbers: {row}.")
@click.option(
    "--pack", type=click.IntRange(min=1), metavar="N", help="Rows in a container, one after the other."
)
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="How many of a container's rows run at once."
)
@click.option(
    "-e",
    "--env",
    "environment",
    multiple=True,
    callback=_pairs,
    metavar="K=V",
    help="Set an environment variable; repeatable.",
)
@click.option("--vcpu", type=float, metavar="N", help="vCPUs, instead of the project file's.")
@click.option("--memory", "memory_mib", type=Unit("size"), help="Memory, like '2 GiB'.")
@click.option("--timeout", "timeout_seconds", type=Unit("duration"), help="Of each attempt, like 15m or 900.")
@click.option(
    "--spot/--on-demand", default=None, help="Whether on Fargate Spot, instead of the project file's."
)
@click.option("--after", metavar="RUN", help="Start when RUN has succeeded; row by row over the same rows.")
@click.option(
    "--partial", is_flag=True, help="With --after: rows of RUN may have failed; RUN must have ended."
)
@click.option("--resume", metavar="RUN", help="Submit what is left of a run whose submission broke off.")
@click.option("--follow", is_flag=True, help="Show states and log lines until it ends. Ctrl-C detaches.")
@until_options
@click.option("--dry-run", is_flag=True, help="Show what would be sent and what it would cost; send nothing.")
@click.option("--expect", type=Unit("duration"), help="How long a row takes, like 30s: for the estimate.")
@pass_context
def submit(
    context: Context,
    job: str | None,
    resume: str | None,
    *,
    follow: bool,
    dry_run: bool,
    expect: int | None,
    **options: Any,
) -> int:
    """Run JOB once, or once a row. ARGUMENTS are added to its command. Prints the run's id.

    --over and --array make rows, and each row fills its columns into the command. The jobs go on when
    fargo ends.
    """
    from fargo.cli.submitting import launched, prepared, show_plan

    until = Until.of(options)
    if until != Until() and not follow:
        raise UsageError("--fail-fast, --exit-code and --notify are about following the run", "add --follow")
    if resume is not None:
        run = _resumed(context, resume, quiet=follow)
    else:
        if job is None:
            raise click.UsageError("Missing argument 'JOB'.", click.get_current_context())
        settings = context.project.job(job)
        with prepared(context, job, settings, options, expect) as ready:
            if dry_run:
                show_plan(context, ready, settings)
                return 0
            run = launched(context, ready, quiet=follow)
        _warn_if_stale(context)
    if follow:
        from fargo.view.log_lines import LineView

        lines = LineView() if run.last.containers == 1 else None
        return follow_run(context, run, lines=lines, until=until)
    return 0


def _resumed(context: Context, name: str, *, quiet: bool) -> "Run":
    """Submit what is left of a run: what it is was settled when it was first submitted."""
    from fargo import launch
    from fargo.cli.submitting import follow

    ctx = click.get_current_context()
    given = {param for param in ctx.params if ctx.get_parameter_source(param) is ParameterSource.COMMANDLINE}
    if given - {"resume", "follow", *Until.NAMES} or ctx.params["arguments"]:
        raise UsageError("--resume takes nothing but the run: the rest is in its ledger")
    context.verify_account()
    return follow(context, launch.resume(name, context.sender()), quiet=quiet)


def _warn_if_stale(context: Context) -> None:
    from fargo.cli.deploying import image_tag
    from fargo.model.stack import STACK_VERSION

    deploy = f"To deploy them: {context.command('up')}"
    if context.outputs.stack_version != STACK_VERSION:
        context.out.say(
            f"the stack is of version {context.outputs.stack_version}, and this fargo's is {STACK_VERSION}. "
            f"To bring it up to date: {context.command('up')}",
            "yellow",
        )
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
