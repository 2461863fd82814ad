"""The table of `docs/explain.md` is the one that the tests produce."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from explained_failures import FAILURES, REAL, Failure
from monitor_driving import UPDATE

from fargo.explain.rules import RULES

DOCS = Path(__file__).parents[2] / "docs" / "explain.md"
LONGEST = 110


def produced(failure: Failure) -> str:
    """How the local AWS made it, in short."""
    *lines, last = failure.script
    if "oom" in last:
        return "killed for memory, exit 137"
    if "exit" in last:
        said = [_code(line.get("err", line.get("out", ""))) for line in lines[-1:]]
        return " ".join([f"exit {last['exit']}", *(f"after {line}" for line in said)])
    (step, reason) = next(iter(last.items()))
    if step not in ("fail", "stopped"):
        return f"FARGO_SCRIPT {_code(json.dumps(list(failure.script)))}"
    return f"{'did not start' if step == 'fail' else 'ended'}: {_code(reason)}"


def _code(words: str) -> str:
    cut = words if len(words) <= LONGEST else f"{words[: LONGEST // 2]} … {words[-LONGEST // 2 :]}"
    return f"`{cut.replace('`', '').replace('|', '/')}`"


def table() -> str:
    """A line a failure."""
    rows = [
        f"| {_name(failure)} | {produced(failure)} | {failure.cause.replace('|', '/')} |"
        for failure in FAILURES
    ]
    return "\n".join(["| rule | produced by | what fargo says |", "|---|---|---|", *rows, ""])


def real() -> str:
    """A line a failure of a real container."""
    rows = [f"| `{each.rule}` | {each.how} | {each.cause} |" for each in REAL]
    return "\n".join(["| rule | produced by | what fargo says |", "|---|---|---|", *rows, ""])


def _name(failure: Failure) -> str:
    return f"`{failure.rule}`" if failure.rule else "none"


@pytest.mark.parametrize(("kind", "made"), [("failures", table), ("real", real)])
def test_the_tables_are_what_fargo_says(kind: str, made: Callable[[], str]) -> None:
    begin, end = f"<!-- {kind}: written by a test -->\n", f"<!-- {kind}: end -->"
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    old, after = rest.split(end)
    if os.environ.get(UPDATE):
        DOCS.write_text(f"{before}{begin}{made()}{end}{after}", encoding="utf-8")
    else:
        assert old == made(), f"{UPDATE}=1 writes it anew"


def test_every_rule_is_named() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [rule.id for rule in RULES if f"`{rule.id}`" not in text] == []
