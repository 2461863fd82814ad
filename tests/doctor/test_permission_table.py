"""What commands need, held against what they called: `called.json` is a whole life of a stack, recorded.

`tests/e2e/test_the_stack_cycle.py` holds the table against the calls of each life that it leads.
"""

import hashlib
import json
import re
from pathlib import Path

import pytest
from iam_actions import actions_of

from fargo.config import Project
from fargo.doctor import permissions, policy
from fargo.doctor.grant import Place, arns
from fargo.model import naming

CALLED = json.loads((Path(__file__).parent / "called.json").read_text(encoding="utf-8"))
UNCALLED = {
    "TagResource|UntagResource|TagRole|UntagRole|DeleteTags": "AWS asks for it where something is made with tags, or its tags change",
    "PassRole": "no call: AWS asks for it where a role is handed to a service",
    "AssociateVPCWithHostedZone": "no call of ours: AWS makes it for an endpoint's private name",
    "CreateGrant|RetireGrant": "no call of ours: Amazon ECR makes grants in the caller's name",
    "Decrypt|GenerateDataKey": "no call of ours: Amazon S3 asks for it in the caller's name",
    "Update.*|Modify.*|PutKeyPolicy|PutImage.*|AssociateKmsKey|PutRolePermissionsBoundary|DetachRolePolicy|RevokeSecurityGroupIngress|AuthorizeSecurityGroup.*": "a later change of the stack, or of others in it",
    "BatchCheckLayerAvailability|BatchGetImage|CompleteLayerUpload|InitiateLayerUpload|PutImage|UploadLayerPart|GetAuthorizationToken|DescribeImages": "a push: the local AWS needs none",
    "AbortMultipartUpload": "an upload that breaks off",
    "GetMetricStatistics|GetProducts": "what things cost",
    "GetJobQueueSnapshot|GetLogEvents": "the monitor",
    "GetServiceQuota|GetAWSDefaultServiceQuota|SimulatePrincipalPolicy": "the doctor",
    "ListTagsForResource": "the provider reads tags so where they did not come with the rest",
}
"""A pattern of actions that the recorded life has no call of its own for → why they are asked for."""


@pytest.mark.parametrize("command", CALLED)
def test_a_command_needs_all_that_it_calls(command: str, project: Project) -> None:
    granted = {action for grant in permissions.of([command], project) for action in grant.actions}
    asked = {action for call in CALLED[command] for action in actions_of(call)}
    assert asked <= granted, asked - granted


def test_nothing_is_asked_for_without_a_call_or_a_reason(project: Project) -> None:
    called = {action for calls in CALLED.values() for call in calls for action in actions_of(call)}
    for grant in permissions.of(permissions.COMMANDS, project):
        if grant.sid in ("State", "StateLock", "StateObjects"):
            continue  # Terraform's S3 backend: its documentation, “S3 bucket permissions”
        for action in set(grant.actions) - called:
            name = action.partition(":")[2]
            assert any(re.fullmatch(pattern, name) for pattern in UNCALLED), action


def test_every_command_that_asks_aws_is_in_the_table() -> None:
    from fargo.cli.app import cli

    without = {"completion", "init", "local", "schema", "unlock"}
    assert set(cli.commands) - without <= set(permissions.COMMANDS)


def test_resources_are_the_projects_own(project: Project, place: Place) -> None:
    """Nothing that only looks may be wide; what is wide and changes something is named here."""
    wide = {
        action
        for grant in permissions.of(permissions.COMMANDS, project)
        for arn in arns(grant, place)
        if "demo" not in arn
        and "AWSServiceRole" not in arn
        and "our-states" not in arn
        and not grant.condition
        for action in grant.actions
        if not action.partition(":")[2].startswith(("Describe", "Get", "List", "Simulate"))
    }
    of_network = {action for action in wide if action.startswith(("ec2:", "route53:"))}
    assert wide - of_network == {
        "batch:SubmitJob", "batch:TagResource",  # a job has no name before it is there
        "kms:CreateKey", "kms:TagResource", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias",
        "kms:EnableKeyRotation",  # a new key's tag does not count at once
        "logs:DeleteResourcePolicy", "logs:PutResourcePolicy", "sns:Unsubscribe",
    }  # fmt: skip
    assert not {action for action in of_network if "Delete" in action} - {
        "ec2:DeleteTags",
        "ec2:DeleteNetworkAclEntry",
    }


