"""`fargo cost`: what the stack costs while nothing runs."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand)
@pass_context
def cost(context: Context) -> None:
    """Show the deployed stack's standing monthly cost."""
    from fargo.cost import standing
    from fargo.view import data, deploy

    outputs = context.folder.outputs()
    found = standing(outputs.interface_endpoints, len(outputs.zones))
    if context.out.json:
        context.out.data(data.standing(found))
        return
    for line in deploy.cost_lines(found):
        context.out.line(line)
