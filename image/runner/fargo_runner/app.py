"""The whole road of one container: what it is → its rows → the work → exit code."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fargo_runner import __version__, contract, start
from fargo_runner.contract import RunnerError
from fargo_runner.say import say
from fargo_runner.task import read_container

if TYPE_CHECKING:
    from typing import Iterator, Sequence

    from fargo_runner.after import After
    from fargo_runner.folder import OutputFolder
    from fargo_runner.inputs import Inputs
    from fargo_runner.rows import Row
    from fargo_runner.service import Service
    from fargo_runner.task import Container

_NAMED = 5
"""How many files are named before the rest is counted."""


def main(arguments: Sequence[str]) -> int:
    """Run `fargo-run -- COMMAND…`.

    Returns:
        With one row, the command's own exit code, 128 + N if signal N killed it, 127 if it is not
        there, 126 if it cannot be executed; 125 if it succeeded and the runner's own work did
        not, or if the runner was called wrongly. With several, that of the first that failed.
    """
    if list(arguments) == ["--version"]:
        print(f"fargo-run {__version__}")
        return 0
    if arguments[:1] != ["--"] or len(arguments) == 1:
        say("There is no command. Write: fargo-run -- COMMAND ARGUMENT…")
        return contract.EXIT_RUNNER_FAILED
    command = tuple(arguments[1:])
    try:
        container = read_container(command, os.environ)
        if container is None:
            exit_code, problem = start.replace(command)
            say(problem)
            return exit_code
        return run(container)
    except RunnerError as error:
        say(str(error))
        return contract.EXIT_RUNNER_FAILED


def run(container: Container) -> int:
    """Run a container's rows and store what they leave.

    Returns:
        The exit code, as for `main`.

    Raises:
        RunnerError: the way to the bucket is not configured, or the rows cannot be read: no command
            has been started.
    """
    from fargo_runner.child import Children
    from fargo_runner.service import Service
    from fargo_runner.work import Files, Work

    workers = min(container.workers, len(container.positions))
    # From here on a stop waits until the children are watched.
    children = Children(alone=workers == 1)
    service = Service(container.environ)
    rows = _rows(container, service)
    with _inputs(container, rows) as inputs, _after(container, service) as after:
        folder = _folder(container, len(rows), workers, inputs)
        files = Files(folder=folder, inputs=inputs, after=after)
        work = Work(container, rows, service=service, children=children, files=files)
        children.work([*[work.drain] * workers, service.prepare])
    return _without_strays(folder, work.exit_code())


def _rows(container: Container, service: Service) -> Sequence[Row]:
    from fargo_runner import rows

    if not rows.are_stored(container):
        return [rows.Row(position) for position in container.positions]
    with closing(service.connect(container.bucket)) as bucket:
        return rows.read_rows(container, bucket)


@contextmanager
def _inputs(container: Container, rows: Sequence[Row]) -> Iterator[Inputs | None]:
    if not container.inputs:
        yield None
        return
    from fargo_runner.inputs import Inputs

    with closing(Inputs(rows, container.inputs)) as inputs:
        yield inputs


@contextmanager
def _after(container: Container, service: Service) -> Iterator[After | None]:
    if not container.after:
        yield None
        return
    from fargo_runner.after import After

    with closing(After(container)) as after:
        after.fetch_all(service)
        yield after


def _folder(container: Container, rows: int, workers: int, inputs: Inputs | None) -> OutputFolder | None:
    if not container.output:
        return None
    from fargo_runner.folder import OutputFolder

    declared = Path(container.output).absolute()
    return OutputFolder(declared, rows=rows, workers=workers, inputs=inputs.root if inputs else None)


def _without_strays(folder: OutputFolder | None, exit_code: int) -> int:
    """The exit code, where nothing lies in the output folder that belongs to no row."""
    strays = folder.strays() if folder else []
    if not strays:
        return exit_code
    named = ", ".join(strays[:_NAMED]) + (f" and {len(strays) - _NAMED} more" if len(strays) > _NAMED else "")
    say(
        f"{named} in the output folder belongs to no row, and is not stored. With several workers each row "
        "has a folder of its own: let the command write to {output} or $FARGO_OUTPUT."
    )
    return exit_code or contract.EXIT_RUNNER_FAILED
