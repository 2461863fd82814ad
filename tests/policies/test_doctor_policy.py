"""The policies that `fargo doctor --policy` prints, under parliament."""

from types import SimpleNamespace
from typing import Any

import pytest
from document_rules import findings

from fargo.doctor import permissions, policy
from fargo.doctor.grant import Place

TOLERATED = {
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION": "who deploys sets the bucket's policy; who runs jobs cannot",
}
"""What parliament says though it is as it must be → why."""


def project(bucket: str) -> Any:
    return SimpleNamespace(
        name="demo", state=SimpleNamespace(bucket=bucket), roles=SimpleNamespace(path="/teams/x/")
    )


def printed(bucket: str, *commands: str) -> dict[str, Any]:
    place = Place(project=project(bucket), partition="aws", region="eu-west-1", account_id="123456789012")
    return policy.document(permissions.of(commands, project(bucket)), place)


@pytest.mark.parametrize("bucket", ["", "our-states"])
@pytest.mark.parametrize(
    "commands", [tuple(permissions.COMMANDS), *((name,) for name in permissions.COMMANDS)]
)
def test_a_policy_is_one_that_iam_takes_and_as_narrow_as_it_can_be(
    commands: tuple[str, ...], bucket: str
) -> None:
    found = findings(printed(bucket, *commands))
    assert [each for each in found if each[0] not in TOLERATED] == []
