"""The options that every command takes, before or after its name."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

_QUOTED = re.compile(r"`fargo ([^`]+)`")
_OF_NO_PROJECT = ("init", "local")
"""Commands that mean the same whatever project, account or region is meant."""


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

    def command(self, rest: str) -> str:
        """A command to suggest, with the options that make it mean the same as the one that was typed.

        Args:
            rest: what follows `fargo`, as one would type it.
        """
        if rest.split(maxsplit=1)[0] in _OF_NO_PROJECT:
            return f"fargo {rest}"
        given = ["--local"] if self.local else []
        for name in ("project", "profile", "region"):
            if value := getattr(self, name):
                given += [f"--{name}", str(value)]
        return " ".join(["fargo", *map(shlex.quote, given), rest])

    def completed(self, words: str) -> str:
        """The words with these options in every fargo command that stands in backticks."""
        return _QUOTED.sub(lambda found: f"`{self.command(found[1])}`", words)


def _take(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value and param.name:
        setattr(ctx.ensure_object(Everywhere), param.name, value)


def _everywhere() -> list[click.Parameter]:
    """Fresh copies of the options. Eager, so that they are known when another one is wrong."""
    shared: dict[str, Any] = {"callback": _take, "expose_value": False, "is_eager": True}
    return [
        click.Option(
            ["--local"], is_flag=True, help="The local AWS on this machine instead of AWS.", **shared
        ),
        click.Option(
            ["--project"],
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The project file; else fargo.toml here or above.",
            **shared,
        ),
        click.Option(["--profile"], metavar="NAME", help="The AWS profile; else AWS_PROFILE.", **shared),
        click.Option(["--region"], metavar="NAME", help="The AWS region; else the project file's.", **shared),
        click.Option(["--json"], is_flag=True, help="Print data as JSON.", **shared),
        click.Option(["--plain"], is_flag=True, help="Lines only: no colours, no live display.", **shared),
        click.Option(["--yes"], is_flag=True, help="Do not ask.", **shared),
        click.Option(["-v", "--verbose"], is_flag=True, help="Say more.", **shared),
    ]


class FargoCommand(click.Command):
    """A command that takes the options of everywhere too, into the `Everywhere` of the command line.

    Args:
        examples: command lines that its help shows → what they are for.
        preview: what to do instead of `--dry-run`, a sentence, where it is no option.
    """

    def __init__(
        self, *args: Any, examples: Mapping[str, str] | None = None, preview: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = dict(examples or {})
        self.preview = preview
        self._own = len(self.params)
        self.params.extend(_everywhere())

    @property
    def own_options(self) -> list[click.Option]:
        """Its options without those of everywhere."""
        return [param for param in self.params[: self._own] if isinstance(param, click.Option)]

    def example_lines(self) -> list[str]:
        """The examples as one would paste them into a shell."""
        width = max(map(len, self.examples), default=0)
        return [f"{line:{width}}   # {words}" if words else line for line, words in self.examples.items()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Of a wrong option never suggest `--yes`: whoever mistyped one has agreed to nothing."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            instead = self.preview if error.option_name.startswith("--dry") else ""
            message = f"{error.message} {instead}".rstrip()
            near = [each for each in error.possibilities or () if each != "--yes"]
            raise click.NoSuchOption(error.option_name, message, near, error.ctx) from None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does, then its examples."""
        super().format_help_text(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.example_lines():
                    formatter.write(f"{' ' * formatter.current_indent}{line}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, then those of everywhere under a heading."""
        own = [record for param in self.own_options if (record := param.get_help_record(ctx))]
        rest = [
            record for param in self.get_params(ctx)[self._own :] if (record := param.get_help_record(ctx))
        ]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        with formatter.section("Everywhere"):
            formatter.write_dl(rest)


class FargoGroup(FargoCommand, click.Group):
    """Commands of `FargoCommand`s, in the order they were added."""

    command_class = FargoCommand
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The order of the road, not of the alphabet."""
        del ctx
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)
