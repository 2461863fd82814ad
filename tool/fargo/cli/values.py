"""Option values that are written as in the project file."""

from typing import TYPE_CHECKING

import click

from fargo.model import units

if TYPE_CHECKING:
    from fargo.submit.retry import More


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


class Memory(click.ParamType["int | More"]):
    """A size, or so much more than before: `2 GiB`, `+50%`."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> "int | More":
        """Text → MiB, or what to add."""
        from fargo.submit.retry import memory

        try:
            return memory(str(value))
        except ValueError as error:
            self.fail(f"{value!r} is not {error}", param, ctx)
