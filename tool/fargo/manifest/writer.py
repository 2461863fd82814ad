"""Rows → `manifest.jsonl` and `manifest.idx`, checked, in bounded memory."""

import hashlib
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

import msgspec

from fargo.manifest.columns import Columns
from fargo.manifest.inputs import Inputs
from fargo.manifest.lines import ROW_MAX
from fargo.manifest.place import refusal
from fargo.manifest.row import Header, Row

VALUE_MAX = 100_000
"""Bytes of a value. Linux takes 128 KiB for one argument or variable (execve(2), MAX_ARG_STRLEN)."""
BATCH = 1 << 18
"""Bytes that are written at once."""

_encode = msgspec.json.Encoder().encode
Tell = Callable[[int], None]


class Writer:
    """Writes rows.

    Args:
        jsonl: the manifest's lines.
        index: where each begins, and the end.
        inputs: None where no column names files.
    """

    def __init__(self, jsonl: IO[bytes], index: IO[bytes], columns: Columns, inputs: Inputs | None) -> None:
        self._jsonl, self._index, self._columns, self._inputs = jsonl, index, columns, inputs
        self._hash = hashlib.sha256()
        self.rows = 0

    @property
    def sha256(self) -> str:
        """Of the lines so far."""
        return self._hash.hexdigest()

    def write(self, rows: Iterator[Row], tell: Tell) -> None:
        """Write them all.

        Args:
            tell: called now and then with how many there are.

        Raises:
            UsageError: one cannot be: its place, and why.
        """
        header, shape, inputs = None, None, self._inputs
        batch: list[bytes] = []
        begins = array("Q")
        end = 0
        for row, line, values in rows:
            if row is not header:
                self._columns.take(row, line)
                if header is None or row.names != header.names:
                    shape = _shape(row.names)
                header = row
            try:
                if inputs:
                    values = inputs.resolve(row, line, values)  # noqa: PLW2901 # the row with addresses
                text = _encode(shape(*values))  # type: ignore[misc] # the first header has set it
            except UnicodeEncodeError:
                raise _not_text(row, line, values) from None
            size = len(text)
            if size > VALUE_MAX:
                _check(row, line, values)
            batch.append(text)
            begins.append(end)
            end += size + 1
            if end - begins[0] > BATCH:
                self._flush(batch, begins, tell)
                batch, begins = [], array("Q")
        self._flush(batch, begins, tell)
        self._put_index(array("Q", [end]))

    def _flush(self, batch: list[bytes], begins: "array[int]", tell: Tell) -> None:
        data = b"\n".join([*batch, b""])
        self._jsonl.write(data)
        self._hash.update(data)
        self._put_index(begins)
        self.rows += len(batch)
        tell(self.rows)

    def _put_index(self, offsets: "array[int]") -> None:
        """As `naming.OFFSET` says: big-endian."""
        if sys.byteorder == "little":
            offsets.byteswap()
        self._index.write(offsets.tobytes())


def _shape(names: tuple[str, ...]) -> Callable[..., Any]:
    """What makes an object of a row's values: a struct where it can be, for it is encoded twice as fast."""
    fields = [(f"f{at}", str) for at in range(len(names))]
    rename = {field: name for (field, _), name in zip(fields, names, strict=True)}
    try:
        return msgspec.defstruct("Row", fields, rename=rename, gc=False)
    except ValueError:  # a name with a quote, a backslash or a control character
        return lambda *values: dict(zip(names, values, strict=True))


def _not_text(header: Header, line: int, values: Sequence[str]) -> Exception:
    bad = next(value for value in values if not _is_text(value))
    text = f"{bad!r} is not UTF-8, and a command's rows are text"
    return refusal(header.source, line, text, "rename the file" if not line else "")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check(header: Header, line: int, values: Sequence[str]) -> None:
    """Refuse what is too long to be passed to a command."""
    hint = "put it into a file, and name that in the row"
    total = 0
    for name, value in zip(header.names, values, strict=True):
        size = len(value.encode())
        total += size
        if size > VALUE_MAX:
            text = f"the value in {name!r} has {size:,} bytes; a command can be given {VALUE_MAX:,}"
            raise refusal(header.source, line, text, hint)
        if "\0" in value:
            raise refusal(
                header.source, line, f"a NUL in {name!r}, which no argument can hold", "leave it out"
            )
    if total > ROW_MAX:
        raise refusal(header.source, line, f"the row has {total:,} bytes; {ROW_MAX:,} are allowed", hint)
