"""The output folder: what is in it, and its way into the bucket."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Iterator

from fargo_runner.contract import RunnerError
from fargo_runner.payload import Payload

if TYPE_CHECKING:
    from concurrent.futures import Future

    from fargo_runner.s3 import Bucket

_CONNECTIONS = 8
"""Small files wait for answers, not for the network: a few at once hide that."""


@dataclass(frozen=True)
class Stored:
    """An object that S3 has confirmed."""

    key: str
    size: int
    sha256: str


def files(folder: Path, warn: Callable[[str], None]) -> Iterator[tuple[Path, str]]:
    """The files of a folder as (path, name relative to it with `/`), folder by folder in order of name.

    A link to a file counts as that file. What has no content of its own to keep (sockets,
    pipes, links to folders or to nowhere) is named to `warn` and left out.

    Raises:
        OSError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    for root, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        here = Path(root)
        for path in sorted(here / name for name in (*names, *folders)):
            if path.is_file():
                yield path, path.relative_to(folder).as_posix()
            elif path.is_symlink() or not path.is_dir():
                warn(f"{str(path)!r} is no file: left out of the outputs.")


class Uploader:
    """Uploads files over a few connections at once.

    Args:
        own: the calling thread's connection to the bucket.
        connect: gives a new one.
        prefix: what each key begins with, ending in `/`.
        share: how many uploaders work at the same time: the connections are split among them.
    """

    def __init__(self, own: Bucket, connect: Callable[[], Bucket], prefix: str, *, share: int = 1) -> None:
        self._connect, self._prefix = connect, prefix
        self._width = max(1, _CONNECTIONS // share)
        self._own = threading.local()
        self._own.bucket = own
        self._buckets: list[Bucket] = []

    def folder(self, folder: Path, warn: Callable[[str], None]) -> list[Stored]:
        """Upload every file of a folder.

        Args:
            folder: what the command left.
            warn: takes a sentence about a file that is left out.

        Returns:
            What was stored, folder by folder; empty where there is no such folder.

        Raises:
            RunnerError: a file cannot be read or stored; others may have been stored.
        """
        if not folder.exists():
            return []
        try:
            found = list(files(folder, warn))
            return self._all(found) if len(found) > 1 else [self._file(*each) for each in found]
        except OSError as error:
            raise RunnerError(f"{error.filename} cannot be read: {error.strerror}.") from error
        finally:
            for bucket in self._buckets:
                bucket.close()

    def _all(self, found: list[tuple[Path, str]]) -> list[Stored]:
        # Imported here: many a job leaves one file or none.
        from concurrent.futures import ThreadPoolExecutor

        waiting: list[Future[Stored]] = []
        with ThreadPoolExecutor(min(self._width, len(found))) as pool:
            try:
                waiting += [pool.submit(self._file, *each) for each in found]
                return [future.result() for future in waiting]
            finally:
                # After a failure nothing more is begun; after success there is nothing to cancel.
                for future in waiting:
                    future.cancel()

    def _file(self, path: Path, name: str) -> Stored:
        key = self._prefix + name
        try:
            key.encode()
        except UnicodeEncodeError as error:
            raise RunnerError(f"{name!r} is no UTF-8, which S3 needs. Let the command rename it.") from error
        payload = Payload.of_file(path)
        self._bucket().put(key, payload)
        return Stored(key, payload.size, payload.sha256)

    def _bucket(self) -> Bucket:
        """This thread's own connection."""
        bucket: Bucket | None = getattr(self._own, "bucket", None)
        if bucket is None:
            bucket = self._own.bucket = self._connect()
            self._buckets.append(bucket)
        return bucket
