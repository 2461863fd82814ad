"""From a container's positions to its rows, by ranged GETs whose number does not grow with the run."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Mapping

from fargo_runner import contract
from fargo_runner.contract import RunnerError

if TYPE_CHECKING:
    from typing import Iterator, Sequence

    from fargo_runner.s3 import Bucket
    from fargo_runner.task import Container


@dataclass(frozen=True)
class Row:
    """One row of a run.

    Attributes:
        number: from 0.
        values: column → text; empty where rows are only numbers.
    """

    number: int
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fetched:
    """A row's values as its command gets them.

    Attributes:
        bytes_in: what was fetched for it.
        after: the folder of another run's outputs; empty where the command wants none.
    """

    values: Mapping[str, str]
    bytes_in: int = 0
    after: str = ""


@dataclass(frozen=True)
class _Place:
    """Where a row lies in the manifest: its bytes from `begin` to before `end`."""

    row: int
    begin: int
    end: int


def are_stored(container: Container) -> bool:
    """Whether the rows have to be read; else they are what `positions` says."""
    return container.manifest or container.wave > 1


def read_rows(container: Container, bucket: Bucket) -> list[Row]:
    """The rows of a container, in at most two GETs in the first wave.

    In a later wave it is one GET for the container's part of the map, and one for each run of rows that
    lie side by side in the manifest.

    Raises:
        RunnerError: the wave ends before this container, or what is stored is damaged.
    """
    places = _mapped(container, bucket) if container.wave > 1 else _indexed(container, bucket)
    if not container.manifest:
        return [Row(place.row) for place in places]
    key = contract.manifest_key(container.run)
    return [row for group in _side_by_side(places) for row in _lines(bucket, key, group)]


def _indexed(container: Container, bucket: Bucket) -> list[_Place]:
    """The first wave: a row's number is its position."""
    positions, key = container.positions, contract.index_key(container.run)
    offsets = [
        offset for (offset,) in _entries(bucket, key, contract.OFFSET, positions[0], len(positions) + 1)
    ]
    return [_Place(row, *offsets[at : at + 2]) for at, row in enumerate(positions)]


def _mapped(container: Container, bucket: Bucket) -> list[_Place]:
    positions, key = container.positions, container.map
    entries = _entries(bucket, key, contract.MAP_ENTRY, positions[0], len(positions))
    return [_Place(*entry) for entry in entries]


def _entries(bucket: Bucket, key: str, form: str, first: int, count: int) -> list[tuple[int, ...]]:
    size = struct.calcsize(form)
    data = bucket.read(key, first * size, count * size)
    if len(data) != count * size:
        raise _damaged(key, "it ends before this container's entries")
    return list(struct.iter_unpack(form, data))


def _side_by_side(places: Sequence[_Place]) -> Iterator[list[_Place]]:
    group: list[_Place] = []
    for place in places:
        if group and group[-1].end != place.begin:
            yield group
            group = []
        group.append(place)
    yield group


def _lines(bucket: Bucket, key: str, places: Sequence[_Place]) -> Iterator[Row]:
    begin, end = places[0].begin, places[-1].end
    data = memoryview(bucket.read(key, begin, end - begin))
    for place in places:
        line = bytes(data[place.begin - begin : place.end - begin])
        try:
            values = json.loads(line)
        except ValueError:
            values = None
        texts = isinstance(values, dict) and all(isinstance(value, str) for value in values.values())
        if not line.endswith(b"\n") or not texts:
            raise _damaged(key, f"row {place.row} is no line of texts")
        yield Row(place.row, values)


def _damaged(key: str, why: str) -> RunnerError:
    return RunnerError(f"{key} is damaged: {why}. Submit the rows anew with `fargo submit`.")
