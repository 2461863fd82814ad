"""What every IAM policy document of the stack must keep, beyond what checkov sees in the files.

A rule takes a resource's address and its document, and gives what breaks it, in words.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import parliament
from applied_stack import kind

Document = dict[str, Any]
Rule = Callable[[str, Document], Iterator[str]]

ROLE = "arn:aws:iam::123456789012:role/x"

# What parliament says of a document though it is as it must be: (type, issue) => why.
TOLERATED = {
    ("aws_kms_key", "RESOURCE_STAR"): "in a key policy, * is the key itself",
    ("aws_kms_key", "UNKNOWN_CONDITION_FOR_ACTION"): (
        "kms:DescribeKey knows no encryption context, and stands in the statement that CloudWatch Logs asks for: "
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
    ),
    ("aws_kms_key", "MISMATCHED_TYPE"): "the encryption context of CloudWatch Logs is an ARN (same page)",
}


def statements(document: Document) -> list[Document]:
    """The statements, each with lists for actions and resources."""
    found = document["Statement"]
    return [
        {**statement, **{key: listed(statement[key]) for key in ("Action", "Resource") if key in statement}}
        for statement in (found if isinstance(found, list) else [found])
    ]


def listed(value: Any) -> list[Any]:
    """IAM takes one thing for a list of one."""
    return value if isinstance(value, list) else [value]


def findings(document: Document) -> list[tuple[str, str]]:
    """What parliament says: the issue, and what it is about."""
    # A trust policy names no resource, for it is about its own role; parliament reads no further without one.
    whole = [{"Resource": ROLE, **statement} for statement in statements(document)]
    found = parliament.analyze_policy_string(json.dumps({**document, "Statement": whole})).findings
    return [(finding.issue, str(finding.detail)) for finding in found]


def lint(address: str, document: Document) -> Iterator[str]:
    """Actions, resources and conditions are such as IAM knows, and fit each other."""
    for issue, detail in findings(document):
        if (kind(address), issue) not in TOLERATED:
            yield f"{issue}: {detail}"


def no_whole_service(address: str, document: Document) -> Iterator[str]:
    """Nobody may do all that a service offers, but for the account with its own key."""
    for statement in statements(document):
        whole = [
            action for action in statement["Action"] if action.endswith("*") and action[-2:] in ("*", ":*")
        ]
        if statement["Effect"] == "Allow" and whole and kind(address) != "aws_kms_key":
            yield f"allows {whole}"


def no_confused_deputy(address: str, document: Document) -> Iterator[str]:
    """A service takes a role for this account only."""
    if kind(address) == "aws_iam_role":
        for statement in statements(document):
            if "aws:SourceAccount" not in statement.get("Condition", {}).get("StringEquals", {}):
                yield "a service may take the role for another account"


def own_principals(address: str, document: Document) -> Iterator[str]:
    """An endpoint lets through principals of this account, and whoever reads an image's layers."""
    if kind(address) == "aws_vpc_endpoint":
        for statement in statements(document):
            account = "aws:PrincipalAccount" in statement.get("Condition", {}).get("StringEquals", {})
            layers = statement["Action"] == ["s3:GetObject"] and all(
                "-starport-layer-bucket/" in resource for resource in statement["Resource"]
            )
            if not account and not layers:
                yield f"lets anybody through to {statement['Resource']}"


def tls_only(address: str, document: Document) -> Iterator[str]:
    """A bucket denies everything that comes without TLS."""
    if kind(address) == "aws_s3_bucket_policy":
        denied = [
            statement
            for statement in statements(document)
            if statement["Effect"] == "Deny"
            and statement["Action"] == ["s3:*"]
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        if not any(len(statement["Resource"]) == len(("bucket", "objects")) for statement in denied):
            yield "lets calls without TLS through"


RULES: dict[str, Rule] = {
    rule.__name__: rule for rule in (lint, no_whole_service, no_confused_deputy, own_principals, tls_only)
}
