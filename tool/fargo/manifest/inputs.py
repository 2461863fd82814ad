"""Local files in `inputs` columns → the `s3://` address that their content will have."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fargo.manifest.place import refusal
from fargo.manifest.row import Header
from fargo.model import naming

S3 = "s3://"
_SCHEMA = """
create table files (path text primary key, key text not null) without rowid;
create table uploads (key text primary key, path text not null, size integer not null, sha256 text not null);
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """A local file, and the key that its content has earned."""

    path: str
    key: str
    size: int
    sha256: str


class Inputs:
    """Local inputs by content, in a database on disk: each file is read once, each content sent once.

    Args:
        path: the database, which is not there yet.
        bucket: the workspace's.
        columns: those that name inputs.
    """

    def __init__(self, path: Path, bucket: str, columns: Sequence[str]) -> None:
        self._bucket, self._columns = bucket, columns
        # No journal: a killed process leaves nothing that is wanted.
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(f"pragma journal_mode=off; pragma synchronous=off; {_SCHEMA}")

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def resolve(self, header: Header, line: int, values: Sequence[str]) -> Sequence[str]:
        """A row's values with the addresses of its local files in their place.

        Raises:
            UsageError: a file is not there, or cannot be read.
        """
        changed = list(values)
        for column in self._columns:
            at = header.names.index(column)
            value = values[at]
            if value and not value.startswith(S3):
                changed[at] = f"{S3}{self._bucket}/{self._key(header, line, column, value)}"
        return changed

    def totals(self) -> tuple[int, int]:
        """How many files are to be there, and their bytes."""
        files, size = self._database.execute(
            "select count(*), coalesce(sum(size), 0) from uploads"
        ).fetchone()
        return int(files), int(size)

    def uploads(self) -> Iterator[Upload]:
        """Each content once."""
        for found in self._database.execute("select path, key, size, sha256 from uploads"):
            yield Upload(*found)

    def _key(self, header: Header, line: int, column: str, path: str) -> str:
        known = self._database.execute("select key from files where path = ?", (path,)).fetchone()
        if known:
            return str(known[0])
        try:
            with Path(path).open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except (OSError, ValueError) as error:
            raise _unreadable(header, line, column, path, error) from None
        key = naming.input_key(sha256, Path(path).name)
        self._database.execute("insert into files values (?, ?)", (path, key))
        self._database.execute("insert or ignore into uploads values (?, ?, ?, ?)", (key, path, size, sha256))
        return key


def _unreadable(header: Header, line: int, column: str, path: str, error: Exception) -> Exception:
    why = error.strerror if isinstance(error, OSError) else "no path can be so"
    beside = Path(header.source).parent / path
    hint = "paths are taken from the current folder; s3:// ones stay as they are"
    if not os.path.exists(path) and os.path.exists(beside):  # noqa: PTH110 # a path that cannot be is not there
        hint = f"it is there beside {header.source}: run fargo in {beside.parent}, or write {beside}"
    return refusal(header.source, line, f"the file in {column!r} cannot be read: {path}: {why}", hint)
