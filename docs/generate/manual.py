"""The manual page fargo(1), in the macros of man(7)."""

import re
from collections.abc import Iterable

from generate import tree

from fargo import __version__


def page() -> str:
    """The whole page."""
    top = tree.root()
    return "\n".join(
        [
            '.\\" Written by docs/reference.py from the program itself: change its helps, not this file.',
            f'.TH FARGO 1 "" "fargo {__version__}" "fargo"',
            ".nh",  # a word that is broken cannot be copied
            ".ad l",
            ".SH NAME",
            f"fargo \\- {_text(top.paragraphs[0][0].lower() + top.paragraphs[0][1:].rstrip('.'))}",
            ".SH SYNOPSIS",
            _text(top.usage),
            ".SH DESCRIPTION",
            *_paragraphs(top.paragraphs[1:]),
            ".SH EXAMPLES",
            *_example(top.command.example_lines()),
            ".SH OPTIONS OF EVERY COMMAND",
            "Before or after the command's name.",
            *_list(tree.everywhere()),
            ".SH COMMANDS",
            *(line for entry in tree.entries() for line in _command(entry)),
            ".SH EXIT STATUS",
            *_list((str(code), means) for code, means in sorted(_branches())),
            ".SH FILES",
            *_list(
                [
                    ("fargo.toml", "The project: its image, its jobs, its stack. In this folder or above."),
                    (".fargo/", "Beside it: what is deployed, and the state where it is on this machine."),
                ]
            ),
            "",
        ]
    )


def _branches() -> Iterable[tuple[int, str]]:
    """Each code once: the first that has it says what it means."""
    return {code: means for code, means, _ in reversed(tree.exit_codes())}.items()


def _command(entry: tree.Entry) -> Iterable[str]:
    yield f".SS {_text(entry.path)}"
    yield f".B {_text(entry.usage)}"
    yield from _paragraphs(entry.paragraphs, first=False)
    yield from _list(entry.arguments)
    yield from _list(entry.options)
    if entry.command.examples:
        yield ".PP"
        yield from _example(entry.command.example_lines())


def _paragraphs(texts: Iterable[str], *, first: bool = True) -> Iterable[str]:
    for number, text in enumerate(texts):
        if number or not first:
            yield ".PP"
        yield _text(text)


def _list(records: Iterable[tuple[str, str]]) -> Iterable[str]:
    for name, words in records:
        yield from (".TP", f".B {_text(name)}", _text(words))


def _example(lines: Iterable[str]) -> Iterable[str]:
    return [".EX", *map(_text, lines), ".EE"]


def _text(text: str) -> str:
    """Text that troff prints as it is: no request, no escape, and hyphens that can be copied."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    escaped = escaped.replace("^", "\\(ha").replace("~", "\\(ti").replace('"', "\\(dq")
    return re.sub(r"^\.", "\\&.", escaped)
