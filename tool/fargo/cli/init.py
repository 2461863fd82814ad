"""`fargo init`: a project to start from."""

import re
import shlex
import shutil
from pathlib import Path

import click

from fargo.assets import asset
from fargo.cli import completion
from fargo.cli.context import Context, pass_context
from fargo.cli.options import FargoCommand
from fargo.errors import UsageError
from fargo.model import naming

LEFT_OUT = shutil.ignore_patterns("__pycache__", ".fargo", "out")

RUNNER_LINES = ("COPY .fargo-runner/ /opt/fargo/", "ENV PATH=/opt/fargo/bin:$PATH")
"""What adds the runner to an image; `fargo build` puts it into the context."""


def _examples() -> list[str]:
    return sorted(file.parent.name for file in asset("examples").glob(f"*/{naming.PROJECT_FILE}"))


@click.command(
    cls=FargoCommand,
    short_help="Make a project to start from.",
    examples={
        "fargo init hello": "a simulation in the folder hello",
        "fargo init thumbs --example media": "thumbnails of pictures, and sound",
    },
)
@click.argument(
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="The project's folder, made if there is none; else this one.",
)
@click.option(
    "--example",
    default="simulate",
    show_default=True,
    metavar="NAME",
    shell_complete=completion.completer(lambda _: _examples()),
    help="What to start from: simulate, etl, media or inference.",
)
@click.option(
    "--base-image", metavar="IMAGE", help="The Dockerfile's BASE_IMAGE, if its own cannot be pulled."
)
@pass_context
def init(context: Context, directory: Path, example: str, base_image: str | None) -> None:
    """Make a project file, a Dockerfile and a job to start from. The project is named like the folder.

    No existing file is overwritten.
    """
    if example not in _examples():
        raise UsageError(f"there is no example {example}", f"there are: {', '.join(_examples())}")
    source = asset("examples") / example
    there = [item.name for item in source.iterdir() if (directory / item.name).exists()]
    if there:
        raise UsageError(f"{directory} holds {', '.join(sorted(there))} already", "choose another folder")
    shutil.copytree(source, directory, ignore=LEFT_OUT, dirs_exist_ok=True)
    name = directory.resolve().name
    named = naming.is_project_name(name)
    if named:
        _set_name(directory / naming.PROJECT_FILE, name)
    if base_image:
        _set_base(directory / naming.PROJECT_FILE, base_image)
    go_there = "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
    if not named:
        context.out.say(f"{name} is no name for a project, which has {naming.PROJECT_NAME_IS}.")
        context.out.say(f"The project is named {example}: change `name` in {naming.PROJECT_FILE}.")
    context.out.say(f"made {directory / naming.PROJECT_FILE} from the example {example}; next:")
    context.out.say(f"  {go_there}fargo --local up")
    context.out.say("An image of your own with Python 3.9 or newer takes two lines more in its Dockerfile:")
    for line in RUNNER_LINES:
        context.out.say(f"  {line}")


def _set_name(file: Path, name: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r'(?m)^name = ".*"', f'name = "{name}"', text, count=1), encoding="utf-8")


def _set_base(file: Path, image: str) -> None:
    """Add the build argument below `[image]`, which every example has."""
    import json

    text = file.read_text(encoding="utf-8")
    added = f"[image]\nbuild_args = {{ BASE_IMAGE = {json.dumps(image)} }}"
    file.write_text(text.replace("[image]", added, 1), encoding="utf-8")
