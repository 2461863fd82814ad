"""The options that every command takes, before or after its name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


@dataclass(slots=True)
class Everywhere:
    """What those options say."""

    local: bool = False
    project: Path | None = None
    profile: str = ""
    region: str = ""
    json: bool = False
    plain: bool = False
    yes: bool = False
    verbose: bool = False

    def take(self, params: dict[str, Any]) -> None:
        """Take what was given out of a command's parameters."""
        for name in self.__slots__:
            if value := params.pop(name, None):
                setattr(self, name, value)


def everywhere() -> list[click.Parameter]:
    """Fresh copies of the options."""
    return [
        click.Option(["--local"], is_flag=True, help="The local AWS on this machine instead of AWS."),
        click.Option(
            ["--project"],
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The project file; else fargo.toml here or above.",
        ),
        click.Option(["--profile"], metavar="NAME", help="The AWS profile; else AWS_PROFILE."),
        click.Option(["--region"], metavar="NAME", help="The AWS region; else the project file's."),
        click.Option(["--json"], is_flag=True, help="Print data as JSON."),
        click.Option(["--plain"], is_flag=True, help="Lines only: no colours, no live display."),
        click.Option(["--yes"], is_flag=True, help="Do not ask."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Say more."),
    ]


class FargoCommand(click.Command):
    """A command that takes the options of everywhere too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._own = len(self.params)
        self.params.extend(everywhere())

    def invoke(self, ctx: click.Context) -> Any:
        """Hand the options of everywhere to the root's `Everywhere`."""
        ctx.find_object(Everywhere).take(ctx.params)  # type: ignore[union-attr] # the root group puts it there
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, then those of everywhere under a heading."""
        own = [
            record
            for param in self.params[: self._own]
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx))
        ]
        rest = [
            record for param in self.get_params(ctx)[self._own :] if (record := param.get_help_record(ctx))
        ]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        with formatter.section("Everywhere"):
            formatter.write_dl(rest)


class FargoGroup(click.Group):
    """Commands of `FargoCommand`s, in the order they were added."""

    command_class = FargoCommand
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The order of the road, not of the alphabet."""
        del ctx
        return list(self.commands)
