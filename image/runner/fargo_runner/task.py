"""What this container is to do: which run, which rows, which command."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Mapping, Sequence

from fargo_runner import contract
from fargo_runner.contract import RunnerError

if TYPE_CHECKING:
    from pathlib import Path

    from fargo_runner.rows import Fetched

_WORD = "[A-Za-z_][A-Za-z0-9_-]*"


@dataclass(frozen=True)
class Container:
    """A container's share of a wave.

    Attributes:
        wave: from 1.
        map: the key of the wave's map; empty in the first.
        number: the container's own in the wave, from 0.
        rows: how many the whole wave has.
        pack: rows in a container.
        workers: of those, how many run at once.
        manifest: whether rows have columns.
        inputs: the columns whose objects are fetched.
        output: the folder to keep, relative to the working directory; empty for none.
        after: the run whose outputs are fetched; empty for none.
        after_rows: of so many rows of it, all; 0: of the row that each of this run's is.
        after_partial: whether rows of it may have failed.
        attempt: AWS Batch's count, from 1.
        command: with its placeholders.
        environ: all of its environment.
    """

    run: str
    bucket: str
    wave: int
    map: str
    number: int
    rows: int
    pack: int
    workers: int
    manifest: bool
    inputs: tuple[str, ...]
    output: str
    after: str
    after_rows: int
    after_partial: bool
    job_id: str
    attempt: int
    command: tuple[str, ...]
    environ: Mapping[str, str]

    @property
    def positions(self) -> range:
        """Where its rows stand in the wave.

        Raises:
            RunnerError: the wave ends before it.
        """
        first = self.number * self.pack
        if first >= self.rows:
            raise RunnerError(
                f"Container {self.number} has no rows: the wave has {self.rows}, {self.pack} in a container. "
                "Submit the job with `fargo submit`."
            )
        return range(first, min(first + self.pack, self.rows))

    @property
    def again(self) -> bool:
        """Whether rows of it may have succeeded before."""
        return self.attempt > 1 or self.wave > 1


def read_container(command: Sequence[str], environ: Mapping[str, str]) -> Container | None:
    """What the environment describes.

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
    wave, map_key = _number(environ, contract.ENV_WAVE, least=1), environ.get(contract.ENV_MAP, "")
    if wave > 1 and not map_key:
        raise RunnerError(f"{contract.ENV_MAP} is not set in wave {wave}. Leave it to `fargo retry`.")
    return Container(
        run=run,
        bucket=bucket,
        wave=wave,
        map=map_key,
        number=chunk * contract.ARRAY_MAX + index,
        rows=_number(environ, contract.ENV_ROWS, least=1),
        pack=_number(environ, contract.ENV_PACK, least=1),
        workers=_number(environ, contract.ENV_WORKERS, least=1),
        manifest=environ.get(contract.ENV_MANIFEST, "") == "1",
        inputs=_columns(environ.get(contract.ENV_INPUTS) or "[]"),
        output=environ.get(contract.ENV_OUTPUT, ""),
        after=environ.get(contract.ENV_AFTER, ""),
        after_rows=_number(environ, contract.ENV_AFTER_ROWS),
        after_partial=environ.get(contract.ENV_AFTER_PARTIAL, "") == "1",
        job_id=environ.get(contract.ENV_JOB_ID, ""),
        attempt=_number(environ, contract.ENV_ATTEMPT, least=1),
        command=tuple(command),
        environ=environ,
    )


@dataclass(frozen=True)
class Task:
    """One row's own command and its whole environment."""

    command: tuple[str, ...]
    environ: Mapping[str, str]

    @classmethod
    def of(cls, container: Container, row: int, fetched: Fetched, output: Path | None) -> Task:
        """Put a row into its command and beside it.

        Args:
            container: whose command it is.
            row: its number in the run.
            fetched: its values, and what was fetched for it.
            output: the row's own output folder, absolute.
        """
        fixed = {"row": str(row), "run": container.run}
        own = {contract.ENV_ROW: str(row)}
        if fetched.after:
            fixed["after"] = fetched.after
        if output:
            fixed["output"] = own[contract.ENV_OUTPUT] = str(output)
        columns = {contract.column_variable(column): value for column, value in fetched.values.items()}
        return cls(
            command=tuple(fill(container.command, {**fetched.values, **fixed})),
            environ={**container.environ, **columns, **own},
        )


def fill(arguments: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Put values into arguments: `{row}` becomes the row's number, `{{any}}` a literal `{any}`.

    Only the given names mean anything: JSON, `${HOME}`, `{}` and every other brace stay as
    they are. A value is not looked into again, and an argument stays one argument whatever is
    in its value. `fargo submit` tells placeholders by the same rule (`model/template.py`).
    """
    # The longest first, as there.
    names = "|".join(map(re.escape, sorted(values, key=len, reverse=True))) or "(?!)"
    pattern = re.compile(rf"\{{(\{{(?:{names}|{_WORD})\}})\}}|(?<!\$)\{{({names})\}}")
    return [pattern.sub(lambda found: found[1] or values[found[2]], argument) for argument in arguments]


def _number(environ: Mapping[str, str], name: str, least: int = 0) -> int:
    text = environ.get(name) or str(least)
    if not text.isdecimal() or int(text) < least:
        raise RunnerError(f"{name}={text} is no such number. Leave it to AWS Batch and to `fargo submit`.")
    return int(text)


def _columns(text: str) -> tuple[str, ...]:
    try:
        columns = json.loads(text)
    except ValueError:
        columns = None
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise RunnerError(f"{contract.ENV_INPUTS}={text} is no list of columns. Leave it to `fargo submit`.")
    return tuple(columns)
