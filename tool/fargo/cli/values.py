"""Option values that are written as in the project file."""

import click

from fargo.model import units


class Unit(click.ParamType[int]):
    """A `size`, such as `2 GiB`, or a `duration`, such as `15m` or a plain number of seconds."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Text → MiB or seconds."""
        try:
            return {"size": units.mebibytes, "duration": units.seconds}[self.name](str(value))
        except ValueError as error:
            self.fail(f"{value!r} is not {error}", param, ctx)
