"""A state in a bucket: made on first use, and all that a colleague needs to see and stop runs."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import ACCOUNT, client, local_aws, set_rules
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


@pytest.mark.engine
@pytest.mark.usefixtures("terraform")
def test_up_finishes_a_bucket_whose_making_was_killed_and_leaves_others_as_they_are(
    fargo: Fargo, shared: str
) -> None:
    s3 = client("s3", shared, REGION)
    s3.create_bucket(Bucket="team-states")
    assert "finished the bucket team-states, whose making was cut off" in fargo("up", "--yes").err
    assert s3.get_bucket_versioning(Bucket="team-states")["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket="team-states")["PublicAccessBlockConfiguration"].values())
    again = fargo("up", "--yes").err
    assert "bucket" not in again.replace("with the bucket", "")
    s3.put_bucket_versioning(Bucket="team-states", VersioningConfiguration={"Status": "Suspended"})
    assert "the bucket team-states keeps no old versions" in fargo("up", "--yes").err
    assert s3.get_bucket_versioning(Bucket="team-states")["Status"] == "Suspended"


@pytest.mark.engine
@pytest.mark.usefixtures("terraform")
def test_up_says_of_a_bucket_in_use_that_it_keeps_no_old_versions(fargo: Fargo, shared: str) -> None:
    _write_state(shared, {})
    assert "the bucket team-states keeps no old versions" in fargo("up", "--yes").err
    assert "Status" not in client("s3", shared, REGION).get_bucket_versioning(Bucket="team-states")


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


@pytest.mark.parametrize("command", ["ps", "plan", "down", "submit work"])
@pytest.mark.usefixtures("terraform")
def test_a_fresh_checkout_takes_account_and_region_from_the_state(
    fargo: Fargo, project: Path, shared: str, command: str
) -> None:
    _deployed_by_a_colleague(project, shared)
    ended = fargo("--region", "eu-west-1", *command.split())
    assert ended.code == 3
    assert "demo is deployed to region us-east-1, and this is eu-west-1" in ended.err
    assert "use the --region of us-east-1" in ended.err


@pytest.mark.parametrize("command", ["plan", "down", "submit work"])
@pytest.mark.usefixtures("terraform")
def test_another_account_s_credentials_are_refused_where_the_state_is_shared(
    fargo: Fargo, project: Path, shared: str, command: str
) -> None:
    outputs = _deployed_by_a_colleague(project, shared) | {"account_id": "999999999999"}
    _write_state(shared, {name: {"value": value} for name, value in outputs.items()})
    ended = fargo(*command.split())
    assert ended.code == 3
    assert f"demo is deployed to account 999999999999, and this is {ACCOUNT}" in ended.err


@pytest.fixture
def colleague(
    fargo: Fargo, project: Path, shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Somebody at another machine: the project file and credentials; no Docker, no Terraform, nothing kept.

    There is a run of two rows, of which one has failed.
    """
    _deployed_by_a_colleague(project, shared)
    set_rules(shared, [{"job": "*", "script": [{"out": "hello"}, {"exit": 3}]}])
    run = fargo("submit", "work", "--array", "2").out.strip()
    fargo("wait", run)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(project / "fargo.toml", elsewhere)
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return run


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("ps", 0, "RUN"),
        ("ps --json", 0, '"id": "RUN"'),
        ("show RUN", 0, "FAILED"),
        ("logs RUN", 0, "hello"),
        ("wait RUN", 1, "FAILED"),
        ("stop RUN", 0, "has ended already"),
        ("retry RUN --follow", 1, "wave 2"),
        ("results RUN", 0, "2 "),
        ("explain RUN", 0, "FAILED"),
        ("cost", 0, "a month"),
        ("cost RUN", 0, "at least $"),
        ("report RUN", 0, "RUN.html"),
        ("submit work --follow", 1, "FAILED"),
        ("submit work --dry-run", 0, "containers"),
    ],
)
def test_a_colleague_without_docker_and_terraform(
    fargo: Fargo, colleague: str, command: str, code: int, says: str
) -> None:
    ended = fargo(*command.replace("RUN", colleague).split())
    assert (ended.code, says.replace("RUN", colleague) in ended.out + ended.err) == (code, True), ended
    assert not Path(".fargo").exists()


def test_a_project_file_without_a_bucket_names_the_way_to_share(
    fargo: Fargo, shared: str, project: Path
) -> None:
    file = project / "fargo.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('bucket = "team-states"', ""), encoding="utf-8")
    ended = fargo("ps")
    assert ended.code == 3
    assert "demo is not deployed here yet" in ended.err
    assert "where somebody else has: share its state, [state] bucket in fargo.toml" in ended.err


STANDS = json.dumps(
    {"version": 4, "lineage": "a", "serial": 3, "outputs": {}, "resources": [{"mode": "managed"}]}
)


def _deployed_from_here(project: Path, state: str = STANDS) -> Path:
    """A stack whose state is on this machine: what `up` left before the project file named a bucket."""
    kept = project / ".fargo" / "aws"
    kept.mkdir(parents=True)
    owner = {"name": "demo", "account_id": ACCOUNT, "region": REGION, "state_id": "0123456789abcdef"}
    (kept / "target.json").write_text(json.dumps(owner), encoding="utf-8")
    (kept / "terraform.tfstate").write_text(state, encoding="utf-8")
    return kept


