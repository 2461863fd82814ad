"""Which columns there are, and whether the command and `inputs` find theirs."""

import difflib
from collections.abc import Collection, Sequence

from fargo.errors import UsageError
from fargo.manifest.place import refusal
from fargo.manifest.row import Header
from fargo.model import naming, template

COLUMNS_MAX = 1_000
_SEPARATORS = (";", "\t", "|", ",")
"""Of files that are called CSV or TSV and are none, such as a spreadsheet's where commas are decimal."""
NAME_MAX = 255
"""Bytes of a column's name: it becomes a variable's."""


def check_command(arguments: Sequence[str], columns: Collection[str] = ()) -> tuple[str, ...]:
    """The columns that a command wants.

    Args:
        columns: all there are; none for a job without rows.

    Raises:
        UsageError: it wants one that is not there, or a placeholder has two meanings.
    """
    names = template.placeholders(arguments, columns)
    for name in names:
        if name in template.FIXED and name in columns:
            raise UsageError(
                f"{{{name}}} is fargo's own placeholder, and there is a column {name} too", _RENAME
            )
        if name not in template.FIXED and name not in columns:
            raise UsageError(f"the command wants {{{name}}}{_there(columns)}", _hint(name, columns))
    return tuple(name for name in names if name not in template.FIXED)


_RENAME = "rename the column"


def _there(columns: Collection[str]) -> str:
    if not columns:
        return ", and the job has no rows"
    shown = [*columns][:20]
    more = f" and {len(columns) - 20} more" if len(columns) > len(shown) else ""
    return f", and the columns are {', '.join(shown)}{more}"


def _hint(name: str, columns: Collection[str]) -> str:
    literal = f"{{{{{name}}}}} writes it literally"
    if not columns:
        return f"give rows with --over, or: {literal}"
    only = next(iter(columns)) if len(columns) == 1 else ""
    if separator := next((each for each in _SEPARATORS if name in only.split(each)), ""):
        return f"{separator!r} seems to separate its columns: a CSV has commas there, a TSV tabs"
    near = difflib.get_close_matches(name, columns, n=1)
    return f"did you mean {{{near[0]}}}? {literal}" if near else literal


class Columns:
    """The columns seen so far, in order of first appearance.

    Args:
        command: its arguments, with placeholders.
        inputs: columns that each row must have.
    """

    def __init__(self, command: Sequence[str], inputs: Sequence[str]) -> None:
        self._command, self._inputs = command, inputs
        self._variables: dict[str, str] = {}
        self._first: tuple[Header, int] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._variables.values())

    def take(self, header: Header, line: int) -> None:
        """Take in the columns of the row at this line.

        Raises:
            UsageError: a name cannot be, or this row or an earlier one has not what is wanted.
        """
        known = set(self._variables.values())
        for name in header.names:
            if name not in known:
                self._add(name, header, line)
        wanted = self._wanted(header, line)
        for name in wanted:
            if name not in header.names:
                raise self._missing(name, header, line)
            if name not in known and self._first:
                raise self._missing(name, *self._first)
        self._first = self._first or (header, line)

    def _wanted(self, header: Header, line: int) -> tuple[str, ...]:
        try:
            return (*check_command(self._command, self.names), *self._inputs)
        except UsageError as error:
            raise refusal(header.source, line, error.message, error.hint) from None

    def _add(self, name: str, header: Header, line: int) -> None:
        variable = naming.column_variable(name)
        if (other := self._variables.get(variable)) is not None:
            text = f"the columns {other!r} and {name!r} would both be the variable {variable}"
            raise refusal(header.source, line, text, "rename one of them")
        if len(name.encode()) > NAME_MAX:
            raise refusal(header.source, line, f"a column's name of over {NAME_MAX} bytes: {name[:40]!r}…")
        if len(self._variables) >= COLUMNS_MAX:
            hint = "are its keys data? make them values"
            raise refusal(header.source, line, f"more than {COLUMNS_MAX:,} different columns", hint)
        self._variables[variable] = name

    def _missing(self, name: str, header: Header, line: int) -> Exception:
        why = "inputs name" if name in self._inputs else "the command wants"
        text = f"no column {name!r}, which {why}{_there(header.names)}"
        near = difflib.get_close_matches(name, header.names, n=1)
        return refusal(header.source, line, text, f"did you mean {near[0]}?" if near else "")
