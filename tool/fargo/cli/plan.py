"""`fargo plan`: what `up` would change."""

from pathlib import Path

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand

CHANGES = 2


@click.command(
    cls=FargoCommand,
    short_help="Show what `up` would change, and the standing cost.",
    examples={
        "fargo plan": "what would change; -v names every resource",
        "fargo plan --out fargo.plan": "keep it, for `fargo up --plan fargo.plan`",
    },
)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 if there are changes, as Terraform does.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the plan there, for `fargo up --plan FILE`.",
)
@pass_context
def plan(context: Context, detailed_exitcode: bool, out: Path | None) -> int:
    """Show what `up` would change, dangers first, and the standing monthly cost. Changes nothing."""
    from fargo.cli.deploying import image_tag, planned, show_plan
    from fargo.deploy import save
    from fargo.view import data

    with planned(context, context.deployment.plan(image_tag(context))) as found:
        if out:
            save(context.deployment, found, out)
        if context.out.json:
            context.out.data(data.plan(found))
        else:
            show_plan(context, found, whole=context.options.verbose)
    return CHANGES if detailed_exitcode and not found.empty else 0
