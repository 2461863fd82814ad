"""Every rule of `fargo explain`, on a failure that the local AWS produced and told over HTTP."""

import re

import pytest
from explained import Explainer
from explained_failures import FAILURES, Failure

from fargo.explain.rules import RULES

NOT_OF_A_CHILD = {"stopped", "child"}
"""Rules that an array's child does not show: `test_explaining.py` has them."""


@pytest.mark.parametrize(
    ("row", "failure"), list(enumerate(FAILURES)), ids=[each.rule or "unknown" for each in FAILURES]
)
def test_a_failure_is_told_by_its_cause_and_what_mends_it(
    failed: Explainer, row: int, failure: Failure
) -> None:
    (finding,) = failed.explain(row).findings
    assert (finding.rule, finding.cause, finding.jobs) == (failure.rule, failure.cause, 1)
    commands = [fix.command for fix in finding.fixes]
    assert not failure.fix or failure.fix.replace("RUN", failed.run.id).replace("ROW", str(row)) in commands


def test_every_rule_is_shown() -> None:
    shown = {failure.rule for failure in FAILURES}
    assert {rule.id for rule in RULES} - shown == NOT_OF_A_CHILD
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_what_a_fix_writes_into_a_policy_is_what_a_policy_takes() -> None:
    (rule,) = (rule for rule in RULES if rule.id == "not-authorized")
    assert all(re.search(rf"\b{key}\b", str(rule.fixes)) for key in ("Effect", "Action", "Resource"))
