"""The `fargo` command: its options and its commands."""

import click

from fargo.cli import (
    build,
    completion,
    cost,
    doctor,
    down,
    explain,
    init,
    local,
    logs,
    monitor,
    plan,
    ps,
    report,
    results,
    retry,
    schema,
    show,
    stop,
    submit,
    unlock,
    up,
    wait,
)
from fargo.cli.options import FargoGroup


def _show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    # Not eager, so that a --json after it is known; imported where it is wanted.
    if wanted and not ctx.resilient_parsing:
        from fargo.cli import version

        version.show(ctx)


@click.group(
    cls=FargoGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples={
        "fargo init hello && cd hello": "a project to start from",
        "fargo --local up": "deploy it to the local AWS of this machine",
        "fargo --local submit simulate --follow": "run it",
        "fargo --local down": "take everything down",
    },
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_show_version,
    help="Print the versions of fargo and its parts.",
)
def cli() -> None:
    """From a Dockerfile to a million containers on AWS Batch with Fargate.

    Without --local the same commands deploy to your AWS account. Exit codes: 0 done, 1 a job
    failed or was stopped, 2 usage or project file, 3 a prerequisite is missing, 4 Terraform,
    5 image, 6 AWS refused or is out of reach, 124 --timeout, 130 interrupted.
    """


for command in (
    init.init,
    doctor.doctor,
    plan.plan,
    up.up,
    build.build,
    submit.submit,
    ps.ps,
    show.show,
    logs.logs,
    explain.explain,
    wait.wait,
    monitor.monitor,
    results.results,
    report.report,
    retry.retry,
    stop.stop,
    cost.cost,
    down.down,
    unlock.unlock,
    local.local,
    schema.schema,
    completion.completion,
):
    cli.add_command(command)
