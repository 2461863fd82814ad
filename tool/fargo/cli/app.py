"""The `fargo` command: its options and its commands."""

import click

from fargo import __version__
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


@click.group(cls=FargoGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fargo")
def cli() -> None:
    """From a Dockerfile to a million containers on AWS Batch with Fargate.

    \b
    fargo init hello && cd hello             a project to start from
    fargo --local up                         deploy it to the local AWS of this machine
    fargo --local submit --follow simulate   run it
    fargo --local down                       take everything down

    Without --local the same commands deploy to your AWS account. Exit codes: 0 done, 1 a job
    failed or was stopped, 2 usage or project file, 3 a prerequisite is missing, 4 Terraform,
    5 image, 6 AWS refused or is out of reach, 124 --timeout, 130 interrupted.
    """  # noqa: D301 # \b is click's mark for lines that must not be wrapped


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
