"""Bytes → lines of text: UTF-8 or UTF-16, and LF, CRLF or CR, in blocks, so that length costs no memory."""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import IO

from fargo.manifest.place import refusal

BLOCK = 1 << 16
"""Characters read at once."""
ROW_MAX = 1_000_000
"""Bytes of a row: what a container can be given in arguments and environment, generously."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONG = "a row is passed to a command: name a file in it instead of holding its content"
# Bytes that are no UTF-8 are read as U+DC80 to U+DCFF, so that the line that has them can be named.
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def numbered(stream: IO[bytes], source: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers from 1 and their ends.

    Args:
        source: what an error calls it.

    Raises:
        UsageError: bytes that are no text, NUL, or a line over `ROW_MAX`.
    """
    return enumerate(chain.from_iterable(_blocks(stream, source)), 1)


def _blocks(stream: IO[bytes], source: str) -> Iterator[list[str]]:
    """Whole lines, some hundred at a time."""
    text, encoding = _text(stream)
    try:
        yield from _split(text, source, encoding)
    finally:
        if not text.closed:
            text.detach()  # standard input stays open


def _split(text: io.TextIOWrapper, source: str, encoding: str) -> Iterator[list[str]]:
    rest, number = "", 1
    while True:
        try:
            read = text.read(BLOCK)
        except UnicodeDecodeError as error:
            raise refusal(source, number, f"the text is cut off: it is no {encoding}") from error
        # Not str.splitlines: it ends lines at U+2028, form feeds and others too.
        lines = io.StringIO(rest + read, newline="").readlines()
        # A CR may be the first half of a CRLF.
        rest = lines.pop() if read and lines and not lines[-1].endswith("\n") else ""
        if len(rest) > ROW_MAX:
            raise refusal(source, number + len(lines), f"a line over {ROW_MAX:,} characters", _LONG)
        if _suspicious(read):
            _check([*lines, rest], number, source, encoding)
        if lines:
            yield lines
        if not read:
            return
        number += len(lines)


def _text(stream: IO[bytes]) -> tuple[io.TextIOWrapper, str]:
    """The stream as text by its byte order mark, and what the encoding is called."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var] # gzip's and ours read as raw streams do
    if buffered.peek(2)[:2] in _UTF16:
        return io.TextIOWrapper(buffered, "utf-16", errors="surrogatepass", newline=""), "UTF-16"
    return io.TextIOWrapper(buffered, "utf-8-sig", errors="surrogateescape", newline=""), "UTF-8"


def _suspicious(text: str) -> bool:
    """Whether it has what `_check` looks for; this is the quick way to know that it has not."""
    if text.isascii():
        return "\0" in text
    return _NOT_TEXT.search(text) is not None


def _check(lines: list[str], number: int, source: str, encoding: str) -> None:
    """Refuse what no argument of a command can hold.

    Args:
        number: of the first of the lines.
    """
    for at, line in enumerate(lines, number):
        if found := _NOT_TEXT.search(line):
            code, column = ord(found[0]), found.start() + 1
            if not code:
                hint = "is it a text file?"
                raise refusal(source, at, "a NUL, which no argument can hold", hint, column=column)
            bad = f"byte 0x{code - 0xDC00:02x}" if encoding == "UTF-8" else f"half a character, U+{code:04X}"
            hint = "save it as UTF-8, or convert it: `iconv -f LATIN1 -t UTF-8 OLD > NEW`"
            raise refusal(source, at, f"{bad} is no {encoding}", hint, column=column)
