"""The whole road of one container: task → command → outputs → result → exit code."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fargo_runner import __version__, child, contract
from fargo_runner.contract import RunnerError
from fargo_runner.task import read_task

if TYPE_CHECKING:
    from typing import Callable, Mapping, Sequence

    from fargo_runner.child import Ended
    from fargo_runner.outputs import Stored
    from fargo_runner.s3 import Bucket
    from fargo_runner.task import Task


def main(arguments: Sequence[str]) -> int:
    """Run `fargo-run -- COMMAND…`.

    Returns:
        The command's own exit code, 128 + N if signal N killed it, 127 if it is not there, 126 if
        it cannot be executed; 125 if it succeeded and the runner's own work did not, or if the
        runner was called wrongly.
    """
    if list(arguments) == ["--version"]:
        print(f"fargo-run {__version__}")
        return 0
    if arguments[:1] != ["--"] or len(arguments) == 1:
        say("There is no command. Write: fargo-run -- COMMAND ARGUMENT…")
        return contract.EXIT_RUNNER_FAILED
    command = tuple(arguments[1:])
    try:
        task = read_task(command, os.environ)
        if task is None:
            exit_code, problem = child.replace(command)
            say(problem)
            return exit_code
        return run(task, os.environ)
    except RunnerError as error:
        say(str(error))
        return contract.EXIT_RUNNER_FAILED


def run(task: Task, environ: Mapping[str, str]) -> int:
    """Run one task and store what it left.

    Returns:
        The exit code, as for `main`.

    Raises:
        RunnerError: the way to the bucket is not configured. It is looked at before the command
            starts: nothing may compute for hours and then have nowhere to put it.
    """
    from fargo_runner.credentials import CredentialSource
    from fargo_runner.s3 import Bucket, Endpoint

    connect = partial(
        Bucket,
        Endpoint.of(task.bucket, environ),
        CredentialSource(environ),
        ca_bundle=environ.get("AWS_CA_BUNDLE") or None,
    )
    folder = Path(task.output).absolute() if task.output else None
    ended = child.run(task.command, {**environ, contract.ENV_ROW: str(task.row)})
    if ended.problem:
        say(ended.problem)
    ended = _store(task, ended, folder, connect)
    return ended.exit_code


def _store(task: Task, ended: Ended, folder: Path | None, connect: Callable[[], Bucket]) -> Ended:
    """Upload the outputs, then the result that makes them count; the end as it then stands."""
    from fargo_runner import outputs, result
    from fargo_runner.s3 import Payload

    stored: list[Stored] = []
    if folder:
        try:
            prefix = contract.output_prefix(task.run, task.row)
            stored = outputs.Uploader(connect, prefix).folder(folder, warn=say)
        except RunnerError as error:
            ended = _failed(ended, error)
    try:
        with closing(connect()) as bucket:
            payload = Payload.of_bytes(result.document(task, ended, stored))
            bucket.put(contract.result_key(task.run, task.row), payload, "application/json")
    except RunnerError as error:
        ended = _failed(ended, error)
    return ended


def _failed(ended: Ended, error: RunnerError) -> Ended:
    """The same end with the runner's failure in it; the command's own failure comes first."""
    say(str(error))
    exit_code = ended.exit_code or contract.EXIT_RUNNER_FAILED
    return replace(ended, exit_code=exit_code, problem=ended.problem or str(error))


def say(message: str) -> None:
    """One line among the job's own."""
    sys.stderr.write(f"fargo-run: {message}\n")
    sys.stderr.flush()
