"""What a command works with: the connection that its options ask for, and the person who typed them."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from fargo.cli.options import Everywhere
from fargo.cli.output import Output
from fargo.connection import Connection
from fargo.errors import Interrupted, UsageError

R = TypeVar("R")


class Context(Connection):
    """What a command works with, made when first asked for."""

    def __init__(self, options: Everywhere) -> None:
        self.options = options
        self.out = Output(as_json=options.json, plain=options.plain)
        super().__init__(
            options.project,
            local=options.local,
            region=options.region,
            profile=options.profile,
            say=self.out.say,
            warn=lambda words: self.out.say(words, "yellow"),
        )

    def confirm(self, question: str) -> None:
        """Ask, unless `--yes`.

        Raises:
            UsageError: there is nobody to ask.
            Interrupted: the answer is no.
        """
        if self.options.yes:
            return
        if not sys.stdin.isatty():
            raise UsageError(f"{question} Nobody is here to answer", "say so beforehand: --yes")
        if not click.confirm(question, err=True):
            raise Interrupted("not confirmed: nothing was changed")

    def confirm_by_name(self, warning: str) -> None:
        """Have the project's name typed, unless `--yes`: more than a reflex where data would be lost.

        Raises:
            UsageError: there is nobody to ask.
            Interrupted: another word was typed.
        """
        name = self.project.name
        if self.options.yes:
            return
        if not sys.stdin.isatty():
            raise UsageError(f"{warning} Nobody is here to type {name}", "say so beforehand: --yes")
        if click.prompt(f"{warning} Type {name} to go on", err=True, default="", show_default=False) != name:
            raise Interrupted("not confirmed: nothing was changed")

    def command(self, rest: str) -> str:
        """A command to suggest, with the options that make it mean the same."""
        return self.options.command(rest)


def pass_context(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command its `Context` as its first argument."""

    @click.pass_context
    @wraps(command)
    def with_context(ctx: click.Context, /, *args: Any, **params: Any) -> R:
        options = ctx.find_object(Everywhere)
        return command(Context(options or Everywhere()), *args, **params)

    return with_context
