"""The columns of a run's rows: read from its manifest in pieces, however large that is."""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from fargo.errors import AwsError
from fargo.model import naming

if TYPE_CHECKING:
    from fargo.aws.store import Store
    from fargo.model.run import Run

SPAN = 8192
"""Entries of the index that are read at once."""
PIECE = 2**20
"""Bytes of the manifest that are read at once; a longer row is read whole."""
_ENTRY = struct.calcsize(naming.OFFSET)
_ROW = msgspec.json.Decoder(dict[str, str])

Columns = Mapping[str, str]


def columns(store: "Store", run: "Run", rows: Iterable[int]) -> Iterator[Columns]:
    """The columns of each of `rows`, which ascend; empty where the run has no manifest.

    Raises:
        AwsError: AWS is out of reach or refuses; the manifest is gone or damaged.
    """
    if not run.manifest:
        yield from ({} for _ in rows)
        return
    for span in _spans(rows):
        first = span[0]
        offsets = _offsets(store, run.id, first, span[-1])
        for piece in _pieces(span, offsets):
            begin, end = offsets[piece[0] - first], offsets[piece[-1] - first + 1]
            text = store.get_range(naming.manifest_key(run.id), begin, end)
            for row in piece:
                line = text[offsets[row - first] - begin : offsets[row - first + 1] - begin]
                yield _decoded(line, run.id, row)


def _spans(rows: Iterable[int]) -> Iterator[list[int]]:
    """Rows that lie so near to each other that their part of the index is read by one call."""
    span: list[int] = []
    for row in rows:
        if span and row - span[0] >= SPAN:
            yield span
            span = []
        span.append(row)
    if span:
        yield span


def _offsets(store: "Store", run: str, first: int, last: int) -> Sequence[int]:
    """Where the rows from `first` to `last` begin, and where the last of them ends."""
    body = store.get_range(naming.index_key(run), first * _ENTRY, (last + 2) * _ENTRY)
    if len(body) != (last + 2 - first) * _ENTRY:
        raise AwsError(f"{naming.index_key(run)} is damaged: it ends before row {last} does", _HINT)
    offsets = [entry[0] for entry in struct.iter_unpack(naming.OFFSET, body)]
    if any(begin >= end for begin, end in pairwise(offsets)):
        raise AwsError(f"{naming.index_key(run)} is damaged between rows {first} and {last}", _HINT)
    return offsets


def _pieces(span: Sequence[int], offsets: Sequence[int]) -> Iterator[list[int]]:
    """Rows whose lines lie within `PIECE` bytes."""
    piece: list[int] = []
    for row in span:
        if piece and offsets[row - span[0] + 1] - offsets[piece[0] - span[0]] > PIECE:
            yield piece
            piece = []
        piece.append(row)
    yield piece


def _decoded(line: bytes, run: str, row: int) -> Columns:
    try:
        return _ROW.decode(line)
    except msgspec.MsgspecError as error:
        raise AwsError(f"{naming.manifest_key(run)} is damaged in row {row}: {error}", _HINT) from error


_HINT = "somebody wrote over it: no submit changes a manifest"
