"""The generated parts of docs/commands.md and docs/project-file.md."""

import html
import json
import re
from collections.abc import Iterable, Sequence

from generate import tree

from fargo.config.job import JobSettings
from fargo.config.keys import Key, keys
from fargo.config.settings import TABLES, Head

MORE = {
    "fargo init": ("project-file.md", "the project file"),
    "fargo doctor": ("doctor.md", "what it looks at, and the policy"),
    "fargo plan": ("deploying.md#what-a-plan-says", "what a plan says, and plans in CI"),
    "fargo up": ("deploying.md", "the state, and what exists already"),
    "fargo build": ("images.md", "the image, and the runner in it"),
    "fargo submit": ("rows.md", "rows, packing, cost, what can go wrong meanwhile"),
    "fargo ps": ("watching.md#the-latest-runs", "what it looks at"),
    "fargo show": ("watching.md#what-show-tells", "what it tells"),
    "fargo logs": ("logs.md", "which lines, in which order"),
    "fargo explain": ("explain.md", "causes, and what fixes them"),
    "fargo wait": ("watching.md#following-a-run", "what is shown meanwhile"),
    "fargo monitor": ("monitor.md", "the screens and their keys"),
    "fargo results": ("rows.md#results", "the table's columns, and the files"),
    "fargo report": ("report.md", "what is on the page"),
    "fargo retry": ("rows.md#retrying", "which rows run again, and with what"),
    "fargo stop": ("rows.md#stopping", "what is stopped"),
    "fargo cost": ("cost.md", "whose prices, and what is estimated"),
    "fargo down": ("deploying.md#taking-it-down", "what goes, in which order, and what stays"),
    "fargo unlock": ("deploying.md#the-state", "the state and its lock"),
    "fargo local": ("local-aws.md", "the local AWS"),
    "fargo schema": ("project-file.md#in-an-editor", "editors, and the schema's version"),
    "fargo completion": ("#completion", "what is completed"),
}
"""Where a command's page goes on."""


_TYPED = re.compile(
    r"(?<![\w/-])--?[a-z][a-z-]*"  # an option
    r"|\b[A-Z]+_[A-Z_]*"  # a variable, or how one begins
    r'|\["[^]]+"\]'  # a list
    r"|\{[a-z]+\}"  # a placeholder
    r"|s3://[\w/*.]+|[A-Za-z]+\.(?:toml|csv|html)\b|pip install '[^']+'|'fargo\[\w+\]'"
)
"""What a help writes without backticks, because a terminal shows it as it is."""


def overview() -> str:
    """All commands, with a sentence each."""
    rows = [
        [f"[`{entry.path}`](#{_anchor(entry.path)})", prose(entry.command.short_help or "")]
        for entry in tree.entries()
    ]
    return table(("command", "does"), rows)


def everywhere() -> str:
    """The options of every command."""
    return _records("option", tree.everywhere())


def commands() -> str:
    """A section for each command."""
    return "\n\n".join(_section(entry) for entry in tree.entries())


def _section(entry: tree.Entry) -> str:
    pieces = entry.usage.removeprefix(entry.path).strip()
    parts = [f"### `{entry.path}`", *map(prose, entry.paragraphs), f"Usage: `{entry.path}` `{pieces}`"]
    if entry.command.examples:
        parts.append("```sh\n" + "\n".join(entry.command.example_lines()) + "\n```")
    if entry.arguments:
        parts.append(_records("argument", entry.arguments))
    if entry.options:
        parts.append(_records("option", entry.options))
    if entry.path in MORE:
        page, words = MORE[entry.path]
        parts.append(f"More: [{words}]({page}).")
    return "\n\n".join(parts)


def _anchor(title: str) -> str:
    return title.replace(" ", "-")


def exit_codes() -> str:
    """The table of exit codes."""
    rows = [
        [str(code), prose(means), f"`{error}`" if error else ""] for code, means, error in tree.exit_codes()
    ]
    return table(("code", "means", "in Python"), rows)


def settings(name: str) -> str:
    """The keys of one table of fargo.toml; those above the tables without a name."""
    declared = keys({"": Head, "jobs": JobSettings, **TABLES}[name])
    return table(("key", "type", "default", "allowed", "means"), [_setting(key) for key in declared])


def _setting(key: Key) -> list[str]:
    default = "must be there" if key.default is None else _toml(key.default)
    return [f"`{key.name}`", key.kind, default, prose(key.allowed), prose(key.meaning)]


def _toml(value: object) -> str:
    """A default as it would be written: JSON and TOML spell what there is alike."""
    return f"`{json.dumps(value)}`"


def _records(head: str, records: Iterable[tuple[str, str]]) -> str:
    return table((head, "does" if head == "option" else "is"), [[_code(a), prose(b)] for a, b in records])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of GitHub's Markdown."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def prose(text: str) -> str:
    """Text of a help as Markdown: what is typed is code, and the rest is shown as it is."""
    parts = text.split("`")
    parts[::2] = [_TYPED.sub(r"`\g<0>`", part) for part in parts[::2]]
    parts = "`".join(parts).split("`")
    parts[::2] = [re.sub(r"([*_|\[\]])", r"\\\1", html.escape(part, quote=False)) for part in parts[::2]]
    parts[1::2] = [part.replace("|", "\\|") for part in parts[1::2]]
    return "`".join(parts)
