"""`fargo unlock`, with a state in a bucket of the local AWS and a script in Terraform's place."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import client, local_aws

REGION = "us-east-1"
KEY = "fargo-demo/terraform.tfstate.tflock"
LOCK = {
    "ID": "5f8c1d2e",
    "Operation": "OperationTypeApply",
    "Who": "ada@build-7",
    "Created": "2026-11-25T04:03:10.12Z",
}
TERRAFORM = '#!/bin/sh\necho "$@" >> "{calls}"\nmkdir -p .terraform\n'


@pytest.fixture
def bucket(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The project keeps its state in a bucket of an account that is played by the local AWS."""
    file = project / "fargo.toml"
    state = f'\nregion = "{REGION}"\n[state]\nbucket = "team"\n'
    file.write_text(file.read_text(encoding="utf-8").replace("\n\n", state + "\n", 1), encoding="utf-8")
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM.format(calls=tmp_path / "calls"), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with local_aws() as endpoint:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "x")
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        s3 = client("s3", endpoint, REGION)
        s3.create_bucket(Bucket="team")
        yield s3


def test_a_lock_is_shown_and_broken_by_its_id(fargo: Fargo, bucket: Any, tmp_path: Path) -> None:
    bucket.put_object(Bucket="team", Key=KEY, Body=json.dumps(LOCK).encode())
    ended = fargo("unlock", "5f8c1d2e", "--yes")
    assert ended.code == 0, ended.err
    assert "ada@build-7 holds it for `apply` since 2026-11-25 04:03:10 UTC" in ended.err
    assert "unlocked" in ended.err
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls[-1] == "force-unlock -force 5f8c1d2e"


def test_another_lock_than_the_one_named_is_left_alone(fargo: Fargo, bucket: Any, tmp_path: Path) -> None:
    bucket.put_object(Bucket="team", Key=KEY, Body=json.dumps(LOCK).encode())
    ended = fargo("unlock", "0000", "--yes")
    assert ended.code == 2
    assert "the state's lock is not 0000: ada@build-7 holds it" in ended.err
    assert "`fargo unlock 5f8c1d2e`" in ended.err
    assert not (tmp_path / "calls").exists()


def test_without_an_id_it_says_who_holds_the_lock(fargo: Fargo, bucket: Any, tmp_path: Path) -> None:
    bucket.put_object(Bucket="team", Key=KEY, Body=json.dumps(LOCK).encode())
    ended = fargo("unlock", "--yes")
    assert ended.code == 2
    assert "the state is locked: ada@build-7 holds it for `apply`" in ended.err
    assert "`fargo unlock 5f8c1d2e`, if that process is dead" in ended.err
    assert not (tmp_path / "calls").exists()


@pytest.mark.parametrize("named", [(), ("5f8c1d2e",)])
def test_no_lock_is_nothing_to_break(fargo: Fargo, bucket: Any, named: tuple[str, ...]) -> None:
    assert bucket
    ended = fargo("unlock", *named, "--yes")
    assert ended.code == 0
    assert "not locked: nothing to break" in ended.err


@pytest.mark.parametrize("named", [(), ("5f8c1d2e",)])
def test_a_state_on_this_machine_has_no_lock_that_outlives_its_process(
    fargo: Fargo, aws: str, named: tuple[str, ...]
) -> None:
    assert aws
    ended = fargo("--local", "unlock", *named, "--yes")
    assert ended.code == 2
    assert "where a lock ends with its process" in ended.err
    assert "only where the state was said to be locked" in ended.err
