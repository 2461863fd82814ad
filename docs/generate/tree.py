"""The command line as the program itself has it, for the page and the manual."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import click

from fargo import errors
from fargo.__main__ import DEFECT
from fargo.cli.app import cli
from fargo.cli.options import FargoCommand, FargoGroup

RANGES = {"x>=0": "0 or more", "x>=1": "1 or more"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A command.

    Attributes:
        path: as one types it, such as `fargo local start`.
    """

    path: str
    command: FargoCommand
    ctx: click.Context

    @property
    def usage(self) -> str:
        """The line under `Usage:`."""
        return " ".join([self.path, *self.command.collect_usage_pieces(self.ctx)])

    @property
    def paragraphs(self) -> list[str]:
        """What it does."""
        text = inspect.cleandoc(self.command.help or "")
        return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]

    @property
    def arguments(self) -> list[tuple[str, str]]:
        """Its arguments, and what they are."""
        found = [param for param in self.command.params if isinstance(param, click.Argument)]
        return [param.get_help_record(self.ctx) for param in found]

    @property
    def options(self) -> list[tuple[str, str]]:
        """Its own options, and what they do."""
        return [said for option in self.command.own_options if (said := _said(option, self.ctx))]


def _said(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """An option's spelling, and its help with its default and its range in words."""
    record = option.get_help_record(ctx)
    if record is None:
        return None
    extra = option.get_help_extra(ctx)
    words = [_range(extra["range"])] if "range" in extra else []
    words += [f"default: {extra['default']}"] if "default" in extra else []
    return record[0], f"{option.help} ({'; '.join(words)})" if words else str(option.help)


def _range(text: str) -> str:
    low, _, high = text.partition("<=x<=")
    return f"{low} to {high}" if high else RANGES[text]


def entries() -> Iterator[Entry]:
    """Every command, in the order of `fargo --help`; a group before its commands."""
    yield from _below(cli, click.Context(cli, info_name="fargo"))


def _below(group: FargoGroup, ctx: click.Context) -> Iterator[Entry]:
    for name, command in group.commands.items():
        here = click.Context(command, info_name=name, parent=ctx)
        yield Entry(here.command_path, command, here)
        if isinstance(command, FargoGroup):
            yield from _below(command, here)


def root() -> Entry:
    """`fargo` itself."""
    return Entry("fargo", cli, click.Context(cli, info_name="fargo"))


def everywhere() -> list[tuple[str, str]]:
    """The options of every command."""
    entry = root()
    own = entry.command.own_options
    rest = [param for param in entry.command.params if isinstance(param, click.Option) and param not in own]
    return [said for option in rest if (said := _said(option, entry.ctx))]


def exit_codes() -> list[tuple[int, str, str]]:
    """Code, what it means, and the error that `import fargo` raises; empty where it is none."""
    found = [
        (errors.DONE, "Done.", ""),
        (errors.JOB_FAILED, "A job failed or was stopped.", ""),
        *_codes(errors.FargoError),
        (DEFECT, "A defect of fargo.", ""),
    ]
    return sorted(found, key=lambda each: each[0])


def _codes(above: type[errors.FargoError]) -> Iterator[tuple[int, str, str]]:
    for error in above.__subclasses__():
        # Other modules have errors of their own, which are public by the name of what they derive from.
        if error.__module__ == errors.__name__:
            yield error.exit_code, inspect.cleandoc(error.__doc__ or "").partition("\n")[0], error.__name__
            yield from _codes(error)