def _allowed(project: Project, place: Place) -> set[tuple[str, str]]:
    """What `up` asks for: actions, each with an ARN."""
    return {
        (action, arn)
        for grant in permissions.of(["up"], project)
        for action in grant.actions
        for arn in arns(grant, place)
    }


def test_an_action_is_allowed_on_all_that_its_request_names(project: Project, place: Place) -> None:
    """A queue names its scheduling policy, a changed endpoint the zones' subnets (Service Authorization Reference)."""
    allowed = _allowed(project, place)
    policy_arn = f"arn:aws:batch:{place.region}:{place.account_id}:scheduling-policy/fargo-demo"
    ec2 = f"arn:aws:ec2:{place.region}:{place.account_id}"
    assert {("batch:CreateJobQueue", policy_arn), ("batch:UpdateJobQueue", policy_arn)} <= allowed
    for kind in ("vpc-endpoint", "route-table", "security-group", "subnet"):
        assert ("ec2:ModifyVpcEndpoint", f"{ec2}:{kind}/*") in allowed


def test_the_first_project_of_an_account_may_make_and_tag_the_roles_of_batch_and_ecs(
    project: Project, place: Place
) -> None:
    """Terraform's provider tags them after it made them, with an error where it may not."""
    allowed = _allowed(project, place)
    roles = [
        f"arn:aws:iam::{place.account_id}:role/aws-service-role/{service}.amazonaws.com/AWSServiceRoleFor{name}"
        for service, name in (("batch", "Batch"), ("ecs", "ECS"))
    ]
    assert {("iam:CreateServiceLinkedRole", role) for role in roles} <= allowed
    assert {("iam:TagRole", role) for role in roles} <= allowed


def test_who_may_only_plan_cannot_write_the_state(project: Project, place: Place) -> None:
    whole = policy.document(permissions.of(["plan"], project), place)
    writing = [each for each in whole["Statement"] if "s3:PutObject" in each["Action"]]
    assert [each["Resource"] for each in writing] == [
        ["arn:aws:s3:::our-states/fargo-demo/terraform.tfstate.tflock"]
    ]
    assert "s3:GetObject" in {action for each in whole["Statement"] for action in each["Action"]}


def test_statements_of_one_name_have_one_condition(project: Project) -> None:
    by_name: dict[str, set[str]] = {}
    for grant in permissions.of(permissions.COMMANDS, project):
        by_name.setdefault(grant.sid, set()).add(json.dumps(grant.condition))
    assert {name: found for name, found in by_name.items() if len(found) > 1} == {}


def test_a_policy_is_whole_in_parts_that_are_managed_policies(project: Project, place: Place) -> None:
    whole = policy.document(permissions.of(permissions.COMMANDS, project), place)
    parts = policy.parts(whole)
    assert [statement for part in parts for statement in part["Statement"]] == whole["Statement"]
    assert 1 < len(parts) <= 3
    assert all(policy.size(part) <= policy.MANAGED_MAX for part in parts)
    submit = policy.document(permissions.of(["submit", "logs"], project), place)
    assert policy.parts(submit) == [submit]


def test_names_are_long_and_the_bucket_is_terraforms(project: Project) -> None:
    long = "a" * 30
    name = naming.bucket(long, "123456789012", "ap-northeast-1")
    assert len(name) <= 63
    digest = hashlib.sha256(f"fargo-{long}".encode()).hexdigest()[:8]
    assert name == f"fargo-{'a' * 20}-{digest}-123456789012-ap-northeast-1"
    assert naming.bucket("demo", "123456789012", "us-east-1") == "fargo-demo-123456789012-us-east-1"
