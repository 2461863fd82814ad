"""A state in a bucket: made on first use, and all that a colleague needs to see and stop runs."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import client, local_aws
from projects import REGION, deploy

KEY = "fargo-demo/terraform.tfstate"
TERRAFORM = """#!/bin/sh
case "$*" in *version*) echo '{"terraform_version": "1.11.0"}';; *) echo "$1 with the bucket" >&2; exit 1;; esac
"""


@pytest.fixture
def shared(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The project keeps its state in a bucket, in an account that the local AWS plays: its endpoint."""
    file = project / "fargo.toml"
    state = f'\nregion = "{REGION}"\n[state]\nbucket = "team-states"\n'
    file.write_text(file.read_text(encoding="utf-8").replace("\n\n", state + "\n", 1), encoding="utf-8")
    with local_aws() as endpoint:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "x")
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        yield endpoint


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Terraform that fails: what happens before it is looked at."""
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


@pytest.mark.engine
@pytest.mark.usefixtures("terraform")
def test_up_makes_the_bucket_private_and_with_versions_and_plan_makes_nothing(
    fargo: Fargo, shared: str
) -> None:
    s3 = client("s3", shared, REGION)
    planned = fargo("plan")
    assert planned.code == 3
    assert "the bucket team-states, which [state] names for the state, is not there" in planned.err
    assert "`fargo up` makes it" in planned.err
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == []
    assert "Make it in us-east-1? Nobody is here to answer" in fargo("up").err
    assert "made the bucket team-states: private, encrypted, with versions" in fargo("up", "--yes").err
    assert s3.get_bucket_versioning(Bucket="team-states")["Status"] == "Enabled"
    closed = s3.get_public_access_block(Bucket="team-states")["PublicAccessBlockConfiguration"]
    assert len(closed) == 4
    assert all(closed.values())
    again = fargo("up", "--yes")
    assert "made the bucket" not in again.err


def _deployed_by_a_colleague(project: Path, endpoint: str) -> dict[str, Any]:
    """The stack is there, and nothing of it on this machine but the project file."""
    outputs = deploy(project, endpoint)
    shutil.rmtree(project / ".fargo")
    _write_state(endpoint, {name: {"value": value} for name, value in outputs.items()})
    return outputs


def _write_state(endpoint: str, outputs: dict[str, Any], body: bytes | None = None) -> None:
    s3 = client("s3", endpoint, REGION)
    s3.create_bucket(Bucket="team-states")
    state = json.dumps({"version": 4, "outputs": outputs, "resources": []}).encode()
    s3.put_object(Bucket="team-states", Key=KEY, Body=body or state)


def test_a_colleague_with_the_project_file_alone_submits_watches_reads_and_stops(
    fargo: Fargo, project: Path, shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _deployed_by_a_colleague(project, shared)
    run = fargo("submit", "work").out.strip()
    fargo("wait", run)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("fargo.toml", "Dockerfile"):
        shutil.copy(project / name, elsewhere / name)
    monkeypatch.chdir(elsewhere)
    assert [each["id"] for each in fargo("ps", "--json").json] == [run]
    assert fargo("show", run, "--json").json["state"] == "SUCCEEDED"
    assert fargo("logs", run).out == "fargo-run -- work\n"
    assert fargo("stop", run).code == 0
    assert not (elsewhere / ".fargo").exists()


def test_what_a_colleague_deployed_since_is_what_a_run_uses(fargo: Fargo, project: Path, shared: str) -> None:
    outputs = _deployed_by_a_colleague(project, shared)
    newer = outputs | {"job_definitions": {"work": outputs["job_definitions"]["other"]}}
    _write_state(shared, {name: {"value": value} for name, value in newer.items()})
    run = fargo("submit", "work").out.strip()
    assert fargo("show", run, "--json").json["definition"] == outputs["job_definitions"]["other"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "demo is not deployed: s3://team-states/fargo-demo/terraform.tfstate holds nothing"),
        (b"<html>", "s3://team-states/fargo-demo/terraform.tfstate is no state of Terraform"),
        (b'{"outputs": {"name": {"value": "demo"}}}', "that another version of fargo deployed"),
    ],
)
def test_a_state_that_tells_of_no_stack_is_a_sentence(
    fargo: Fargo, shared: str, body: bytes | None, says: str
) -> None:
    _write_state(shared, {}, body)
    ended = fargo("ps")
    assert (ended.code, says in ended.err, "`fargo up`" in ended.err) == (3, True, True)


def test_without_bucket_or_state_nothing_is_deployed(fargo: Fargo, shared: str) -> None:
    ended = fargo("ps")
    assert (ended.code, "there is no s3://team-states/fargo-demo/terraform.tfstate" in ended.err) == (3, True)


def test_the_doctor_looks_at_what_the_shared_state_says(fargo: Fargo, project: Path, shared: str) -> None:
    _deployed_by_a_colleague(project, shared)
    found = {check["name"]: check for check in fargo("doctor", "--json").json}
    assert found["stack"]["verdict"] == "ok"
    assert found["job queue"]["verdict"] == "ok"
