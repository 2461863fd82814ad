"""`{column}`, `{row}`, `{run}`, `{output}`, `{after}` in a command's arguments.

The runner fills them in (`fargo_runner.task.fill`), by the same rules: `{name}` is a placeholder where the
name is a word or one of the row's columns; `{{name}}` is a literal `{name}`; `${HOME}`, `{}`, JSON and
every other brace stay as they are.
"""

import re
from collections.abc import Iterable, Sequence

ALWAYS = ("row", "run", "output")
"""Placeholders that have a value in every run."""
FIXED = (*ALWAYS, "after")
"""Those that no column has: `{after}` has a value in a run that comes after another."""

WORD = r"[A-Za-z_][A-Za-z0-9_-]*"


def placeholders(arguments: Sequence[str], columns: Iterable[str] = ()) -> tuple[str, ...]:
    """The names that the arguments want a value for, each once, in their order.

    Args:
        columns: names that count although they are no words, such as `file name`.
    """
    names = "|".join([*map(re.escape, sorted(columns, key=len, reverse=True)), WORD])
    pattern = re.compile(rf"\{{\{{(?:{names})\}}\}}|(?<!\$)\{{({names})\}}")
    found = (match[1] for argument in arguments for match in pattern.finditer(argument))
    return tuple(dict.fromkeys(name for name in found if name))
