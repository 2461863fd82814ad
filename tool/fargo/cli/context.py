"""The composition root: the only place that builds the session, the clients and the rest from options."""

import os
import sys
from collections.abc import Callable, Generator
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fargo.cli.options import Everywhere
from fargo.cli.output import Output
from fargo.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.logs import Logs
    from fargo.aws.session import Session
    from fargo.aws.store import Store
    from fargo.config import Project
    from fargo.deploy import Deployment
    from fargo.model.stack import StackOutputs
    from fargo.stack import StackFolder

R = TypeVar("R")
E = TypeVar("E")

LOCAL_REGION = "us-east-1"
"""The local AWS answers for every region; this one where nobody names one."""


class Context:
    """What a command works with, made when first asked for."""

    def __init__(self, options: Everywhere) -> None:
        self.options = options
        self.out = Output(as_json=options.json, plain=options.plain)

    @cached_property
    def project(self) -> "Project":
        """The project file's settings."""
        from fargo import config

        file = self.options.project or config.find(Path.cwd())
        return config.load(file.resolve(), region=self.options.region, profile=self.options.profile)

    @cached_property
    def session(self) -> "Session":
        """AWS, or the local AWS, which is started where it is not running."""
        from fargo.aws.session import Session, Target

        if not self.options.local:
            return Session(Target.AWS, self._region(), self.project.profile)
        from fargo.local import daemon

        running = daemon.status()
        if running is None:
            self.out.say("starting the local AWS")
            running = daemon.ensure()
            if running.warning:
                self.out.say(running.warning, "yellow")
        return Session(Target.LOCAL, self.project.region or LOCAL_REGION, endpoint=running.endpoint)

    def _region(self) -> str:
        from fargo.aws.session import profile_region

        region = self.project.region or profile_region(self.project.profile)
        if not region:
            raise UsageError(
                "no region: none in fargo.toml, the environment or the profile",
                'add one: --region NAME, or `region = "eu-west-1"` in fargo.toml',
            )
        return region

    @cached_property
    def deployment(self) -> "Deployment":
        """The project's stack on this target."""
        from fargo.deploy import Deployment

        return Deployment(self.project, self.session, os.environ)

    @cached_property
    def folder(self) -> "StackFolder":
        """What is known of the deployed stack on this machine, without asking AWS."""
        from fargo.stack import StackFolder

        return StackFolder(self.project, "local" if self.options.local else "aws")

    @cached_property
    def outputs(self) -> "StackOutputs":
        """The deployed stack. Read before a session is made: what is not deployed starts no local AWS."""
        outputs = self.folder.outputs()
        self.folder.check_owner(outputs.account_id, self.session.region)
        return outputs

    def verify_account(self) -> None:
        """Make sure, before anything is changed, that these credentials are of the account deployed to.

        Raises:
            WrongAccount: they are not.
        """
        self.folder.check_owner(self.session.identity().account_id, self.outputs.region)

    @cached_property
    def batch(self) -> "Batch":
        """AWS Batch."""
        from fargo.aws.batch import Batch

        return Batch(self.session.client("batch"))

    @cached_property
    def store(self) -> "Store":
        """The workspace bucket."""
        from fargo.aws.store import Store

        bucket = self.outputs.bucket
        return Store(self.session.client("s3"), bucket)

    @cached_property
    def bulk(self) -> "Store":
        """The same for thousands of objects in a row: what is throttled is sent up to six times."""
        from fargo.aws.store import Store

        bucket = self.outputs.bucket
        return Store(self.session.client("s3", attempts=6), bucket)

    @cached_property
    def logs(self) -> "Logs":
        """The jobs' log group."""
        from fargo.aws.logs import Logs

        group = self.outputs.log_group
        return Logs(self.session.client("logs"), group)

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

    def consume(self, events: Generator[E, None, R], take: Callable[[E], None]) -> R:
        """Hand every event to `take`, and return what the generator returns."""
        while True:
            try:
                take(next(events))
            except StopIteration as end:
                result: R = end.value
                return result

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
