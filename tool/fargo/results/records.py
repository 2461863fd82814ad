"""What each row came to: its result object and its columns, in order of row."""

import json
import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import tee
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from fargo.errors import AwsError, AwsNotFound
from fargo.model import naming
from fargo.results.columns import columns
from fargo.results.ordered import in_order
from fargo.results.standing import RowState, Standing

if TYPE_CHECKING:
    from fargo.aws.store import Store
    from fargo.model.run import Run

Count = Annotated[int, msgspec.Meta(ge=0)]


class Output(msgspec.Struct, frozen=True):
    """A file that the row's command left, as an object.

    Attributes:
        size: bytes.
        sha256: of its content, in hexadecimal.
    """

    key: str
    size: Count
    sha256: str


class Host(msgspec.Struct, frozen=True):
    """The machine that ran the row, as far as the container could see it.

    Attributes:
        cpu: its processor's model.
        arch: such as `x86_64`.
    """

    name: str = ""
    cpu: str = ""
    arch: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A result object as the runner writes it; what a newer runner adds is passed over.

    Attributes:
        attempt: AWS Batch's, counted from 1 in each wave.
        exit_code: the command's; 128 + N where signal N ended it.
        problem: why the row failed where its command did not, a sentence.
        seconds: wall time of the command.
        bytes_in: what the runner fetched for the command; `bytes_out`: what it uploaded after it.
    """

    row: int
    wave: int = 1
    attempt: int = 1
    job_id: str = ""
    exit_code: int | None = None
    signal: int | None = None
    problem: str | None = None
    seconds: float | None = None
    peak_memory_bytes: int | None = None
    cpu_seconds: float | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    host: Host | str | None = None
    outputs: tuple[Output, ...] = ()


class RowResult(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a run, and what it came to.

    Attributes:
        measured: what its result object says, or that of its last failure; None where it left none.
        damaged: why that object cannot be read, a sentence; else empty.
        columns: the row's own values by name; empty where rows are only numbers.
    """

    row: int
    state: RowState
    measured: Measured | None = None
    damaged: str = ""
    columns: Mapping[str, str] = {}

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The files that count: other objects below the row's prefix are leftovers of failed attempts."""
        return self.measured.outputs if self.measured else ()

    @property
    def problem(self) -> str:
        """What stands against the row besides its exit code."""
        return self.damaged or (self.measured.problem or "" if self.measured else "")

    @property
    def host(self) -> Host:
        """Where it ran; empty where that is not known."""
        host = self.measured.host if self.measured else None
        return Host(name=host) if isinstance(host, str) else host or Host()


_MEASURED = msgspec.json.Decoder(Measured)


def records(
    store: "Store", run: "Run", found: Standing, rows: Iterable[int] | None = None
) -> Generator[RowResult, None, None]:
    """Read results, many at once; in memory are some hundreds of them, however many rows there are.

    Args:
        store: the workspace bucket.
        run: the run.
        found: how its rows stand.
        rows: which of them, ascending; all of the run's by default.

    Raises:
        AwsError: AWS is out of reach or refuses, or the manifest is gone or damaged.
    """

    def read(row: int) -> dict[str, Any]:
        return _read(store, run.id, row, found.state(row))

    for_results, for_columns = tee(range(run.rows) if rows is None else rows)
    texts = columns(store, run, for_columns)
    for fields in in_order(store, read, for_results):
        yield RowResult(**fields, columns=next(texts))


def measured(store: "Store", run: str, rows: Iterable[int]) -> Iterator[Measured]:
    """What these rows measured, many at once, of those that left a result that can be read.

    A row's last failure counts where it has not succeeded.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    kinds = ((naming.result_prefix, naming.result_key), (naming.failed_prefix, naming.failed_key))
    there = [key for prefix, key in kinds if next(store.objects(prefix(run)), None)]

    def read(row: int) -> Measured | None:
        for key in there:
            with suppress(AwsNotFound, ValueError, RecursionError):
                return _decoded(store.get(key(run, row)))
        return None

    return (found for found in in_order(store, read, rows if there else ()) if found)


def _read(store: "Store", run: str, row: int, state: RowState) -> dict[str, Any]:
    fields: dict[str, Any] = {"row": row, "state": state}
    if state is RowState.MISSING:
        return fields
    key = naming.result_key(run, row) if state is RowState.SUCCEEDED else naming.failed_key(run, row)
    try:
        measured = _decoded(store.get(key))
    except AwsNotFound:
        return fields | {"damaged": f"{key} was listed, and is gone"}
    except (ValueError, RecursionError) as error:
        return fields | {"damaged": f"{key} is damaged: {error}"}
    if measured.row != row:
        return fields | {"damaged": f"{key} is damaged: it is of row {measured.row}"}
    return fields | {"measured": measured}


def _decoded(body: bytes) -> Measured:
    """A result; file names that are no UTF-8 come as halves of surrogate pairs, which msgspec refuses.

    Raises:
        ValueError: it is none (msgspec's errors and json's are ValueErrors).
    """
    try:
        return _MEASURED.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(body, parse_float=_number, parse_constant=_number), Measured)


def _number(text: str) -> float:
    """Python's own reader takes NaN and Infinity, which JSON has not, and of 1e999 makes the latter."""
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no number")
    return number


def result_of(store: "Store", run: str, *, row: int) -> dict[str, Any] | None:
    """A row's result object, or that of its last failure where it has not succeeded; None without either.

    What `Measured` has of it is of the types that stand there; all else is as its writer put it.

    Args:
        store: the workspace bucket.
        run: the run's id.
        row: counted from 0; a job without rows is row 0.

    Raises:
        AwsError: AWS is out of reach or refuses, or the object is damaged.
    """
    for key in (naming.result_key(run, row), naming.failed_key(run, row)):
        with suppress(AwsNotFound):
            content = store.get(key)
            try:
                _decoded(content)
                found: dict[str, Any] = json.loads(content)
            except (ValueError, RecursionError) as error:
                text = f"the result {key} is damaged: {error}"
                raise AwsError(text, "somebody wrote over it: run the row again") from error
            return found
    return None
