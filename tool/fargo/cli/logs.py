"""`fargo logs`: what a run's containers wrote."""

from typing import TYPE_CHECKING, Any

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.cli.running import RUN
from fargo.cli.values import Moment
from fargo.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from fargo.model.run import Run

_COUNT = click.IntRange(min=0)


@click.command(
    cls=FargoCommand,
    short_help="Print what a run's containers wrote.",
    examples={
        "fargo logs RUN": "every line of every container, in time order",
        "fargo logs RUN:17": "of the containers that ran row 17",
        "fargo logs -f RUN": "what there is, and what comes",
        "fargo logs RUN --failed -n 100": "the last hundred lines of what failed",
        "fargo logs RUN --grep 'ERROR|Killed' -C 3": "with three lines around each",
    },
)
@click.argument("run", metavar="RUN[:ROW]", help=f"{RUN} ROW is the number of a row, from 0.")
@click.option(
    "-f", "--follow", is_flag=True, help="Go on until the run has ended; exit code 1 if a job failed."
)
@click.option(
    "--since", type=Moment(), metavar="WHEN", help="Only lines not older: 15m, or 2026-11-25T14:30Z."
)
@click.option("--until", type=Moment(), metavar="WHEN", help="Only lines not newer.")
@click.option("-n", "--tail", type=click.IntRange(min=1), metavar="N", help="Only the last N lines.")
@click.option("--failed", is_flag=True, help="Only of containers that failed.")
@click.option("--grep", metavar="RE", help="Only lines in which this regular expression is found.")
@click.option(
    "-A", "after", type=_COUNT, metavar="N", help="With --grep: N lines of the same container after."
)
@click.option("-B", "before", type=_COUNT, metavar="N", help="The same before.")
@click.option("-C", "around", type=_COUNT, metavar="N", help="The same before and after.")
@click.option("--timestamps", is_flag=True, help="With each line's time.")
@click.option("--raw", is_flag=True, help="With the control characters that the job wrote.")
@pass_context
def logs(context: Context, run: str, *, follow: bool, **asked: Any) -> int:
    """Print what RUN's containers wrote, or those that ran its row ROW, in time order."""
    from fargo import runs
    from fargo.cli.log_lines import LogLines
    from fargo.cli.running import load_run

    _check_times(asked["since"], asked["until"], follow=follow)
    name, colon, row = run.partition(":")
    lines = LogLines.of(context, asked)
    found = load_run(context, name)
    if colon:
        found = runs.only_row(context.store, found, _row(found, row))
    return lines.follow(found, whole=not colon) if follow else lines.print(found)


def _check_times(since: "datetime | None", until: "datetime | None", *, follow: bool) -> None:
    if follow and until:
        raise UsageError("-f goes on until the run ends: it takes no --until", "leave one of them out")
    if since and until and since > until:
        raise UsageError(
            f"--since {since:%Y-%m-%dT%H:%M:%SZ} is after --until {until:%Y-%m-%dT%H:%M:%SZ}",
            "a duration counts back from now: --since 1h --until 15m",
        )


def _row(run: "Run", row: str) -> int:
    if not row.isdecimal():
        raise UsageError(f"{row!r} is not the number of a row", f"`fargo logs {run.id}:0`")
    return int(row)
