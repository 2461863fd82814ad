"""`fargo doctor` and `fargo doctor --policy`, with an engine that answers and without one."""

import json
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from cli_types import Fargo

from fargo.docker import Engine
from fargo.docker.engine import About


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine = create_autospec(Engine, instance=True)
    engine.about.return_value = About(
        version="27.1", api="1.46", architecture="amd64", system="", folder=str(tmp_path), is_here=True
    )
    monkeypatch.setattr(Engine, "connect", lambda environ: engine)


@pytest.fixture
def as_aws(aws: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The local AWS in AWS's place, for whoever has keys."""
    (project / ".fargo" / "local").rename(project / ".fargo" / "aws")
    for name, value in {"ENDPOINT_URL": aws, "ACCESS_KEY_ID": "any", "SECRET_ACCESS_KEY": "any"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def test_groups_stand_in_the_order_of_mending_and_json_has_stable_keys(fargo: Fargo, aws: str) -> None:
    found = fargo("--local", "doctor", "--json").json
    groups = list(dict.fromkeys(check["group"] for check in found))
    assert groups == ["this machine", "project", "account", "permissions", "quotas", "deployed stack"]
    assert {tuple(check) for check in found} == {("group", "name", "verdict", "found", "needed", "hint")}
    assert {check["verdict"] for check in found} <= {"ok", "warning", "missing", "unknown"}


def test_warnings_end_well_and_what_is_missing_with_three(
    fargo: Fargo, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned = fargo("--local", "doctor")
    assert (warned.code, "⚠ local AWS: not running" in warned.out) == (0, True)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert fargo("--local", "doctor").code == 3


def test_aws_is_looked_at_in_full_where_it_answers(fargo: Fargo, as_aws: None) -> None:
    found = {check["name"]: check for check in fargo("doctor", "--json").json}
    assert found["credentials"]["found"] == "environment variables; they do not expire"
    assert found["region"]["found"] == "us-east-1, from AWS_REGION"
    assert "could not be simulated" in found["permissions"]["found"]
    assert found["Fargate vCPUs"]["verdict"] == "ok"
    assert found["image"]["hint"] == "`fargo build` puts it there"


def test_another_account_than_the_one_deployed_to_is_missing_nothing_else(
    fargo: Fargo, as_aws: None, project: Path
) -> None:
    owner = project / ".fargo" / "aws" / "target.json"
    owner.write_text(json.dumps({"name": "demo", "account_id": "9" * 12, "region": "us-east-1"}))
    ended = fargo("doctor", "--json")
    found = {check["name"]: check for check in ended.json}
    assert ended.code == 3
    assert "is deployed to account 999999999999" in found["deployed to"]["found"]
    assert found["Fargate vCPUs"]["verdict"] == "ok"


def test_an_aws_out_of_reach_is_one_sentence_within_seconds(
    fargo: Fargo, as_aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    ended = fargo("doctor", "--json")
    found = {check["name"]: check for check in ended.json}
    assert ended.code == 3
    assert "Could not connect" in found["identity"]["found"]
    assert found["stack"]["verdict"] == "ok"
    assert "permissions" not in found


def test_a_policy_goes_to_stdout_whole_or_for_some_commands_or_in_parts(fargo: Fargo, as_aws: None) -> None:
    whole = fargo("doctor", "--policy")
    assert whole.code == 0
    assert "a managed policy has room for 6,144: print it in 2" in whole.err
    parts = [fargo("doctor", "--policy", "--part", number).json for number in ("1", "2")]
    assert [each for part in parts for each in part["Statement"]] == whole.json["Statement"]
    submit = fargo("doctor", "--policy", "--for", "submit")
    assert submit.err == ""
    text = json.dumps(submit.json)
    assert "arn:aws:batch:us-east-1:123456789012:job-queue/fargo-demo-spot" in text
    assert "Delete" not in text


@pytest.mark.parametrize(
    ("arguments", "code", "said", "hint"),
    [
        (("doctor", "--for", "up"), 2, "about a policy", "fargo doctor --policy"),
        (("doctor", "--policy", "--for", "init"), 2, "--for init: that asks AWS for nothing", "submit"),
        (("doctor", "--policy", "--part", "7"), 2, "--part 7: there are 2", "leave --part out"),
    ],
)
def test_a_policy_that_cannot_be(
    fargo: Fargo, as_aws: None, arguments: tuple[str, ...], code: int, said: str, hint: str
) -> None:
    ended = fargo(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert hint in ended.err


def test_a_policy_for_a_local_aws_that_does_not_run(fargo: Fargo) -> None:
    ended = fargo("--local", "doctor", "--policy")
    assert (ended.code, "the local AWS is not running" in ended.err) == (3, True)
