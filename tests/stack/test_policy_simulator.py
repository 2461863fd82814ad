"""The simulator of IAM policies answers as AWS's documents say that IAM does.

The examples are those of the IAM User Guide, https://docs.aws.amazon.com/IAM/latest/UserGuide/, retold; the
page of each stands beside it.
"""

from typing import Any

import pytest
from iam import Answer, Call, Effect, Unknown, effect, judge

CARLOS = "arn:aws:iam::123456789012:user/carlossalazar"
ROLE = "arn:aws:iam::123456789012:role/app"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/k"


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Deny", "Action": action, "Resource": resource, **more}]}


def holds(condition: dict[str, Any], **context: Any) -> bool:
    """Whether a condition is true; `__` in a name stands for its colon."""
    call = Call(
        action="s3:GetObject",
        resource="*",
        principal=ROLE,
        context={name.replace("__", ":"): value for name, value in context.items()},
    )
    return effect(allow(Condition=condition), call) is Effect.ALLOW


# reference_policies_evaluation-logic_policy-eval-basics.html
OWN_BUCKET = ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]
HIS_POLICY = {
    "Statement": [
        *allow(["s3:GetBucketLocation", "s3:ListAllMyBuckets"], "arn:aws:s3:::*")["Statement"],
        *allow("s3:*", OWN_BUCKET)["Statement"],
        *deny("s3:*", "arn:aws:s3:::*log*")["Statement"],
    ]
}
HIS_BUCKET = allow("s3:*", OWN_BUCKET, Principal={"AWS": CARLOS})


def put(bucket: str, principal: str = CARLOS) -> Call:
    return Call(action="s3:PutObject", resource=f"arn:aws:s3:::{bucket}/file", principal=principal)


def test_an_explicit_deny_wins_over_every_allow() -> None:
    answer = judge(put("carlossalazar-logs"), identity=[HIS_POLICY], resource=allow(Principal="*"))
    assert answer == Answer(
        False, "the role's policy denies s3:PutObject on arn:aws:s3:::carlossalazar-logs/file"
    )


def test_one_allow_is_enough_within_an_account() -> None:
    assert judge(put("carlossalazar"), identity=[HIS_POLICY], resource=HIS_BUCKET).allowed
    assert judge(put("carlossalazar"), identity=[HIS_POLICY]).allowed
    assert judge(put("carlossalazar"), resource=HIS_BUCKET).allowed


def test_what_nothing_allows_is_denied() -> None:
    assert not judge(put("other"), identity=[HIS_POLICY], resource=HIS_BUCKET).allowed
    assert not judge(put("carlossalazar", ROLE), resource=HIS_BUCKET).allowed


# reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html
@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("iam:GetUser", True),
        ("iam:ListRoles", True),
        ("iam:CreatePolicy", False),  # implicitly
        ("iam:GetOrganizationsAccessReport", False),  # explicitly
        ("IAM:getuser", True),  # actions know no case
    ],
)
def test_implicit_and_explicit_denies(action: str, allowed: bool) -> None:
    document = {
        "Statement": [
            *allow(["iam:Get*", "iam:List*"])["Statement"],
            *deny("iam:*Report")["Statement"],
        ]
    }
    call = Call(action=action, resource="*", principal=ROLE)
    assert judge(call, identity=[document]).allowed is allowed


# access_policies_boundaries.html
def test_a_boundary_limits_and_grants_nothing() -> None:
    boundary = allow(["s3:*", "cloudwatch:*", "ec2:*"])
    user = Call(action="iam:CreateUser", resource="*", principal=ROLE)
    assert not judge(user, identity=[allow("iam:CreateUser")], boundary=boundary).allowed
    assert not judge(put("b", ROLE), boundary=boundary).allowed
    assert judge(put("b", ROLE), identity=[allow("s3:*")], boundary=boundary).allowed


# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html: it does not override
# or replace the other policies.
def test_an_endpoint_limits_and_grants_nothing() -> None:
    endpoint = allow("s3:PutObject", "arn:aws:s3:::b/*", Principal="*")
    assert judge(put("b", ROLE), identity=[allow()], endpoint=endpoint).allowed
    assert not judge(put("c", ROLE), identity=[allow()], endpoint=endpoint).allowed
    assert not judge(put("b", ROLE), endpoint=endpoint).allowed


# https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html and key-policy-default.html
def test_a_role_uses_a_key_only_with_a_word_of_the_key() -> None:
    call = Call(action="kms:Decrypt", resource=KEY, principal=ROLE)
    delegating = allow("kms:*", Principal={"AWS": "arn:aws:iam::123456789012:root"})
    assert not judge(call, identity=[allow("kms:*")]).allowed
    assert not judge(call, resource=delegating).allowed
    assert judge(call, identity=[allow("kms:*")], resource=delegating).allowed
    assert judge(call, resource=allow("kms:Decrypt", Principal={"AWS": ROLE})).allowed
    foreign = Call(action="kms:Decrypt", resource=KEY, principal="arn:aws:iam::999999999999:role/app")
    assert not judge(foreign, identity=[allow("kms:*")], resource=delegating).allowed


