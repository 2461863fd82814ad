"""Changes on disk, in the order in which they were made, and the large bodies that they brought."""

import base64
import hashlib
import json
import os
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
        draft, digest = self.folder / "new", hashlib.sha256()
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
        """All there are, the first one too; what is cut off behind them is removed."""
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
        os.truncate(self.path, end)

    def append(self, record: Record) -> None:
        """Write `record`."""
        if self._file is None:
            is_new = not self.path.exists() or not self.path.stat().st_size
            self._file = self.path.open("ab", buffering=0)
            if is_new:
                self._file.write(_line(self._about))
        self._file.write(_line(record))

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
