"""A row on its way from a source to the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What rows have in common: rows that follow each other with the same columns share one.

    Attributes:
        source: as the user named it.
        names: of the columns.
    """

    source: str
    names: tuple[str, ...]


# A bare tuple, because a million of them pass: its header, its line in the source, its values.
Row = tuple[Header, int, Sequence[str]]
