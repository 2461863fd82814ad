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
    from fargo.config import Project

GLYPHS = {"ok": ("✔", "green"), "warning": ("⚠", "yellow"), "missing": ("✘", "red")}


@click.command(cls=FargoCommand)
@pass_context
def doctor(context: Context) -> int:
    """Look at every prerequisite: found, or how to get it."""
    from dataclasses import asdict

    from fargo.doctor import Doctor, Verdict

    with tempfile.TemporaryDirectory() as scratch:
        examined = Doctor(
            environ=os.environ,
            home=Path.home(),
            folder=Path(scratch),
            project=_project(context),
            session=lambda: context.session,
        )
        checks = list(examined.checks())
    if context.out.json:
        context.out.data([asdict(check) for check in checks])
    for check in checks if not context.out.json else ():
        glyph, _ = GLYPHS[check.verdict]
        context.out.line(f"{glyph} {check.name}: {check.found}")
        if check.hint:
            context.out.line(f"  → {check.hint}")
    missing = any(check.verdict is Verdict.MISSING for check in checks)
    return PrerequisiteError.exit_code if missing else 0


def _project(context: Context) -> "Project | None":
    try:
        return context.project
    except ProjectFileError:
        if context.options.project:
            raise
        context.out.say("no project file here: its account and image are not looked at")
        return None
