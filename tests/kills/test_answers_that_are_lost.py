"""The real Terraform, where answers are lost: the provider sends a call again that has done its work already."""

from pathlib import Path

import killing
import pytest
from account import things
from faulty import control, faults
from local_aws import client, local_aws
from projects import REGION, write_project

LOST = ("AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress", "CreateNetworkAclEntry")

pytestmark = pytest.mark.terraform


def test_an_up_ends_well_where_answers_about_rules_are_lost(tmp_path: Path) -> None:
    file = write_project(tmp_path / "project") / "fargo.toml"
    lost = [{"service": "ec2", "operation": name, "kind": "drop_answer", "times": 1} for name in LOST]
    with local_aws() as endpoint, faults(endpoint, lost):
        with killing.start("-c", killing.UP, str(file), endpoint) as up:
            said, _ = up.communicate(timeout=400)
        assert [fault["hits"] for fault in control(endpoint, "GET")] == [1, 1, 1], said
        assert (up.returncode, "planned and applied once more" in said) == (0, True), said
        stands = things(lambda service: client(service, endpoint, REGION))
        assert {kind: len(stands[kind]) for kind in ("security groups", "network ACLs", "queues")} == {
            "security groups": 2, "network ACLs": 1, "queues": 2
        }  # fmt: skip
