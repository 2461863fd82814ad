"""`fargo schema`: the JSON Schema of the project file."""

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand


@click.command(cls=FargoCommand, short_help="Print the JSON Schema of fargo.toml, for editors.")
@pass_context
def schema(context: Context) -> None:
    """Print the JSON Schema of fargo.toml. Editors complete and check the file with it.

    \b
    fargo schema > fargo.schema.json

    Then `#:schema ./fargo.schema.json` as the first line of fargo.toml names it to Taplo, and so to the
    extension Even Better TOML of VS Code.
    """  # noqa: D301 # \b is click's mark for lines that must not be wrapped
    from fargo.config.schema import schema

    context.out.data(schema())