@pytest.mark.parametrize("command", ["ps", "plan", "submit work", "build", "down", "unlock x", "doctor"])
@pytest.mark.usefixtures("terraform", "shared")
def test_a_bucket_that_is_new_in_the_file_deploys_no_second_stack(
    fargo: Fargo, project: Path, command: str
) -> None:
    _deployed_from_here(project)
    ended = fargo(*command.split())
    assert ended.code == 3
    assert "the state of demo is on this machine, and [state] names the bucket team-states" in (
        ended.out + ended.err
    )
    assert "`fargo up` moves it there, after asking" in ended.out + ended.err


@pytest.mark.engine
@pytest.mark.usefixtures("terraform")
def test_up_moves_a_state_into_the_bucket_after_asking(fargo: Fargo, project: Path, shared: str) -> None:
    kept = _deployed_from_here(project)
    s3 = client("s3", shared, REGION)
    s3.create_bucket(Bucket="team-states")
    asked = fargo("up")
    assert (asked.code, "Move it to s3://team-states/" + KEY in asked.err) == (2, True)
    assert (kept / "terraform.tfstate").is_file()
    moved = fargo("up", "--yes")
    assert f"moved the state to s3://team-states/{KEY}" in moved.err
    assert moved.code == 4  # the terraform of these tests goes no further
    assert s3.get_object(Bucket="team-states", Key=KEY)["Body"].read().decode() == STANDS
    assert (kept / "terraform.tfstate.moved").read_text(encoding="utf-8") == STANDS
    assert not (kept / "terraform.tfstate").exists()
    owner = json.loads((kept / "target.json").read_text(encoding="utf-8"))
    assert (owner["state"], "state_id" in owner) == (f"s3://team-states/{KEY}", False)
    assert "Move it" not in fargo("up", "--yes").err


@pytest.mark.engine
@pytest.mark.usefixtures("terraform")
def test_a_state_that_is_in_the_bucket_already_is_not_written_over(
    fargo: Fargo, project: Path, shared: str
) -> None:
    kept = _deployed_from_here(project)
    theirs = STANDS.replace('"a"', '"b"')
    _write_state(shared, {}, theirs.encode())
    ended = fargo("up", "--yes")
    assert (ended.code, "is the state of another stack of this name" in ended.err) == (3, True)
    s3 = client("s3", shared, REGION)
    assert s3.get_object(Bucket="team-states", Key=KEY)["Body"].read().decode() == theirs
    assert (kept / "terraform.tfstate").read_text(encoding="utf-8") == STANDS


# What a kill in the middle of the move leaves: the same in both places; and a colleague may have deployed since.
@pytest.mark.engine
@pytest.mark.parametrize("serial", [3, 4])
@pytest.mark.usefixtures("terraform")
def test_a_move_that_was_killed_goes_on(fargo: Fargo, project: Path, shared: str, serial: int) -> None:
    kept = _deployed_from_here(project)
    theirs = STANDS.replace('"serial": 3', f'"serial": {serial}')
    _write_state(shared, {}, theirs.encode())
    assert "moved the state" in fargo("up", "--yes").err
    s3 = client("s3", shared, REGION)
    assert s3.get_object(Bucket="team-states", Key=KEY)["Body"].read().decode() == theirs
    assert not (kept / "terraform.tfstate").exists()


@pytest.mark.engine
@pytest.mark.parametrize("left", ["", STANDS[:20]])
@pytest.mark.usefixtures("terraform")
def test_a_state_that_was_cut_off_is_mended_before_it_moves(
    fargo: Fargo, project: Path, shared: str, left: str
) -> None:
    kept = _deployed_from_here(project, left)
    (kept / "terraform.tfstate.backup").write_text(STANDS, encoding="utf-8")
    client("s3", shared, REGION).create_bucket(Bucket="team-states")
    assert "moved the state" in fargo("up", "--yes").err
    there = client("s3", shared, REGION).get_object(Bucket="team-states", Key=KEY)
    assert there["Body"].read().decode() == STANDS


@pytest.mark.engine
@pytest.mark.usefixtures("terraform")
def test_no_bucket_is_made_in_a_region_that_is_not_deployed_to(
    fargo: Fargo, project: Path, shared: str
) -> None:
    _deployed_from_here(project)
    ended = fargo("--region", "eu-west-1", "up", "--yes")
    assert (ended.code, f"demo is deployed to region {REGION}" in ended.err) == (3, True)
    assert client("s3", shared, REGION).list_buckets()["Buckets"] == []


@pytest.mark.parametrize("bucket", ["", 'bucket = "another-bucket"'])
@pytest.mark.parametrize("command", ["ps", "plan", "down"])
@pytest.mark.usefixtures("terraform")
def test_a_bucket_that_is_gone_from_the_file_or_another_one_is_refused(
    fargo: Fargo, project: Path, shared: str, bucket: str, command: str
) -> None:
    kept = _deployed_from_here(project, '{"resources": []}')
    s3 = client("s3", shared, REGION)
    s3.create_bucket(Bucket="another-bucket")
    owner = {"name": "demo", "account_id": ACCOUNT, "region": REGION, "state": f"s3://team-states/{KEY}"}
    (kept / "target.json").write_text(json.dumps(owner), encoding="utf-8")
    file = project / "fargo.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('bucket = "team-states"', bucket), encoding="utf-8"
    )
    ended = fargo(command)
    assert (ended.code, f"the state of demo is s3://team-states/{KEY}, and" in ended.err) == (3, True)
    assert 'put it back: bucket = "team-states" under [state]' in ended.err


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
        (b'{"outputs": {"name": {"value": "demo"}}}', "the stack is of an older version of fargo"),
        (
            b'{"outputs": {"stack_version": {"value": "2"}, "name": {"value": "demo"}}}',
            "the stack is not whole: it does not tell account_id",
        ),
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
