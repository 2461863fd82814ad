"""What this container is to do: which run, which row, which command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Sequence

from fargo_runner import contract
from fargo_runner.contract import RunnerError


@dataclass(frozen=True)
class Task:
    """One row of a run.

    Attributes:
        row: its number in the run, from 0; a job that is no array is row 0.
        attempt: AWS Batch's count, from 1.
        output: the folder to keep, relative to the working directory; empty for none.
        command: the program and its arguments, with the row's values in them.
    """

    run: str
    bucket: str
    wave: int
    row: int
    job_id: str
    attempt: int
    output: str
    command: tuple[str, ...]


def read_task(command: Sequence[str], environ: Mapping[str, str]) -> Task | None:
    """The task that the environment describes.

    Returns:
        None where this is no container of fargo: neither a run nor a bucket is named.

    Raises:
        RunnerError: the environment contradicts itself.
    """
    run, bucket = environ.get(contract.ENV_RUN, ""), environ.get(contract.ENV_BUCKET, "")
    if not run and not bucket:
        return None
    if not run or not bucket:
        there, missing = (contract.ENV_RUN, contract.ENV_BUCKET)[:: 1 if run else -1]
        raise RunnerError(f"{there} is set and {missing} is not. Submit the job with `fargo submit`.")
    chunk, index = _number(environ, contract.ENV_CHUNK), _number(environ, contract.ENV_ARRAY_INDEX)
    row = chunk * contract.ARRAY_MAX + index
    return Task(
        run=run,
        bucket=bucket,
        wave=_number(environ, contract.ENV_WAVE),
        row=row,
        job_id=environ.get(contract.ENV_JOB_ID, ""),
        attempt=_number(environ, contract.ENV_ATTEMPT, default=1),
        output=environ.get(contract.ENV_OUTPUT, ""),
        command=tuple(fill(command, {"run": run, "row": str(row)})),
    )


def fill(arguments: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Put values into arguments: `{row}` becomes the row's number, `{{row}}` a literal `{row}`.

    Only the given names mean anything: JSON, `${HOME}`, `{}` and every other brace stay as
    they are, so an argument never has to be escaped for fargo's sake alone. A value is not
    looked into again, and an argument stays one argument whatever is in its value.
    """
    names = "|".join(map(re.escape, values))
    pattern = re.compile(rf"\{{(\{{(?:{names})\}})\}}|\{{({names})\}}")
    return [pattern.sub(lambda found: found[1] or values[found[2]], argument) for argument in arguments]


def _number(environ: Mapping[str, str], name: str, default: int = 0) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal():
        raise RunnerError(f"{name}={text} is not a number. Leave it to AWS Batch and to `fargo submit`.")
    return int(text)
