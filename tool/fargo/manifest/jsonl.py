"""JSON Lines: an object a line, its values as text."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from fargo.manifest.place import refusal
from fargo.manifest.row import Header, Row

_BYTE = re.compile(r"^(?:JSON is malformed: )?(.*?)(?: \(byte (\d+)\))?$")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TEXTS = msgspec.json.Decoder(dict[str, str])
_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw])


def jsonl_rows(lines: Iterator[tuple[int, str]], source: str) -> Iterator[Row]:
    """The rows: strings as they are, numbers as they are spelt, null as empty text, nested ones as JSON.

    Raises:
        UsageError: a line is no JSON object, or says a key twice.
    """
    header = Header(source, ())
    for number, line in lines:
        if not line.strip(" \t\r\n"):
            continue
        row = _object(line, number, source)
        if "\\u0000" in line:
            _check_nul(row, number, source)
        names = tuple(row)
        if names != header.names:
            _check_names(names, number, source)
            header = Header(source, names)
        yield header, number, tuple(row.values())
    if not header.names:
        raise refusal(source, 0, "it has no rows", 'each line is one, such as {"photo": "a.jpg"}')


def _object(line: str, number: int, source: str) -> dict[str, str]:
    try:
        row = _TEXTS.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return _any_object(line, number, source)
    # Each key and each text has two quotes: more of them, and a key was there twice.
    if line.count('"') == 4 * len(row):
        return row
    return _any_object(line, number, source)


def _any_object(line: str, number: int, source: str) -> dict[str, str]:
    """The same where values are not all texts, or a key might be there twice."""

    def once(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            twice = next(name for at, name in enumerate(names) if name in names[:at])
            raise refusal(source, number, f"the key {twice!r} is there twice", "rename one of them")

    try:
        row = {name: _text(bytes(value)) for name, value in _RAW.decode(line).items()}
        json.loads(line, object_pairs_hook=once, parse_int=str, parse_float=str)
    except RecursionError:
        raise refusal(source, number, "the JSON is nested too deep") from None
    except msgspec.ValidationError:
        hint = 'each line is one row, such as {"photo": "a.jpg"}'
        raise refusal(source, number, "no JSON object", hint) from None
    except msgspec.DecodeError as error:
        raise _malformed(line, number, source, str(error)) from None
    return row


def _text(raw: bytes) -> str:
    match raw[:1]:
        case b'"':
            return str(msgspec.json.decode(raw))
        case b"n":
            return ""
        case b"{" | b"[":
            return msgspec.json.format(raw, indent=-1).decode()
        case _:
            return raw.decode()


def _malformed(line: str, number: int, source: str, said: str) -> Exception:
    if surrogate := _SURROGATE.search(line):
        text = f"no JSON: {surrogate[0]}… is half a character, or what follows is wrong"
        return refusal(source, number, text, column=surrogate.start() + 1)
    match = _BYTE.match(said)
    what, byte = match.groups() if match else (said, None)
    column = len(line.encode()[: int(byte)].decode(errors="ignore")) + 1 if byte else 0
    return refusal(source, number, f"no JSON: {what}", "each line is one whole JSON object", column=column)


def _check_nul(row: dict[str, str], number: int, source: str) -> None:
    for name, value in row.items():
        if "\0" in name or "\0" in value:
            raise refusal(source, number, f"a NUL in {name!r}, which no argument can hold", "leave it out")


def _check_names(names: tuple[str, ...], number: int, source: str) -> None:
    if not names:
        raise refusal(source, number, "an object without keys", "each row has a column at least")
    if "" in names:
        raise refusal(
            source, number, "an empty key", "each column has a name: commands and variables go by it"
        )
