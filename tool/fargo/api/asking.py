"""What a Python program asks for → what the library takes: rows, sizes, durations."""

import datetime as dt
import json
import operator
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from numbers import Integral, Real
from pathlib import Path
from typing import Any, SupportsFloat, SupportsIndex, TypeAlias, TypeVar

from fargo.errors import UsageError
from fargo.model import units

T = TypeVar("T")

Source: TypeAlias = str | os.PathLike[str]
Over: TypeAlias = Source | Iterable[Source] | Iterable[Mapping[str, Any]]

OVER = "over"


@contextmanager
def sources(over: Over | None) -> Iterator[tuple[str, ...]]:
    """The values of `--over` that say the same; none for None.

    Rows that are mappings are written, one at a time, as JSON Lines into a folder that goes at the end. What
    is refused there is named by its place in `over`, from 1, instead of a file's line.

    Raises:
        UsageError: `over` is empty, or a row is no mapping of names to what JSON can hold.
    """
    if over is None or isinstance(over, str | os.PathLike):
        yield (os.fspath(over),) if over is not None else ()
        return
    if isinstance(over, Mapping):
        raise UsageError(
            f"{OVER} is one mapping, and each row is one", f"give a list of them: {OVER}=[{{…}}, {{…}}]"
        )
    items = iter(over)
    first = next(items, None)
    if first is None:
        raise UsageError(f"no rows in {OVER}", "a run needs one row or more")
    if isinstance(first, str | os.PathLike):
        yield tuple(_source(item) for item in chain((first,), items))
        return
    with tempfile.TemporaryDirectory(prefix="fargo-rows-") as folder:
        file = Path(folder) / "rows.jsonl"
        # What is no UTF-8 is refused where the rows are read, as that of any file.
        with file.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as lines:
            for number, row in enumerate(chain((first,), items), 1):
                lines.write(_line(row, number))
        try:
            yield (str(file),)
        except UsageError as error:
            error.message = error.message.replace(f"{file}, line ", f"{OVER}, row ").replace(str(file), OVER)
            raise


def _source(item: object) -> str:
    if isinstance(item, str | os.PathLike):
        return str(os.fspath(item))
    raise UsageError(f"{OVER} has sources, and {item!r} among them", "give sources, or rows; not both")


def _line(row: object, number: int) -> str:
    place = f"{OVER}, row {number}"
    if not isinstance(row, Mapping):
        raise UsageError(f"{place}: {row!r} is no mapping", 'each row is one, such as {"photo": "a.jpg"}')
    if not row:
        raise UsageError(f"{place}: it is empty", "each row has a column at least")
    for name in row:
        if not isinstance(name, str):
            raise UsageError(f"{place}: the name {name!r} is no text", "each column has a name")
    try:
        return json.dumps(dict(row), ensure_ascii=False, allow_nan=False, default=_written) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        hint = "text, numbers, paths, dates, None, and lists and dicts of them can"
        raise UsageError(f"{place}: a value cannot be written as JSON: {error}", hint) from None


def _written(value: object) -> str | int | float:
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Integral):  # numpy's, and what else counts as a number without being Python's own
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"{type(value).__name__} {value!r}")


def unit(name: str, read: Callable[[str], T], value: object) -> T:
    """A size or a duration as people write it.

    Args:
        name: of the argument.
        read: raises a ValueError that says what it wants.

    Raises:
        UsageError: the value is none.
    """
    try:
        return read(str(value))
    except ValueError as error:
        raise UsageError(f"{name}: {value!r} is not {error}") from None


def memory(value: str | None) -> int | None:
    """`2 GiB` → MiB."""
    return None if value is None else unit("memory", units.mebibytes, value)


def seconds(value: str | int | None) -> int | None:
    """`15m`, or seconds → seconds."""
    return None if value is None else unit("timeout", units.seconds, value)


def number(value: SupportsFloat | None) -> float | None:
    """A number, also where it is numpy's."""
    return None if value is None else float(value)


def counts(**given: SupportsIndex | None) -> dict[str, int | None]:
    """Numbers of things, by what they are called: 1 or more each, also where they are numpy's.

    Raises:
        UsageError: names which is none.
    """
    return {name: None if value is None else count(name, value) for name, value in given.items()}


def count(name: str, value: SupportsIndex) -> int:
    """One of them; as `counts`."""
    try:
        found = operator.index(value)
    except TypeError:
        raise UsageError(f"{name}: {value!r} is no whole number") from None
    if found < 1:
        raise UsageError(f"{name}: {found} is less than 1")
    return found


def texts(name: str, values: Iterable[object]) -> tuple[str, ...]:
    """Each value as text.

    Raises:
        UsageError: it is a text itself, whose letters nobody means.
    """
    if isinstance(values, str):
        raise UsageError(f"{name}: {values!r} is one text", f"give a list: [{values!r}]")
    return tuple(str(value) for value in values)
