"""`fargo plan`: what `up` would change."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand

CHANGES = 2


@click.command(cls=FargoCommand)
@click.option(
    "--detailed-exitcode", is_flag=True, help="End with 2 where there are changes, as Terraform does."
)
@pass_context
def plan(context: Context, detailed_exitcode: bool) -> int:
    """Show what `up` would change, and the standing cost. Changes nothing."""
    from fargo.cli.deploying import planned, show_plan
    from fargo.view import data

    with planned(context) as found:
        if context.out.json:
            context.out.data(data.plan(found))
        else:
            show_plan(context, found, whole=context.options.verbose)
    return CHANGES if detailed_exitcode and not found.empty else 0
