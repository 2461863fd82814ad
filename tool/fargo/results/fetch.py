"""A run's results on this disk: a table of its rows, and their outputs, whole and verified."""

import hashlib
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Self

from fargo.errors import AwsError, AwsNotFound
from fargo.model import naming
from fargo.results.folder import IN_THE_WAY, Folder, unwritable
from fargo.results.ordered import THREADS, WINDOW
from fargo.results.records import Output, RowResult, records
from fargo.results.standing import Standing
from fargo.results.summary import Summary, Summing
from fargo.results.table import Table

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from fargo.aws.store import Store
    from fargo.model.run import Run

TABLE = "results.csv"
FAILED_TABLE = "failed.csv"
OUTPUT = "output"
REPLACED = "PreconditionFailed"
TICK = 0.25
"""Seconds after which a progress is told although no file has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a fetch is. Files and bytes are known as the rows that have them are read.

    Attributes:
        rows: read so far, of `all_rows`.
        files: fetched, or there already; `kept` counts the latter alone.
        bytes: of files that are there, and what has arrived of others.
    """

    rows: int
    all_rows: int
    files: int
    all_files: int
    bytes: int
    all_bytes: int
    kept: int
    lost: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A file, or a row's result, that cannot be had.

    Attributes:
        why: a sentence.
    """

    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch came to.

    Attributes:
        table: the name of the table in the folder.
    """

    table: str
    summary: Summary
    progress: Progress


FetchEvent = RowResult | Progress | Lost


def fetch(
    store: "Store",
    run: "Run",
    found: Standing,
    folder: Path,
    *,
    failed: bool = False,
    outputs: bool = True,
) -> Generator[FetchEvent, None, Fetched]:
    """Write the table and fetch the rows' outputs; what is there already, and right, stays.

    Args:
        store: the workspace bucket.
        run: the run.
        found: how its rows stand.
        folder: where to: the table, and `output/<row>/…`.
        failed: only the rows that have not succeeded, in a table of their own, `failed.csv`.
        outputs: without them it is the table alone.

    Returns:
        What the rows amount to, and how much was fetched.

    Raises:
        FargoError: the folder cannot be written, its disk is full, another process writes there.
        AwsError: AWS is out of reach or refuses; the next call goes on from what was fetched.
    """
    summing, table = Summing(), FAILED_TABLE if failed else TABLE
    rows = ~found.succeeded if failed else None
    count = run.rows if rows is None else len(rows)
    try:
        with (
            Folder(folder) as inside,
            inside.new(table) as file,
            store.threads(THREADS) as pool,
            _Files(store, run.id, inside, count, pool) as files,
        ):
            lines = Table(file, run.columns)
            for record in records(store, run, found, rows):
                summing.add(record)
                lines.add(record)
                yield record
                yield from files.take(record, outputs=outputs)
            yield from files.rest()
            lines.finish()
    except OSError as error:
        raise unwritable(error, folder) from error
    return Fetched(table, summing.summary(), files.progress())


def check_whole(lost: int) -> None:
    """Make sure that nothing was lost: files and results of rows, as `Progress.lost` counts them.

    Raises:
        AwsError: some is gone or damaged in the bucket; the rest has been fetched.
    """
    if lost:
        raise AwsError(
            f"{lost} of the files and results that should be there could not be had; all others could",
            "run those rows again, or ask who changed the bucket",
        )


class _Files:
    """The files of rows on their way: some hundreds at once, in order of row.

    Args:
        into: where they go.
        rows: how many rows there are to come.
        pool: threads of the store; they outlive this, which tells them to stop.
    """

    def __init__(self, store: "Store", run: str, into: Folder, rows: int, pool: "ThreadPoolExecutor") -> None:
        self._store, self._run, self._into, self._all_rows, self._pool = store, run, into, rows, pool
        self._rows = self._files = self._all_files = self._kept = self._lost = 0
        self._bytes = self._all_bytes = 0
        self._lock = Lock()  # what the threads count: files, kept, bytes
        self._stop = Event()
        self._waiting: deque[Future[Lost | None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def progress(self) -> Progress:
        """How far it is now."""
        with self._lock:
            return Progress(
                rows=self._rows,
                all_rows=self._all_rows,
                files=self._files,
                all_files=self._all_files,
                bytes=self._bytes,
                all_bytes=self._all_bytes,
                kept=self._kept,
                lost=self._lost,
            )

    def take(self, record: RowResult, *, outputs: bool) -> Iterator[Lost | Progress]:
        """Begin a row's files; tells of those that have ended meanwhile."""
        self._rows += 1
        if record.damaged:
            yield self._count(Lost(record.row, record.damaged))
        for output in record.outputs if outputs else ():
            self._all_files += 1
            self._all_bytes += output.size
            self._waiting.append(self._pool.submit(self._one, record.row, output))
            yield from self._settle(WINDOW)
        yield from self._settle(WINDOW)
        yield self.progress()

    def rest(self) -> Iterator[Lost | Progress]:
        """Wait for all that were begun."""
        yield from self._settle(0)

    def _settle(self, most: int) -> Iterator[Lost | Progress]:
        """Take the files off the list that have ended, and wait until no more than `most` are on it."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0].done()):
            if wait([self._waiting[0]], TICK).done and (lost := self._waiting.popleft().result()):
                yield self._count(lost)
            if len(self._waiting) >= most:
                yield self.progress()

    def _count(self, lost: Lost) -> Lost:
        self._lost += 1
        return lost

    def _one(self, row: int, output: Output) -> Lost | None:
        """One file, in a thread; returns why it cannot be had, where the others can."""
        try:
            name = _name(self._run, row, output.key)
            if self._into.holds(name, output.size, output.sha256):
                with self._lock:
                    self._bytes += output.size
                    self._kept += 1
            else:
                self._fetch(name, output)
        except _Refused as refused:
            return Lost(row, f"{output.key} {refused}")
        except AwsNotFound:
            return Lost(row, f"{output.key} is in the result, and gone from the bucket")
        except AwsError as error:
            if error.code != REPLACED:
                raise
            return Lost(row, f"{output.key} was replaced while it was fetched")
        except OSError as error:
            if error.errno not in IN_THE_WAY:
                raise
            return Lost(row, f"{output.key} cannot be written: {error.strerror}")
        with self._lock:
            self._files += 1
        return None

    def _fetch(self, name: Sequence[str], output: Output) -> None:
        with self._into.new(*name) as file, closing(self._store.chunks(output.key)) as chunks:
            size, digest = 0, hashlib.sha256()
            for chunk in chunks:
                self._arrived(len(chunk))
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            if size != output.size:
                raise _Refused(f"has {size} bytes, and {output.size} in the result")
            if digest.hexdigest() != output.sha256:
                raise _Refused("has another SHA-256 than in the result")

    def _arrived(self, size: int) -> None:
        if self._stop.is_set():
            raise _Refused("is not waited for any more")
        with self._lock:
            self._bytes += size


class _Refused(Exception):
    """A file that cannot be had: what its key is followed by in a sentence."""


def _name(run: str, row: int, key: str) -> tuple[str, ...]:
    """Where an object goes below the folder.

    Raises:
        _Refused: its key is not one of the row's outputs, or names no file below their folder.
    """
    prefix = naming.output_prefix(run, row)
    parts = key.removeprefix(prefix).split("/")
    if not key.startswith(prefix) or any(part in {"", ".", ".."} or "\0" in part for part in parts):
        raise _Refused("is refused: it names no file below the row's own folder")
    return (OUTPUT, str(row), *parts)
