"""Permissions by command, simulated for users and roles of a local AWS that lack some."""

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import create_autospec

import pytest
from botocore.exceptions import ClientError
from fakes import refusal
from local_aws import ACCOUNT, client, local_aws
from projects import REGION

from fargo.aws import permissions as simulator
from fargo.aws.permissions import Answer, Question
from fargo.aws.session import Identity, Session, Target
from fargo.config import Project
from fargo.doctor import permissions, policy, rights
from fargo.doctor.check import Check, Verdict
from fargo.doctor.grant import Place
from fargo.errors import AwsError


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        yield started


@pytest.fixture
def iam(endpoint: str) -> Any:
    return client("iam", endpoint, REGION)


@pytest.fixture
def session(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Session:
    """AWS, for all that fargo knows."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    return Session(Target.AWS, REGION, endpoint=endpoint)


def user(iam: Any, name: str, *documents: dict[str, Any]) -> Identity:
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    for number, document in enumerate(documents):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
    return Identity(ACCOUNT, arn)


def document(project: Project, place: Place, *commands: str) -> dict[str, Any]:
    return policy.document(permissions.of(commands, project), place)


def found(project: Project, session: Session, who: Identity) -> dict[str, Check]:
    return {check.name: check for check in rights.checks(project, session, who)}


def test_with_the_printed_policy_every_command_is_allowed(
    project: Project, place: Place, session: Session, iam: Any
) -> None:
    parts = policy.parts(document(project, place, *permissions.COMMANDS))
    checks = found(project, session, user(iam, "all", *parts))
    assert {check.verdict for check in checks.values()} == {Verdict.OK}, checks
    assert set(checks) == {f"fargo {command}" for command in permissions.COMMANDS}


def test_who_may_submit_is_told_what_else_he_may_not(
    project: Project, place: Place, session: Session, iam: Any
) -> None:
    who = user(iam, "submitter", document(project, place, "submit", "doctor"))
    checks = found(project, session, who)
    assert checks["fargo submit"].verdict is checks["fargo logs"].verdict is Verdict.OK
    down = checks["fargo down"]
    assert down.verdict is Verdict.WARNING
    assert down.found.startswith("not allowed: batch:DeleteComputeEnvironment, ")
    assert "Create" not in down.found
    assert down.found.endswith("more")
    assert "fargo doctor --policy" in down.hint


def test_the_policy_of_another_project_allows_nothing_of_this_one(
    project: Project, place: Place, session: Session, iam: Any
) -> None:
    text = json.dumps(document(project, place, "submit", "doctor")).replace("demo", "demo-2")
    checks = found(project, session, user(iam, "neighbour", json.loads(text)))
    assert "batch:SubmitJob" in checks["fargo submit"].found
    assert "s3:AbortMultipartUpload" in checks["fargo submit"].found


def test_a_role_is_found_by_its_session_with_its_path(project: Project, session: Session, iam: Any) -> None:
    iam.create_role(RoleName="worker", Path="/teams/x/", AssumeRolePolicyDocument="{}")
    who = Identity(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/me")
    assert simulator.principal(session, who) == f"arn:aws:iam::{ACCOUNT}:role/teams/x/worker"
    assert found(project, session, who)["fargo ps"].verdict is Verdict.WARNING


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/gone/me", "AWS refused GetRole"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/me", "neither a user nor a role's session"),
        (f"arn:aws:iam::{ACCOUNT}:user/gone", "AWS refused SimulatePrincipalPolicy"),
    ],
)
def test_what_cannot_be_simulated_says_so_and_guesses_nothing(
    project: Project, session: Session, arn: str, said: str
) -> None:
    (check,) = rights.checks(project, session, Identity(ACCOUNT, arn))
    assert check.verdict is Verdict.UNKNOWN
    assert said in check.found
    assert "--policy" in check.hint


def test_the_root_user_and_the_local_aws_need_no_question(project: Project, session: Session) -> None:
    root = Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    (check,) = rights.checks(project, session, root)
    assert check.found == "the root user may do everything"
    (local,) = rights.checks(project, Session(Target.LOCAL, REGION), root)
    assert local.verdict is Verdict.OK


class Iam:
    """SimulatePrincipalPolicy as told, in one page."""

    def __init__(self, *results: dict[str, Any], error: Exception | None = None) -> None:
        self.results, self.error, self.asked = list(results), error, []
        self.meta = self
        self.method_to_api_mapping = {"simulate_principal_policy": "SimulatePrincipalPolicy"}

    def can_paginate(self, call: str) -> bool:
        return False

    def simulate_principal_policy(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if self.error:
            raise self.error
        return {"EvaluationResults": self.results}


def ask(iam: Iam, question: Question) -> Answer:
    return simulator._ask(iam, "arn", question)


def test_a_denial_that_depends_on_what_was_not_told_is_no_denial() -> None:
    result = {
        "EvalActionName": "s3:GetObject",
        "EvalDecision": "implicitDeny",
        "MissingContextValues": ["aws:SourceIp"],
    }
    answer = ask(Iam(result), Question(("s3:GetObject",), ("*",)))
    assert answer == Answer(frozenset(), frozenset({"s3:GetObject"}))


def test_a_denial_of_the_organization_is_no_denial_for_sure() -> None:
    result = {
        "EvalActionName": "s3:GetObject",
        "EvalDecision": "explicitDeny",
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
    }
    answer = ask(Iam(result), Question(("s3:GetObject",), ("*",)))
    assert answer == Answer(frozenset(), frozenset({"s3:GetObject"}))
    result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": True}
    assert ask(Iam(result), Question(("s3:GetObject",), ("*",))).denied == {"s3:GetObject"}


def test_many_actions_are_asked_for_in_several_calls() -> None:
    iam = Iam()
    ask(iam, Question(tuple(f"s3:Get{n}" for n in range(120)), ("*",), {"a": "b"}))
    assert [len(request["ActionNames"]) for request in iam.asked] == [50, 50, 20]
    assert iam.asked[0]["ContextEntries"][0]["ContextKeyValues"] == ["b"]


class Apart(Iam):
    """IAM that takes one of these actions in a call alone, and says so in such words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def simulate_principal_policy(self, **request: Any) -> dict[str, Any]:
        names = request["ActionNames"]
        self.asked.append(request)
        if len(names) > 1 and "iam:PassRole" in names:
            others = ",".join(name for name in names if name != "iam:PassRole")
            said = f"Invalid Input Actions: {self.words} require different authorization information."
            error = {"Code": "InvalidInput", "Message": said.format(others=others)}
            raise ClientError({"Error": error}, "SimulatePrincipalPolicy")
        return {
            "EvaluationResults": [{"EvalActionName": name, "EvalDecision": "implicitDeny"} for name in names]
        }


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("[{others}] and [iam:PassRole]", [["a:B", "c:D"], ["iam:PassRole"]]),
        ("some of these", [["a:B"], ["iam:PassRole"], ["c:D"]]),
    ],
)
def test_actions_that_iam_does_not_take_together_are_asked_for_apart(
    words: str, calls: list[list[str]]
) -> None:
    iam = Apart(words)
    answer = ask(iam, Question(("a:B", "iam:PassRole", "c:D"), ("*",)))
    assert answer.denied == {"a:B", "iam:PassRole", "c:D"}
    assert [request["ActionNames"] for request in iam.asked[1:]] == calls


def test_what_creates_is_not_simulated_beside_what_does_not(iam: Any) -> None:
    arn = iam.create_user(UserName="mixed")["User"]["Arn"]
    with pytest.raises(ClientError, match=r"\[s3:GetObject\] and \[ec2:CreateVpc\] require different auth"):
        iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["ec2:CreateVpc", "s3:GetObject"])


def test_an_account_that_does_not_allow_the_question_says_so_at_the_first_one() -> None:
    iam = Iam(error=refusal("AccessDenied", 403))
    told = create_autospec(Session, instance=True)
    told.client.return_value = iam
    with pytest.raises(AwsError, match="refused SimulatePrincipalPolicy"):
        simulator.simulate(told, "arn", [Question(("s3:GetObject",), ("*",))] * 9)
    assert len(iam.asked) == 1
