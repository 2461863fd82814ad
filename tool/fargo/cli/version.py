"""`fargo --version`: fargo and its parts, for whoever reports or looks into a defect. Starts no program."""

import json
import os
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from fargo import __version__
from fargo.cli.options import Everywhere
from fargo.model.naming import PROJECT_FILE_VERSION
from fargo.model.stack import STACK_VERSION

PACKAGES = ("boto3", "click", "docker", "msgspec", "rich")
EXTRAS = {"local": "moto", "monitor": "textual", "web": "textual-serve"}
"""Extras of the package → what each is there for."""


def parts(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What fargo is made of here: versions, Terraform's path, and None for what is not there."""
    return {
        "fargo": __version__,
        "stack": STACK_VERSION,
        "project_file": str(PROJECT_FILE_VERSION),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "terraform": shutil.which("terraform", path=environ.get("PATH")),
        "packages": {name: _version(name) for name in PACKAGES},
        "extras": {extra: {name: _version(name)} for extra, name in EXTRAS.items()},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def show(ctx: click.Context) -> None:
    """Print the parts and end. The first line is for programs, and stays as it is."""
    found = parts()
    options = ctx.find_object(Everywhere) or Everywhere()
    click.echo(json.dumps(found, indent=2) if options.json else "\n".join(_lines(found)))
    ctx.exit()


def _lines(found: Mapping[str, Any]) -> list[str]:
    rows = {
        "stack": found["stack"],
        "project file": found["project_file"],
        "Python": f"{found['python']}, {found['platform']}",
        "Terraform": found["terraform"] or "not on the PATH",
        **{name: installed or "not installed" for name, installed in found["packages"].items()},
    }
    for extra, package in found["extras"].items():
        ((name, installed),) = package.items()
        rows[f"[{extra}]"] = f"{name} {installed}" if installed else f"pip install 'fargo[{extra}]'"
    return [f"fargo, version {found['fargo']}", *(f"{name:14}{value}" for name, value in rows.items())]
