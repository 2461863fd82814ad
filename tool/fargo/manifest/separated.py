"""CSV as RFC 4180 says, and TSV as its registration at IANA says (it knows no quotes)."""

import re
from collections.abc import Iterator

from fargo.manifest.lines import ROW_MAX
from fargo.manifest.place import refusal
from fargo.manifest.row import Header, Row

_PLAIN = re.compile(r'[^",\r\n]*')
_INSIDE = re.compile(r'[^"]*+(?:""[^"]*+)*+')
_ENDS = ("", "\n", "\r\n", "\r")


def csv_rows(lines: Iterator[tuple[int, str]], source: str) -> Iterator[Row]:
    """The rows below the header.

    Args:
        lines: numbered, with their ends.

    Raises:
        UsageError: the header or a row is not as the standard says.
    """
    return _rows(lines, source, ",", '"')


def tsv_rows(lines: Iterator[tuple[int, str]], source: str) -> Iterator[Row]:
    """The same of TSV: a tab always separates, and a quote is a character like any other."""
    return _rows(lines, source, "\t", "")


def _rows(lines: Iterator[tuple[int, str]], source: str, separator: str, quote: str) -> Iterator[Row]:
    """One generator, without a call a row: this is where a million rows spend their time."""
    header, width, begun, some = None, 0, 0, False
    for number, line in lines:
        if quote and quote in line:
            values = _Record(source, number, line, lines).values()
        elif text := line.rstrip("\r\n"):
            values = text.split(separator)
        else:
            continue
        if len(values) == width:
            some = True
            yield header, number, values  # type: ignore[misc] # its width is 0 until it is there
        elif header is None:
            header = Header(source, _names(values, number, source))
            width, begun = len(values), number
        else:
            raise _ragged(header, number, values)
    if header is None:
        raise refusal(source, 0, "it is empty", "the first line names the columns, each further one is a row")
    if not some:
        raise refusal(source, begun, "a header, and no rows", "each line below it is a row")


def _ragged(header: Header, number: int, values: list[str]) -> Exception:
    width = len(header.names)
    have = f"{len(values)} value{'s' * (len(values) != 1)}"
    text = f"{have} where the header has {width}"
    return refusal(header.source, number, text, _hint(values, width))


def _hint(values: list[str], width: int) -> str:
    return "a value with a comma or a line break in it goes in double quotes" if len(values) > width else ""


def _names(names: list[str], number: int, source: str) -> tuple[str, ...]:
    for at, name in enumerate(names):
        if not name:
            text = f"the header's name {at + 1} of {len(names)} is empty"
            raise refusal(source, number, text, "each column has a name: commands and variables go by it")
        if name in names[:at]:
            raise refusal(source, number, f"two columns are called {name!r}", "rename one of them")
    return tuple(names)


class _Record:
    """A record with quotes in it, which may go over several lines."""

    def __init__(self, source: str, number: int, line: str, lines: Iterator[tuple[int, str]]) -> None:
        self._source, self._number, self._line, self._lines = source, number, line, lines
        self._at = 0

    def values(self) -> list[str]:
        found = []
        while True:
            quoted = self._line.startswith('"', self._at)
            found.append(self._quoted() if quoted else self._plain())
            if not self._line.startswith(",", self._at):
                break
            self._at += 1
        if self._line[self._at :] in _ENDS:
            return found
        if quoted:
            hint = 'a quote within a quoted value is written twice: ""'
            raise self._refusal("text after the closing quote", hint)
        hint = 'the whole value goes in quotes, and a quote within it is written twice: "a ""b"""'
        raise self._refusal("a quote within a value that does not begin with one", hint)

    def _plain(self) -> str:
        match = _PLAIN.match(self._line, self._at)
        self._at = match.end() if match else self._at
        return match[0] if match else ""

    def _quoted(self) -> str:
        opened = self._refusal("the quote that opens here is never closed", "close it, or leave it out")
        self._at += 1
        parts, size = [], 0
        while True:
            match = _INSIDE.match(self._line, self._at)
            part = match[0] if match else ""
            parts.append(part)
            size += len(part)
            self._at += len(part)
            if self._line.startswith('"', self._at):
                self._at += 1
                return "".join(parts).replace('""', '"')
            following = next(self._lines, None)
            # Bounded, so that a stray quote does not gather a file of gigabytes.
            if following is None or size > ROW_MAX:
                raise opened
            (self._number, self._line), self._at = following, 0

    def _refusal(self, message: str, hint: str) -> Exception:
        return refusal(self._source, self._number, message, hint, column=self._at + 1)
