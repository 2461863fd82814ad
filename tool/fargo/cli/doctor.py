"""`fargo doctor`: every prerequisite, and the permissions to ask for."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fargo.cli import completion
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import PrerequisiteError, ProjectFileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fargo.aws.session import Session
    from fargo.config import Project
    from fargo.doctor import Section


def _asking(_ctx: click.Context) -> "Iterable[str]":
    """The commands that ask AWS for something."""
    from fargo.doctor import permissions

    return permissions.COMMANDS


@click.command(
    cls=FargoCommand,
    short_help="Check every prerequisite, and say how to get what is missing.",
    examples={
        "fargo doctor": "this machine, the account, its quotas, the stack",
        "fargo doctor --policy --for submit": "the IAM policy that submit needs",
    },
)
@click.option(
    "--policy", is_flag=True, help="Print the IAM policy that the commands need, and look at nothing."
)
@click.option(
    "--for",
    "commands",
    multiple=True,
    metavar="COMMAND",
    shell_complete=completion.completer(_asking),
    help="With --policy: only what this command needs; repeatable.",
)
@click.option(
    "--part",
    type=click.IntRange(1),
    metavar="N",
    help="With --policy: the Nth of several parts, if it is too large for one managed policy.",
)
@pass_context
def doctor(context: Context, policy: bool, commands: tuple[str, ...], part: int | None) -> int:
    """Check every prerequisite, and say how to get what is missing. Changes nothing.

    Exit code 3 if one is missing.
    """
    from fargo.doctor import Verdict
    from fargo.view import doctor as view

    if policy:
        return _policy(context, commands, part)
    if commands or part:
        raise UsageError("--for and --part are about a policy", "say so: `fargo doctor --policy`")
    sections = _sections(context)
    completed = context.options.completed
    if context.out.json:
        context.out.data(view.data(sections, completed))
    else:
        for line in view.lines(sections, completed):
            context.out.styled(line)
    missing = any(check.verdict is Verdict.MISSING for section in sections for check in section.checks)
    return PrerequisiteError.exit_code if missing else 0


def _sections(context: Context) -> "tuple[Section, ...]":
    from datetime import UTC, datetime

    from fargo.aws.session import Target
    from fargo.doctor.examining import Doctor

    project, problem = _project(context)
    with tempfile.TemporaryDirectory(prefix="fargo-doctor-") as scratch:
        return Doctor(
            environ=os.environ,
            home=Path.home(),
            scratch=Path(scratch),
            project=project,
            problem=problem,
            session=lambda: _session(context),
            target=Target.LOCAL if context.options.local else Target.AWS,
            now=datetime.now(UTC),
        ).sections()


def _project(context: Context) -> "tuple[Project | None, ProjectFileError | None]":
    """The project, or what is wrong with its file; neither where there is none."""
    from fargo import config

    try:
        if not context.options.project:
            config.find()
    except ProjectFileError:
        context.out.say("no project file here: its account, image and stack are not looked at")
        return None, None
    try:
        return context.project, None
    except ProjectFileError as error:
        return None, error


def _session(context: Context) -> "Session | None":
    """AWS, or the local AWS where it runs: a look at it must not start it."""
    from fargo.local import daemon

    return None if context.options.local and daemon.status() is None else context.session


def _policy(context: Context, commands: tuple[str, ...], part: int | None) -> int:
    from fargo.doctor import permissions, policy, rights

    if unknown := set(commands) - set(permissions.COMMANDS):
        known = ", ".join(permissions.COMMANDS)
        raise UsageError(f"--for {min(unknown)}: that asks AWS for nothing", f"one of: {known}")
    session = _session(context)
    if session is None:
        raise PrerequisiteError("the local AWS is not running", "`fargo local start`")
    place = rights.place(context.project, session, session.identity())
    grants = permissions.of(commands or permissions.COMMANDS, context.project)
    whole = policy.document(grants, place)
    parts = policy.parts(whole)
    if part and part > len(parts):
        raise UsageError(f"--part {part}: there are {len(parts)}", "leave --part out for the whole policy")
    if not part and len(parts) > 1:
        context.out.say(
            f"{policy.size(whole):,} characters, and a managed policy has room for {policy.MANAGED_MAX:,}: "
            f"print it in {len(parts)} with --part 1, --part 2, or what somebody needs with --for submit",
            "yellow",
        )
    context.out.data(parts[part - 1] if part else whole)
    return 0
