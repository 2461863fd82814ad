"""What the doctor found: lines for people, and dictionaries for `--json`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fargo.doctor import Check, Section, Verdict
from fargo.view.text import plural, safe

if TYPE_CHECKING:
    from rich.text import Text

GLYPHS = {
    Verdict.OK: ("✔", "green"),
    Verdict.WARNING: ("⚠", "yellow"),
    Verdict.MISSING: ("✘", "red"),
    Verdict.UNKNOWN: ("?", "yellow"),
}
WORDS = {
    Verdict.MISSING: "missing",
    Verdict.WARNING: "warning",
    Verdict.UNKNOWN: "not told",
}


def lines(sections: Sequence[Section], completed: Callable[[str], str]) -> "Iterator[Text]":
    """A heading for each group, a line for each check, and its next step below it.

    Args:
        completed: gives the fargo commands in a text the options that were given.
    """
    from rich.text import Text

    for section in sections:
        yield Text(section.group.value, style="bold")
        checks = tuple(_merged(section.checks))
        for number, check in enumerate(checks):
            glyph, style = GLYPHS[check.verdict]
            yield Text.assemble((glyph, style), f" {safe(check.name)}: {_found(check)}")
            said_again = any(later.hint == check.hint for later in checks[number + 1 :])
            if check.hint and not said_again:
                yield Text(f"  → {safe(completed(check.hint))}")
        yield Text()
    yield Text(summary(sections))


def _merged(checks: Sequence[Check]) -> Iterator[Check]:
    """Those that say the same as one, where the first of them stands."""
    alike: dict[Check, list[str]] = {}
    for check in checks:
        alike.setdefault(replace(check, name=""), []).append(check.name)
    for check, names in alike.items():
        first, *others = names
        # `fargo ps, logs`, and not the program's name with each of them.
        short = [name.removeprefix("fargo ") for name in others]
        yield replace(check, name=", ".join(dict.fromkeys([first, *short])))


def _found(check: Check) -> str:
    needed = f" (needed: {check.needed})" if check.needed and check.verdict is not Verdict.OK else ""
    return safe(" ".join(check.found.split())) + needed


def summary(sections: Sequence[Section]) -> str:
    """How many of each verdict, the worst first."""
    verdicts = [check.verdict for section in sections for check in section.checks]
    parts = []
    for verdict, word in WORDS.items():
        count = verdicts.count(verdict)
        if count:
            parts.append(plural(count, word) if verdict is Verdict.WARNING else f"{count} {word}")
    fine = verdicts.count(Verdict.OK)
    return ", ".join([*parts, f"{fine} in order"])


def data(sections: Sequence[Section], completed: Callable[[str], str]) -> list[dict[str, Any]]:
    """The checks, one after the other."""
    return [
        {
            "group": section.group.value,
            "name": check.name,
            "verdict": check.verdict.value,
            "found": completed(check.found),
            "needed": check.needed,
            "hint": completed(check.hint),
        }
        for section in sections
        for check in section.checks
    ]
