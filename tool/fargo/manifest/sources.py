"""`--over VALUE` → where rows come from: files, globs, S3, standard input."""

import fnmatch
import glob
import gzip
import io
import re
import shlex
import sys
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast

from fargo.aws.store import Store
from fargo.errors import AwsNotFound, UsageError
from fargo.manifest.jsonl import jsonl_rows
from fargo.manifest.lines import numbered
from fargo.manifest.place import refusal
from fargo.manifest.row import Header, Row
from fargo.manifest.separated import csv_rows, tsv_rows

FORMATS = ("csv", "tsv", "jsonl", "lines")
STDIN = "-"
S3 = "s3://"
FILE, LINE = "file", "line"
"""The one column of files that are listed, and of plain lines."""

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "lines",
}
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Outside:
    """What sources may reach besides local files.

    Attributes:
        store: any bucket's, for `s3://` sources; None where AWS is not to be asked.
        stdin: read by `-`; None: the process's own.
    """

    store: Store | None = None
    stdin: IO[bytes] | None = None


def rows(over: Sequence[str], outside: Outside, format: str = "") -> Generator[Row, None, None]:  # noqa: A002 # the option's name
    """The rows of all sources, one source after the other.

    Args:
        over: the sources as the user names them.
        format: of `FORMATS`; overrules what a source's name says.

    Raises:
        UsageError: a source is not there, or not as its format says.
        AwsError: a source on S3 cannot be read.
    """
    if format and format not in FORMATS:
        raise UsageError(f"there is no format {format}", f"there are {', '.join(FORMATS)}")
    if over.count(STDIN) > 1:
        raise UsageError("--over - is there twice, and standard input can be read once", "leave one out")
    return _each([_reader(value, outside, format) for value in over])


def _each(readers: list[Callable[[], Iterator[Row]]]) -> Generator[Row, None, None]:
    for read in readers:
        yield from read()


def _reader(value: str, outside: Outside, format: str) -> Callable[[], Iterator[Row]]:  # noqa: A002 # the same
    kind = format or _kind(value)
    if value == STDIN:
        return lambda: _parsed(outside.stdin or sys.stdin.buffer, "standard input", kind or "lines")
    if value.startswith(S3):
        bucket, _, key = value.removeprefix(S3).partition("/")
        if not bucket or outside.store is None:
            raise UsageError(f"{value} names no bucket", "like s3://bucket/prefix/")
        store = outside.store.beside(bucket)
        if _WILD.search(key):
            inside = f"{S3}{bucket}/"
            return lambda: _found(
                _objects(value, store, key),
                lambda found: _from_s3(found, store, found.removeprefix(inside), format),
                format,
            )
        return (lambda: _from_s3(value, store, key, kind)) if kind else (lambda: _objects(value, store, key))
    if _WILD.search(value) and not Path(value).exists():
        return lambda: _found(_files(value), lambda found: _from_file(found, format), format)
    if not Path(value).is_file():
        if Path(value).is_dir():
            raise UsageError(f"--over {value}: it is a folder", f"its files: --over '{value.rstrip('/')}/**'")
        folder = shlex.quote(str(Path(value).absolute().parent))
        raise UsageError(f"--over {value}: it is not there", f"see what is: `ls {folder}`")
    return lambda: _from_file(value, kind or "lines")


def _found(found: Iterator[Row], read: Callable[[str], Iterator[Row]], format: str) -> Iterator[Row]:  # noqa: A002 # the same
    """What a pattern finds: a row each, or with a format the rows that are in each."""
    if not format:
        return found
    return _each([partial(read, values[0]) for _, _, values in found])


def _kind(value: str) -> str:
    """The format that a name says, with or without `.gz`; empty: none."""
    return _ENDINGS.get(Path(value.removesuffix(".gz")).suffix.lower(), "")


def _parsed(stream: IO[bytes], source: str, kind: str) -> Iterator[Row]:
    lines = numbered(stream, source)
    match kind:
        case "csv":
            return csv_rows(lines, source)
        case "tsv":
            return tsv_rows(lines, source)
        case "jsonl":
            return jsonl_rows(lines, source)
        case _:
            return _line_rows(lines, source)


def _line_rows(lines: Iterator[tuple[int, str]], source: str) -> Iterator[Row]:
    header, number = Header(source, (LINE,)), 0
    for number, line in lines:
        if value := line.rstrip("\r\n"):
            yield header, number, (value,)
    if not number:
        raise refusal(source, 0, "it is empty", "each line is a row")


def _from_file(path: str, kind: str) -> Iterator[Row]:
    try:
        with Path(path).open("rb") as opened, _unpacked(opened, path) as stream:
            yield from _parsed(stream, path, kind)
    except OSError as error:
        raise UsageError(f"--over {path}: it cannot be read: {error.strerror}") from error


def _from_s3(address: str, store: Store, key: str, kind: str) -> Iterator[Row]:
    try:
        with store.reader(key) as opened, _unpacked(opened, address) as stream:
            yield from _parsed(stream, address, kind)
    except AwsNotFound as error:
        raise UsageError(f"--over {address}: it is not there", f"list it: `aws s3 ls {address}`") from error


@contextmanager
def _unpacked(stream: IO[bytes] | io.RawIOBase, source: str) -> Iterator[IO[bytes]]:
    """The stream, unpacked where its name ends with `.gz`."""
    if not source.endswith(".gz"):
        yield cast("IO[bytes]", stream)  # a raw stream is buffered where it is read
        return
    try:
        with gzip.open(cast("IO[bytes]", stream)) as unpacked:
            yield cast("IO[bytes]", unpacked)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError(f"{source}: it is no whole gzip file: {error}", "check it: `gzip -t`") from error


def _files(pattern: str) -> Iterator[Row]:
    """The files that a pattern finds. Their names are held in memory, to be sorted."""
    found = sorted(path for path in glob.iglob(pattern, recursive=True) if Path(path).is_file())  # noqa: PTH207 # names stay as the pattern spells them
    if not found:
        raise UsageError(f"--over '{pattern}': no file fits", "`**` goes into folders, `*` does not")
    header = Header(pattern, (FILE,))
    return ((header, 0, (path,)) for path in found)


def _objects(address: str, store: Store, key: str) -> Iterator[Row]:
    wild = _WILD.search(key)
    header, some = Header(address, (FILE,)), False
    try:
        for name, size in store.objects(key[: wild.start()] if wild else key):
            folder = name.endswith("/") and not size
            if not folder and (not wild or fnmatch.fnmatchcase(name, key)):
                some = True
                yield header, 0, (f"{S3}{store.bucket}/{name}",)
    except AwsNotFound as error:
        raise UsageError(f"--over {address}: there is no such bucket") from error
    if not some:
        hint = f"list it: `aws s3 ls --recursive {address}`"
        raise UsageError(f"--over {address}: no object is there", hint)