# reference_policies_elements_notaction.html
def test_not_action_is_all_but_those() -> None:
    document = {"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}
    assert effect(document, put("b")) is Effect.ALLOW
    assert effect(document, Call(action="iam:GetUser", resource="*")) is Effect.NOTHING


# reference_policies_multi-value-conditions.html
def test_operators_and_keys_are_all_needed_and_one_of_their_values() -> None:
    condition = {
        "StringEquals": {"aws:PrincipalTag/department": ["finance", "hr"], "aws:PrincipalTag/role": "audit"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/a*"},
    }
    tags = {"aws__PrincipalTag/department": "hr", "aws__PrincipalTag/role": "audit"}
    assert holds(condition, **tags)
    assert not holds(condition, **{**tags, "aws__PrincipalTag/role": "dev"})
    assert not holds(condition, **tags, aws__PrincipalArn="arn:aws:iam::123456789012:role/other")


def test_a_negated_operator_wants_none_of_its_values() -> None:
    condition = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]}}
    assert holds(condition, aws__RequestedRegion="us-east-1")
    assert not holds(condition, aws__RequestedRegion="eu-west-2")


# reference_policies_elements_condition_operators.html
@pytest.mark.parametrize(
    ("operator", "result"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("ArnLike", False),
        ("Bool", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("ArnNotEquals", True),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAllValues:StringEquals", True),
    ],
)
def test_a_key_that_the_request_does_not_have(operator: str, result: bool) -> None:
    assert holds({operator: {"aws:SourceVpce": "vpce-1"}}) is result


def test_null_asks_whether_the_key_is_there() -> None:
    assert holds({"Null": {"aws:TokenIssueTime": "true"}})
    assert not holds({"Null": {"aws:TokenIssueTime": "true"}}, aws__TokenIssueTime="2026-01-01")
    assert holds({"Null": {"aws:TokenIssueTime": "false"}}, aws__TokenIssueTime="2026-01-01")


def test_wildcards_are_for_like_alone_and_an_arn_is_compared_part_by_part() -> None:
    assert holds({"StringLike": {"s3:prefix": "home/?/*"}}, s3__prefix="home/a/b/c")
    assert not holds({"StringEquals": {"s3:prefix": "home/*"}}, s3__prefix="home/a")
    assert not holds({"StringLike": {"s3:prefix": "Home/*"}}, s3__prefix="home/a")
    topic = "arn:aws:sns:eu-west-1:123456789012:topic"
    assert holds({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}, aws__SourceArn=topic)
    assert not holds({"ArnLike": {"aws:SourceArn": "arn:*:topic"}}, aws__SourceArn=topic)
    assert holds({"Bool": {"aws:SecureTransport": "TRUE"}})


# reference_policies_condition-single-vs-multi-valued-context-keys.html
@pytest.mark.parametrize(
    ("asked", "all_listed", "any_listed"),
    [
        (["PostDateTime", "Message"], True, True),
        (["PostDateTime", "UserName"], False, True),
        (["UserName", "ID"], False, False),
        ([], True, False),
    ],
)
def test_set_operators(asked: list[str], all_listed: bool, any_listed: bool) -> None:
    listed = {"dynamodb:Attributes": ["PostDateTime", "Message", "Tags"]}
    assert holds({"ForAllValues:StringLike": listed}, dynamodb__Attributes=asked) is all_listed
    assert holds({"ForAnyValue:StringLike": listed}, dynamodb__Attributes=asked) is any_listed


# reference_policies_variables.html
def test_a_policy_variable_is_the_requests_value_and_without_one_nothing_fits() -> None:
    document = allow("s3:GetObject", "arn:aws:s3:::b/${aws:PrincipalTag/team}/*")
    call = Call(
        action="s3:GetObject", resource="arn:aws:s3:::b/red/x", context={"aws:PrincipalTag/team": "red"}
    )
    assert effect(document, call) is Effect.ALLOW
    assert effect(document, Call(action="s3:GetObject", resource="arn:aws:s3:::b//x")) is Effect.NOTHING


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {"Condition": {"ForSomeValues:StringEquals": {"aws:TagKeys": "a"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/a": "${aws:x, 'default'}"}}},
        {"NotPrincipal": {"AWS": "*"}},
        {"Principal": {"CanonicalUser": "x"}},
    ],
)
def test_what_it_does_not_know_is_an_error_and_never_a_pass(statement: dict[str, Any]) -> None:
    call = Call(
        action="s3:GetObject", resource="*", context={"aws:SourceIp": "10.1.1.1", "aws:PrincipalTag/a": "a"}
    )
    with pytest.raises(Unknown):
        effect(allow(**statement), call)


def test_several_values_need_a_set_operator() -> None:
    with pytest.raises(Unknown, match="has several values"):
        holds({"StringEquals": {"aws:TagKeys": "a"}}, aws__TagKeys=["a", "b"])
