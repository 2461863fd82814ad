"""`fargo doctor`: every prerequisite."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import PrerequisiteError, ProjectFileError

if TYPE_CHECKING:
    from fargo.aws.session import Session
    from fargo.config import Project

GLYPHS = {"ok": ("✔", "green"), "warning": ("⚠", "yellow"), "missing": ("✘", "red")}


@click.command(cls=FargoCommand)
@pass_context
def doctor(context: Context) -> int:
    """Look at every prerequisite: found, or how to get it."""
    from dataclasses import asdict, replace

    from fargo.doctor import Doctor, Verdict

    project, problem = _project(context)
    with tempfile.TemporaryDirectory() as scratch:
        examined = Doctor(
            environ=os.environ,
            home=Path.home(),
            folder=Path(scratch),
            project=project,
            problem=problem,
            session=lambda: _session(context),
        )
        checks = [replace(check, hint=context.options.completed(check.hint)) for check in examined.checks()]
    if context.out.json:
        context.out.data([asdict(check) for check in checks])
    for check in checks if not context.out.json else ():
        glyph, _ = GLYPHS[check.verdict]
        context.out.line(f"{glyph} {check.name}: {check.found}")
        if check.hint:
            context.out.line(f"  → {check.hint}")
    missing = any(check.verdict is Verdict.MISSING for check in checks)
    return PrerequisiteError.exit_code if missing else 0


def _project(context: Context) -> "tuple[Project | None, ProjectFileError | None]":
    """The project, or what is wrong with its file; neither where there is none."""
    from fargo import config

    try:
        if not context.options.project:
            config.find()
    except ProjectFileError:
        context.out.say("no project file here: its account and image are not looked at")
        return None, None
    try:
        return context.project, None
    except ProjectFileError as error:
        return None, error


def _session(context: Context) -> "Session | None":
    """AWS, or the local AWS where it runs: a look at it must not start it."""
    from fargo.local import daemon

    return None if context.options.local and daemon.status() is None else context.session
