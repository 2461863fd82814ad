"""Every IAM policy that the stack makes, read as AWS would get it: linted, and held to the project's promises."""

from pathlib import Path

import pytest
from document_rules import RULES, TOLERATED, Document, findings, kind
from mutation import Change
from policy_documents import policy_documents

Documents = dict[str, Document]

# One broken copy breaks all the rules, each in a document of its own: address => how.
DOCUMENT = "aws_iam_policy_document"
BROKEN = {
    "module.roles.aws_iam_role_policy.job": Change(
        policy="lint", kind=DOCUMENT, name="job", pattern='"s3:PutObject"', replacement='"s3:PutObjekt"'
    ),
    "module.roles.aws_iam_role_policy.execution": Change(
        policy="no_whole_service",
        kind=DOCUMENT,
        name="execution",
        pattern='"logs:PutLogEvents"',
        replacement='"logs:*"',
    ),
    "module.roles.aws_iam_role.job": Change(
        policy="no_confused_deputy",
        kind=DOCUMENT,
        name="tasks",
        pattern='"aws:SourceAccount"',
        replacement='"aws:SourceVpc"',
    ),
    'module.endpoints.aws_vpc_endpoint.interface["logs"]': Change(
        policy="own_principals",
        kind=DOCUMENT,
        name="endpoint",
        pattern='"aws:PrincipalAccount"',
        replacement='"aws:PrincipalType"',
    ),
    "module.storage.aws_s3_bucket_policy.workspace": Change(
        policy="tls_only",
        kind=DOCUMENT,
        name="bucket",
        pattern='"aws:SecureTransport"',
        replacement='"aws:MultiFactorAuthPresent"',
    ),
}


@pytest.fixture(scope="module")
def documents() -> Documents:
    return policy_documents()


@pytest.fixture(scope="module")
def broken_documents() -> Documents:
    def break_all(folder: Path) -> None:
        for change in BROKEN.values():
            change.apply(folder)

    return policy_documents(change=break_all)


@pytest.mark.parametrize("rule", RULES)
def test_every_document_keeps_the_rule(rule: str, documents: Documents) -> None:
    broken = {address: list(RULES[rule](address, document)) for address, document in documents.items()}
    assert {address: found for address, found in broken.items() if found} == {}


@pytest.mark.parametrize("address", BROKEN)
def test_a_broken_document_is_caught(address: str, broken_documents: Documents) -> None:
    assert list(RULES[BROKEN[address].policy](address, broken_documents[address]))


def test_every_rule_has_a_broken_document() -> None:
    assert {change.policy for change in BROKEN.values()} == set(RULES)


def test_every_kind_of_policy_is_read(documents: Documents) -> None:
    """Were one no longer found, nothing would lint it."""
    assert {kind(address) for address in documents} >= {
        "aws_cloudwatch_log_resource_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_kms_key",
        "aws_s3_bucket_policy",
        "aws_vpc_endpoint",
    }


def test_nothing_is_tolerated_that_parliament_no_longer_says(documents: Documents) -> None:
    said = {
        (kind(address), issue) for address, document in documents.items() for issue, _ in findings(document)
    }
    assert set(TOLERATED) <= said
