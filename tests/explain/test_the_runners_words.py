"""The runner's words that the rules look for are those that it says."""

import ast
import re
from pathlib import Path

import pytest

from fargo.explain.rule import Rule
from fargo.explain.rules.runner import RUNNER

SOURCE = Path(__file__).parents[2] / "image" / "runner" / "fargo_runner"
NOT_ITS_OWN = {"runner-disk", "runner"}
"""The kernel's words, and any words at all."""


def said() -> str:
    """All text in the runner's source; parts of one sentence are one, with nothing for what is put into them."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in SOURCE.glob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return "\n".join(node.value for node in nodes if isinstance(node.value, str))


@pytest.mark.parametrize(
    "rule", [rule for rule in RUNNER if rule.id not in NOT_ITS_OWN], ids=lambda rule: str(rule.id)
)
def test_the_runner_says_what_a_rule_looks_for(rule: Rule) -> None:
    words = rule.log.partition(r"\. )?")[2]
    longest = max(re.split(r"[^A-Za-z ,'/`-]+", words), key=len).strip()
    assert len(longest) > 8
    assert longest in said()
