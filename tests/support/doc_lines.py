"""Whether a line of the documentation is a command line of the program: parsed, not run."""

import re
import shlex
from collections.abc import Iterator

import click

from fargo.cli.app import cli
from fargo.cli.options import Everywhere

PLACEHOLDERS = {
    "N": "3",
    "SIZE": "2 GiB",
    "T": "15m",
    "IMAGE": "python:3.13-slim",
    "COMMAND": "submit",
    "ARGS": "--samples 3",
    "SHELL": "bash",
    "DIR": "folder",
}
"""What a page writes for a value → one that the program takes. RUN, JOB, FILE and the like are names as good as others."""


def problem(line: str, *, whole: bool = True) -> str:
    """What is wrong with a line that begins with `fargo`; empty where nothing is.

    Args:
        line: as a page has it, perhaps with the brackets of a synopsis.
        whole: whether it must be complete. Prose names a command, or one with an option, without the rest.
    """
    try:
        words = [PLACEHOLDERS.get(word, word) for word in shlex.split(line)][1:]
        _parse(words)
    except (click.MissingParameter, click.exceptions.NoArgsIsHelpError) as error:
        return error.format_message() if whole else ""
    except click.BadOptionUsage as error:
        return "" if "requires an argument" in error.message and not whole else error.message
    except click.ClickException as error:
        return error.format_message()
    except click.exceptions.Exit:  # --help, --version
        return ""
    return ""


def _parse(words: list[str]) -> None:
    command: click.Command = cli
    parent, name = None, "fargo"
    while True:
        parent = command.make_context(name, list(words), parent, obj=Everywhere())
        words = [*parent._protected_args, *parent.args]
        if not isinstance(command, click.Group):
            return
        found, next_command, words = command.resolve_command(parent, words)
        assert next_command is not None
        assert found is not None
        command, name = next_command, found


def synopses(text: str) -> Iterator[str]:
    """The command lines that a synopsis stands for: with all that is in brackets, with each side of a `|`."""
    text = re.sub(r"\s*…", "", re.split(r"\s[>|]\s", text)[0])
    if re.search(r"\[|[\w=]\|", text) is None:
        yield text
        return
    text = text.replace("[:ROW]", ":0").replace("[", " ").replace("]", " ")
    words = [word.split("|") for word in text.split()]
    for turn in range(max(map(len, words))):
        yield " ".join(each[min(turn, len(each) - 1)] for each in words)


def fargo_lines(text: str) -> Iterator[str]:
    """The calls of fargo in a line of shell."""
    for part in shell_parts(text):
        words = part.split()
        if words[:1] == ["fargo"]:
            yield part.strip()


def shell_parts(text: str) -> list[str]:
    """A line cut at what the shell itself reads, such as `&&` and `|`; not within quotes."""
    lexer = shlex.shlex(text, posix=False, punctuation_chars="&|;<>()")
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("&|;<>()"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [" ".join(part) for part in parts]


def every_option() -> set[str]:
    """Every option of every command."""
    found: set[str] = set()

    def walk(command: click.Command) -> None:
        for param in command.params:
            found.update(param.opts, param.secondary_opts)
        for each in getattr(command, "commands", {}).values():
            walk(each)

    walk(cli)
    return found | {"--help", "--version"}
