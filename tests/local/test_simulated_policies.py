"""SimulatePrincipalPolicy as IAM answers it: whose policies count, what wins, and what is not told."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import ACCOUNT, client

BUCKET, OBJECT = "arn:aws:s3:::box", "arn:aws:s3:::box/runs/1"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.fixture
def iam(endpoint: str) -> Any:
    return client("iam", endpoint)


@pytest.fixture
def user(iam: Any, name: str) -> str:
    return str(iam.create_user(UserName=name)["User"]["Arn"])


def give(iam: Any, name: str, *statements: dict[str, Any]) -> None:
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=document(*statements))


def decisions(iam: Any, arn: str, *actions: str, on: tuple[str, ...] = (), **context: str) -> dict[str, str]:
    entries = [
        {"ContextKeyName": key.replace("__", ":"), "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in context.items()
    ]
    more = {"ContextEntries": entries} if entries else {}
    if on:
        more["ResourceArns"] = list(on)  # type: ignore[assignment]
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions), **more)
    return {each["EvalActionName"]: each["EvalDecision"] for each in answer["EvaluationResults"]}


def test_what_a_policy_says_of_actions_and_resources(iam: Any, user: str, name: str) -> None:
    give(iam, name, allow("s3:Get*", f"{BUCKET}/*"))
    assert decisions(iam, user, "s3:GetObject", "s3:PutObject", on=(OBJECT,)) == {
        "s3:GetObject": "allowed",
        "s3:PutObject": "implicitDeny",
    }
    assert decisions(iam, user, "S3:getobject", on=(OBJECT,)) == {"S3:getobject": "allowed"}
    assert decisions(iam, user, "s3:GetObject", on=(OBJECT, f"{BUCKET}2/x")) == {
        "s3:GetObject": "implicitDeny"
    }


def test_each_resource_has_its_own_answer(iam: Any, user: str, name: str) -> None:
    give(iam, name, allow("s3:GetObject", OBJECT))
    answer = iam.simulate_principal_policy(
        PolicySourceArn=user, ActionNames=["s3:GetObject"], ResourceArns=[OBJECT, f"{BUCKET}/other"]
    )
    (result,) = answer["EvaluationResults"]
    assert [each["EvalResourceDecision"] for each in result["ResourceSpecificResults"]] == [
        "allowed",
        "implicitDeny",
    ]


def test_a_denial_wins_wherever_it_stands(iam: Any, user: str, name: str) -> None:
    give(iam, name, allow("*"))
    iam.create_group(GroupName=f"g-{name}")
    deny = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}
    iam.put_group_policy(GroupName=f"g-{name}", PolicyName="no", PolicyDocument=document(deny))
    assert decisions(iam, user, "iam:ListUsers") == {"iam:ListUsers": "allowed"}
    iam.add_user_to_group(GroupName=f"g-{name}", UserName=name)
    assert decisions(iam, user, "iam:ListUsers", "s3:GetObject") == {
        "iam:ListUsers": "explicitDeny",
        "s3:GetObject": "allowed",
    }


def test_a_role_has_its_attached_policies_within_its_boundary(iam: Any, name: str) -> None:
    wide = iam.create_policy(PolicyName=f"w-{name}", PolicyDocument=document(allow("*")))["Policy"]["Arn"]
    narrow = iam.create_policy(PolicyName=f"n-{name}", PolicyDocument=document(allow("s3:*")))["Policy"][
        "Arn"
    ]
    role = iam.create_role(
        RoleName=name, Path="/teams/", AssumeRolePolicyDocument="{}", PermissionsBoundary=narrow
    )["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=wide)
    assert decisions(iam, role, "s3:GetObject", "iam:ListUsers") == {
        "s3:GetObject": "allowed",
        "iam:ListUsers": "implicitDeny",
    }


def test_a_condition_wants_its_key_and_says_which_one_is_missing(iam: Any, user: str, name: str) -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    give(iam, name, allow("ec2:DeleteVpc", Condition=tagged))
    asked = {"aws__ResourceTag/team": "red"}
    assert decisions(iam, user, "ec2:DeleteVpc", **asked) == {"ec2:DeleteVpc": "allowed"}
    answer = iam.simulate_principal_policy(PolicySourceArn=user, ActionNames=["ec2:DeleteVpc"])
    (result,) = answer["EvaluationResults"]
    assert (result["EvalDecision"], result["MissingContextValues"]) == (
        "implicitDeny",
        ["aws:ResourceTag/team"],
    )


def test_nobody_has_no_policies(iam: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        decisions(iam, f"arn:aws:iam::{ACCOUNT}:user/nobody", "s3:GetObject")
