"""docs/ci.md: its workflows, the commands in them, the trust of its roles, and whether their permissions are enough."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import iam
import pytest
import yaml

from fargo.cli.app import cli
from fargo.cli.options import Everywhere
from fargo.doctor import permissions

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
REPOSITORY = "repo:acme@1234567/thumbnails@7654321"
MAIN, PULL = f"{REPOSITORY}:ref:refs/heads/main", f"{REPOSITORY}:pull_request"
CALL = re.compile(r"\bfargo ((?:\"[^\"]*\"|[^\"\n;|>)])+)")
QUOTED = re.compile(r"\"[^\"]*\"|\S+")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


WORKFLOWS: list[dict[Any, Any]] = [yaml.safe_load(block) for block in blocks("yaml")]
TRUST = dict(zip(("deploy", "plan"), map(json.loads, blocks("json")), strict=True))
JOBS: dict[str, dict[str, Any]] = {
    name: job for workflow in WORKFLOWS for name, job in workflow["jobs"].items()
}


def calls(text: str) -> Iterator[tuple[str, list[str]]]:
    """Of each call of fargo in some shell, the command and what follows it, as the program reads them."""
    for found in CALL.findall(text):
        words = [word.strip('"') for word in QUOTED.findall(found)]
        with cli.make_context("fargo", words, obj=Everywhere()) as context:
            name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
            assert name is not None
            assert command is not None
            command.make_context(name, list(rest), context)
            yield name, rest


def used(job: dict[str, Any]) -> list[str]:
    return [name for step in job["steps"] for name, _ in calls(step.get("run", ""))]


def role(job: dict[str, Any]) -> str:
    """The role that a job takes; empty where it takes none."""
    arns = [
        step["with"]["role-to-assume"]
        for step in job["steps"]
        if "configure-aws-credentials" in step.get("uses", "")
    ]
    return arns[0].rpartition("thumbnails-")[2] if arns else ""


def asked() -> dict[str, set[str]]:
    """Of each role, the commands that the page has `fargo doctor --policy` print the policy of."""
    lines = re.findall(r"^(fargo doctor --policy .*) > (\w+)(?:-\d)?\.json$", PAGE, re.MULTILINE)
    return {name: set(re.findall(r"--for (\w+)", line)) for line, name in lines}


def test_every_command_of_a_workflow_is_one() -> None:
    found = {name: used(job) for name, job in JOBS.items()}
    assert found == {
        "plan": ["plan"],
        "deploy": ["plan", "up"],
        "nightly": ["submit", "wait", "explain", "logs", "results"],
        "test": ["up", "submit", "down"],
    }


def test_a_wrong_command_is_seen() -> None:
    with pytest.raises(click.NoSuchOption):
        list(calls('run=$(fargo submit work --overs "a b.csv")'))
    with pytest.raises(click.UsageError, match="submitt"):
        list(calls("fargo submitt work"))
    assert list(calls('x=$(fargo submit work --over "a b.csv")\n')) == [
        ("submit", ["work", "--over", "a b.csv"])
    ]


@pytest.mark.parametrize("name", ["plan", "deploy", "nightly"])
def test_a_role_is_asked_for_all_that_its_job_does(name: str) -> None:
    wanted, given = used(JOBS[name]), asked()[role(JOBS[name])]
    assert set(wanted) <= given
    assert set(wanted) <= set(permissions.COMMANDS)


def test_no_more_is_asked_for_than_the_jobs_do() -> None:
    does: dict[str, set[str]] = {}
    for job in JOBS.values():
        if taken := role(job):
            does.setdefault(taken, set()).update(used(job))
    assert asked() == does


def test_what_takes_no_role_uses_the_local_aws_alone() -> None:
    steps = [step["run"] for step in JOBS["test"]["steps"] if "fargo " in step.get("run", "")]
    assert role(JOBS["test"]) == ""
    assert all(line.startswith("fargo --local ") for line in steps)
    assert "permissions" not in WORKFLOWS[1]


@pytest.mark.parametrize("name", [name for name in JOBS if name != "nightly"])
def test_terraform_is_there_without_its_wrapper(name: str) -> None:
    setup = [step["with"] for step in JOBS[name]["steps"] if "setup-terraform" in step.get("uses", "")]
    assert setup == [{"terraform_wrapper": False}]


def test_a_token_can_be_asked_for_and_forks_do_not_ask() -> None:
    assert WORKFLOWS[0]["permissions"] == {"contents": "read", "id-token": "write"}
    assert "github.event.pull_request.head.repo.full_name == github.repository" in JOBS["plan"]["if"]


def takes(name: str, **claims: str) -> bool:
    """Whether a token with these claims gets the role."""
    context = {f"token.actions.githubusercontent.com:{claim}": value for claim, value in claims.items()}
    call = iam.Call(
        action="sts:AssumeRoleWithWebIdentity",
        resource=f"arn:aws:iam::123456789012:role/thumbnails-{name}",
        principal=GITHUB,
        context=context,
    )
    return iam.judge(call, resource=TRUST[name]).allowed


def test_main_alone_deploys_and_a_pull_request_plans() -> None:
    assert takes("deploy", sub=MAIN, aud="sts.amazonaws.com")
    assert takes("plan", sub=PULL, aud="sts.amazonaws.com")


@pytest.mark.parametrize("name", TRUST)
@pytest.mark.parametrize(
    "sub",
    [
        f"{REPOSITORY}:ref:refs/heads/main2",
        f"{REPOSITORY}:environment:production",
        "repo:acme/thumbnails:ref:refs/heads/main",
        "repo:acme@1234567/thumbnails@1:ref:refs/heads/main",
        "repo:mallory@7/thumbnails@7654321:pull_request",
    ],
)
def test_nobody_else_gets_a_role(name: str, sub: str) -> None:
    assert not takes(name, sub=sub, aud="sts.amazonaws.com")


def test_the_roles_are_not_each_others_and_a_token_is_for_aws() -> None:
    assert not takes("deploy", sub=PULL, aud="sts.amazonaws.com")
    assert not takes("plan", sub=MAIN, aud="sts.amazonaws.com")
    assert not takes("deploy", sub=MAIN, aud="https://elsewhere")
    assert not takes("deploy", sub=MAIN)
