"""Changes on disk, in the order in which they were made, and the large bodies that they brought."""

import base64
import errno
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

LARGE = 64 * 1024
"""Bytes from which a body has a file of its own."""
_CHUNK = 1024 * 1024

Record = dict[str, Any]


class Body:
    """A stored body as moto's S3 reads it: a buffer whose bytes stay in their file.

    Attributes:
        name: its content's hash.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    @property
    def name(self) -> str:
        """The name of its file, which is its content's hash."""
        return self._path.name

    def open(self) -> BinaryIO:
        """A file of its own to read it from."""
        return self._path.open("rb")

    def seek(self, offset: int) -> int:
        """Read from `offset` next."""
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, or all."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            data = file.read(size)
        self._at += len(data)
        return data

    def close(self) -> None:
        """Nothing to do: no file stays open."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Large bodies, each in a file named by the hash of its content: what is there twice is kept once."""

    folder: Path

    def store(self, chunks: Iterable[bytes]) -> Body:
        """Keep the bytes of `chunks`."""
        self.folder.mkdir(exist_ok=True)
        draft, digest = self.folder / f"{threading.get_ident()}.new", hashlib.sha256()
        with draft.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
        draft.replace(self.folder / digest.hexdigest())
        return self.get(digest.hexdigest())

    def get(self, name: str) -> Body:
        """What was stored under `name`."""
        return Body(self.folder / name)

    def keep_only(self, names: set[str]) -> None:
        """Remove all others."""
        if self.folder.exists():
            for file in self.folder.iterdir():
                if file.name not in names:
                    file.unlink()


def chunks(file: Any, size: int) -> Iterator[bytes]:
    """The next `size` bytes of `file`, a piece at a time."""
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        size -= len(chunk)
        yield chunk


class Journal:
    """One file, a record a line, the first of which says what wrote it.

    A record is with the operating system when `append` returns: it outlives the process, however that
    ends, though not a machine that loses power. A line that was cut off is none: nobody had its answer.
    """

    def __init__(self, path: Path, about: Record) -> None:
        self.path = path
        self._about = about
        self._file: BinaryIO | None = None

    def records(self) -> Iterator[Record]:
        """All there are, the first one too; what is cut off behind them is removed.

        Where more than one line cannot be read, the whole file is kept beside itself, as `….damaged`.
        """
        if not self.path.exists():
            return
        end = 0
        with self.path.open("rb") as file:
            for line in file:
                record = _parsed(line)
                if record is None:
                    break
                end += len(line)
                yield record
            if file.read(1):
                shutil.copyfile(self.path, self.damaged)
        os.truncate(self.path, end)

    @property
    def damaged(self) -> Path:
        """Where a file is kept that was damaged in its midst; beside the journal's folder."""
        return self.path.parent.with_name(f"{self.path.parent.name}-{self.path.name}.damaged")

    def append(self, record: Record) -> None:
        """Write `record`.

        Raises:
            OSError: it cannot be written, and nothing of it was.
        """
        if self._file is None:
            self._file = self.path.open("ab", buffering=0)
            if not self._file.tell():
                self._put(self._file, _line(self._about))
        self._put(self._file, _line(record))

    def _put(self, file: Any, line: bytes) -> None:
        end = file.tell()
        written = 0
        try:
            written = file.write(line)
        finally:
            if written != len(line):
                os.truncate(self.path, end)
        if written != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to play."""
        return self._file is None and not self.path.exists()

    def remove(self) -> None:
        """Close it, and its file is gone."""
        if self._file:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)


def text_or_base64(body: bytes) -> Record:
    """A small body as a record holds it."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def small_body(record: Record) -> bytes:
    """What `text_or_base64` was given."""
    if "base64" in record:
        return base64.b64decode(record["base64"])
    return str(record.get("body", "")).encode()


def _line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> Record | None:
    if not line.endswith(b"\n"):
        return None
    try:
        record: Record = json.loads(line)
    except ValueError:
        return None
    return record
