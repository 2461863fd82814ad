"""What the stack makes, read as AWS would get it: every IAM policy linted and held to the project's promises."""

import json
from pathlib import Path

import pytest
from applied_stack import ACCOUNT, VARIABLES, Resources, applied_stack, kind, policy_documents
from document_rules import RULES, TOLERATED, Document, findings, statements
from mutation import Change

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


# The tag falls off between two modules, where checkov does not always follow.
UNTAGGED = Change(policy="", kind="module", name="batch", pattern=r":\$\{var\.image_tag\}")


@pytest.fixture(scope="module")
def stack() -> Resources:
    return applied_stack()


@pytest.fixture(scope="module")
def broken_stack() -> Resources:
    def break_all(folder: Path) -> None:
        for change in (*BROKEN.values(), UNTAGGED):
            change.apply(folder)

    return applied_stack(change=break_all)


@pytest.fixture(scope="module")
def documents(stack: Resources) -> Documents:
    return policy_documents(stack)


@pytest.fixture(scope="module")
def broken_documents(broken_stack: Resources) -> Documents:
    return policy_documents(broken_stack)


def tags(resources: Resources) -> set[str]:
    """The tags of the images that job definitions name, "" for none."""
    found = [values for address, values in resources.items() if kind(address) == "aws_batch_job_definition"]
    assert found
    images = [json.loads(values["container_properties"])["image"] for values in found]
    return {image.rpartition("/")[2].partition(":")[2] for image in images}


def test_every_job_names_its_image_by_the_tag(stack: Resources, broken_stack: Resources) -> None:
    assert tags(stack) == {VARIABLES["image_tag"]}
    assert tags(broken_stack) == {""}


@pytest.mark.parametrize("rule", RULES)
def test_every_document_keeps_the_rule(rule: str, documents: Documents) -> None:
    broken = {address: list(RULES[rule](address, document)) for address, document in documents.items()}
    assert {address: found for address, found in broken.items() if found} == {}


@pytest.mark.parametrize("address", BROKEN)
def test_a_broken_document_is_caught(address: str, broken_documents: Documents) -> None:
    assert list(RULES[BROKEN[address].policy](address, broken_documents[address]))


# What the variables say as a number, as IAM's JSON has it: the provider would drop the number.
KEYS = {"NumericLessThanEquals": {"s3:max-keys": "100"}}


def test_the_job_role_gets_what_a_jobs_policy_allows_and_its_condition(documents: Documents) -> None:
    (allowed,) = json.loads(VARIABLES["jobs"]["work"]["policy"])
    (found,) = [
        each
        for each in statements(documents["module.roles.aws_iam_role_policy.job"])
        if each["Resource"] == [allowed["Resource"]]
    ]
    assert (found["Action"], found["Condition"]) == ([allowed["Action"]], KEYS)


def test_a_document_of_an_endpoint_lets_pass_what_a_jobs_policy_allows(documents: Documents) -> None:
    """From the project's variables to the policy: the statement as it is, for this account."""
    (allowed,) = json.loads(VARIABLES["jobs"]["work"]["policy"])
    bound = {"Principal": "*", "Condition": KEYS | {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}
    wanted = [{**allowed, **bound, "Action": [allowed["Action"]], "Resource": [allowed["Resource"]]}]
    endpoints = {
        address: [each for each in statements(document) if each["Resource"] == [allowed["Resource"]]]
        for address, document in documents.items()
        if kind(address) == "aws_vpc_endpoint"
    }
    assert endpoints.pop('module.endpoints.aws_vpc_endpoint.gateway["s3"]') == wanted
    assert not any(endpoints.values())


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
        "aws_sns_topic_policy",
        "aws_vpc_endpoint",
    }


def test_nothing_is_tolerated_that_parliament_no_longer_says(documents: Documents) -> None:
    said = {
        (kind(address), issue) for address, document in documents.items() for issue, _ in findings(document)
    }
    assert set(TOLERATED) <= said
