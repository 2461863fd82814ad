"""The project's own checkov policies catch what they promise, and let the rest pass.

A fixture is named after its policy and holds resources named `good` and `bad_…`.
"""

from pathlib import Path

import pytest
from policy_scan import Scan, Verdict

FIXTURES = Path(__file__).parent / "fixtures"
IDS = sorted(path.stem for path in FIXTURES.glob("*.tf"))


@pytest.fixture(scope="module")
def verdicts(scan: Scan) -> list[Verdict]:
    return [verdict for verdict in scan(FIXTURES) if verdict.policy == verdict.file.stem]


def resources(policy: str, prefix: str) -> set[str]:
    """The fixture's resources, as `type.name`, whose name begins so."""
    lines = (FIXTURES / f"{policy}.tf").read_text().splitlines()
    parts = [line.split('"') for line in lines if line.startswith("resource ")]
    return {f"{part[1]}.{part[3]}" for part in parts if part[3].startswith(prefix)}


def test_every_policy_has_a_fixture(policy_ids: list[str]) -> None:
    assert policy_ids == IDS


@pytest.mark.parametrize("policy", IDS)
def test_a_policy_catches_every_bad_resource(policy: str, verdicts: list[Verdict]) -> None:
    bad = resources(policy, "bad_")
    assert bad
    assert {v.resource for v in verdicts if v.policy == policy and not v.passed} == bad


@pytest.mark.parametrize("policy", IDS)
def test_a_policy_lets_a_good_resource_pass(policy: str, verdicts: list[Verdict]) -> None:
    kinds = {resource.partition(".")[0] for resource in resources(policy, "bad_")}
    # Some policies forbid kinds of resources: of another kind they say nothing.
    judged = {good for good in resources(policy, "good") if good.partition(".")[0] in kinds}
    assert {v.resource for v in verdicts if v.policy == policy and v.passed} == judged
