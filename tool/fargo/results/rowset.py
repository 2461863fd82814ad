"""A set of a run's rows at one bit each."""

from collections.abc import Iterable, Iterator

_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


class RowSet:
    """Which of the rows 0…N-1 are in it: N/8 bytes, whatever is in it.

    Args:
        rows: N.
        members: rows that are in it from the start.
    """

    __slots__ = ("_bytes", "rows")

    def __init__(self, rows: int, members: Iterable[int] = ()) -> None:
        self.rows = rows
        self._bytes = bytearray(-(-rows // 8))
        for row in members:
            self.add(row)

    def add(self, row: int) -> None:
        """Put a row in; for one thread at a time."""
        self._bytes[row >> 3] |= 1 << (row & 7)

    def __contains__(self, row: int) -> bool:
        return bool(self._bytes[row >> 3] >> (row & 7) & 1)

    def __len__(self) -> int:
        return self._number().bit_count()

    def __iter__(self) -> Iterator[int]:
        """The rows in ascending order."""
        for place, byte in enumerate(self._bytes):
            for bit in _BITS[byte]:
                yield (place << 3) + bit

    def __sub__(self, other: "RowSet") -> "RowSet":
        return self._of(self._number() & ~other._number())

    def __or__(self, other: "RowSet") -> "RowSet":
        return self._of(self._number() | other._number())

    def __invert__(self) -> "RowSet":
        return self._of(self._number() ^ ((1 << self.rows) - 1))

    def _number(self) -> int:
        return int.from_bytes(self._bytes, "little")

    def _of(self, number: int) -> "RowSet":
        made = RowSet(self.rows)
        made._bytes[:] = number.to_bytes(len(made._bytes), "little")
        return made
