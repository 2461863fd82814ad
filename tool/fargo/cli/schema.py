"""`fargo schema`: the JSON Schema of the project file."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(
    cls=FargoCommand,
    short_help="Print the JSON Schema of fargo.toml, for editors.",
    examples={"fargo schema > fargo.schema.json": "beside fargo.toml"},
)
@pass_context
def schema(context: Context) -> None:
    """Print the JSON Schema of fargo.toml. Editors complete and check the file with it.

    `#:schema ./fargo.schema.json` as the first line of fargo.toml names it to Taplo, and so to the
    extension Even Better TOML of VS Code.
    """
    from fargo.config.schema import schema

    context.out.data(schema())
