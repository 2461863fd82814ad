"""Option values that are written as in the project file."""

from datetime import UTC, datetime, timedelta
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


class Moment(click.ParamType[datetime]):
    """So long ago, such as `15m`, or a time in ISO 8601, such as `2026-11-25T14:30`: without a zone, ours."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Text → a moment."""
        now = datetime.now(UTC)
        if isinstance(value, datetime):
            return value
        try:
            return now - timedelta(seconds=units.seconds(str(value)))
        except (ValueError, OverflowError):
            pass
        try:
            return datetime.fromisoformat(str(value)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is not a duration such as 15m or a time such as 2026-11-25T14:30Z", param, ctx
            )


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
            self.fail(f"{value!r} is not {error}, and not so much more, such as +50%", param, ctx)
