"""The objects that rows want as files: fetched before the command, removed after it."""

from __future__ import annotations

import os
import shutil
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Iterator, Sequence

from fargo_runner import scratch
from fargo_runner.contract import RunnerError
from fargo_runner.rows import Fetched

if TYPE_CHECKING:
    from pathlib import Path

    from fargo_runner.rows import Row
    from fargo_runner.service import Connections

_SCHEME = "s3://"


@dataclass
class _Shared:
    """An object that is wanted more than once; it stays until the last has had it."""

    path: Path
    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)


class Inputs:
    """What the rows of one container want.

    Files are read-only: an object that several rows want is fetched once, and each gets a link to it.

    Args:
        rows: all that the container will run.
        columns: those that hold addresses like `s3://bucket/key`.

    Attributes:
        root: the folder that all lie below.

    Raises:
        RunnerError: nowhere in the container may files be written.
    """

    def __init__(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        self._columns = columns
        self.root = scratch.make_folder("inputs")
        wanted = Counter(url for row in rows for _, url in self._of(row))
        several = [(url, count) for url, count in wanted.items() if count > 1]
        self._shared = {
            url: _Shared(self.root / f"shared-{number}" / "object", count)
            for number, (url, count) in enumerate(several)
        }

    @contextmanager
    def of(self, row: Row, connections: Connections) -> Iterator[Fetched]:
        """The row's values while its files are there.

        Raises:
            RunnerError: a value is no address of an object, or the object cannot be fetched.
        """
        folder = self.root / str(row.number)
        try:
            values, total = dict(row.values), 0
            for number, (column, url) in enumerate(self._of(row)):
                path, size = self._file(url, folder / str(number), connections, where=f"{column} is {url!r}")
                values[column], total = str(path), total + size
            yield Fetched(values, total)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._release(row)

    def close(self) -> None:
        """Remove all that was fetched."""
        shutil.rmtree(self.root, ignore_errors=True)

    def _of(self, row: Row) -> list[tuple[str, str]]:
        """The row's columns that want an object: name and address."""
        return [(column, row.values[column]) for column in self._columns if row.values.get(column)]

    def _file(self, url: str, folder: Path, connections: Connections, *, where: str) -> tuple[Path, int]:
        """Fetch one object into a folder: its path and the bytes that this took."""
        bucket, _, key = url[len(_SCHEME) :].partition("/")
        name = key.rpartition("/")[2]
        if not url.startswith(_SCHEME) or not bucket or not name or not _is_text(url):
            raise RunnerError(f"{where}, which names no object. Write s3://bucket/key.")
        # Under another name these two would be the folder itself, or the one above it.
        path = folder / (name if name not in (".", "..") else "input")
        shared = self._shared.get(url)
        try:
            folder.mkdir(parents=True)
            if not shared:
                return path, _fetch(connections, bucket, key, path)
            size = 0
            with shared.lock:
                if not shared.path.exists():
                    shared.path.parent.mkdir(exist_ok=True)
                    size = _fetch(connections, bucket, key, shared.path)
                os.link(shared.path, path)
        except OSError as error:
            raise RunnerError(f"{path} cannot be written: {error.strerror}.") from error
        return path, size

    def _release(self, row: Row) -> None:
        for _, url in self._of(row):
            if shared := self._shared.get(url):
                with shared.lock:
                    shared.left -= 1
                    if not shared.left:
                        shared.path.unlink(missing_ok=True)


def _fetch(connections: Connections, bucket: str, key: str, path: Path) -> int:
    size = connections.to(bucket).download(key, path)
    path.chmod(scratch.READ_ONLY)
    return size


def _is_text(text: str) -> bool:
    """Whether it can be a path and part of an address."""
    with suppress(UnicodeEncodeError):
        return bool(text.encode()) and "\0" not in text
    return False
