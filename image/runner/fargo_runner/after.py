"""The outputs of the run that this one comes after, as files: `{after}` in the command."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Iterator

from fargo_runner import contract, scratch
from fargo_runner.contract import RunnerError
from fargo_runner.service import Connections

if TYPE_CHECKING:
    from pathlib import Path

    from fargo_runner.rows import Row
    from fargo_runner.service import Service
    from fargo_runner.task import Container

_THREADS = 8
"""Rows that are fetched at once: most are small, and S3 answers each after some hundredths of a second."""


class After:
    """Each row's outputs of the other run in a folder that is named by the row's number.

    A run over the same rows gets its own row's alone, a run over others all of them.

    Args:
        container: says which run, and of how many rows.

    Raises:
        RunnerError: nowhere in the container may files be written.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self.root = scratch.make_folder("outputs")

    def fetch_all(self, service: Service) -> None:
        """Fetch the outputs of all of the other run's rows; nothing where each row gets its own.

        Raises:
            RunnerError: one of them has no result, or cannot be fetched.
        """
        rows = range(self._container.after_rows)
        threads = min(_THREADS, len(rows))
        if not threads:
            return

        def some(first: int) -> None:
            with closing(Connections(service)) as connections:
                for row in rows[first::threads]:
                    if not self._container.after_partial or self._succeeded(row, connections):
                        self._fetch(row, connections)

        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(some, range(threads)):
                pass

    @contextmanager
    def of(self, row: Row, connections: Connections) -> Iterator[tuple[Path, int]]:
        """What `{after}` stands for while a row runs, and the bytes fetched for it.

        Raises:
            RunnerError: as for `fetch_all`.
        """
        if self._container.after_rows:
            yield self.root, 0
            return
        try:
            size = self._fetch(row.number, connections)
            yield self.root / str(row.number), size
        finally:
            shutil.rmtree(self.root / str(row.number), ignore_errors=True)

    def close(self) -> None:
        """Remove all that was fetched."""
        shutil.rmtree(self.root, ignore_errors=True)

    def _succeeded(self, row: int, connections: Connections) -> bool:
        bucket = connections.to(self._container.bucket)
        return bucket.exists(contract.result_key(self._container.after, row))

    def _fetch(self, row: int, connections: Connections) -> int:
        bucket, run = self._container.bucket, self._container.after
        folder = self.root / str(row)
        total = 0
        try:
            folder.mkdir()
            for key in self._outputs(row, folder, connections):
                path = folder / _below(key, contract.output_prefix(run, row))
                path.parent.mkdir(parents=True, exist_ok=True)
                total += connections.to(bucket).download(key, path)
                path.chmod(scratch.READ_ONLY)
        except OSError as error:
            raise RunnerError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
        return total

    def _outputs(self, row: int, folder: Path, connections: Connections) -> list[str]:
        """The keys of a row's outputs that count: its result names them."""
        bucket, run = connections.to(self._container.bucket), self._container.after
        key = contract.result_key(run, row)
        file = folder / "result.json"
        try:
            bucket.download(key, file)
        except RunnerError as error:
            why = f"Row {row} of {run} has no result that can be read. `fargo results {run}` tells more."
            raise RunnerError(f"{why} {error}") from error
        try:
            return [output["key"] for output in json.loads(file.read_bytes())["outputs"]]
        except (ValueError, KeyError, TypeError) as error:
            text = f"{key} is damaged. Run the row again with `fargo retry {run}`, or submit {run} anew."
            raise RunnerError(text) from error
        finally:
            file.unlink()


def _below(key: str, prefix: str) -> PurePosixPath:
    """The file's path in the row's folder; a key that leads out of it is none of the runner's."""
    path = PurePosixPath(key[len(prefix) :])
    if not key.startswith(prefix) or path.is_absolute() or not path.parts or ".." in path.parts:
        raise RunnerError(f"{key} is no output below {prefix}. Submit that run anew.")
    return path
