"""A state in S3 that another process holds: explained, and broken, on the real Terraform and the local AWS."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from local_aws import client, local_aws

from fargo.errors import StateLocked, TerraformFailed
from fargo.terraform import Lock, Terraform
from fargo.terraform.locks import locked

REGION = "us-east-1"
NOW = datetime(2026, 11, 25, 4, 15, 12, tzinfo=UTC)
LOCK = {
    "ID": "5f8c1d2e-0d3c-6f1e-9c44-1f0f3f1f7a10",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "ada@build-7",
    "Version": "1.11.4",
    "Created": "2026-11-25T04:03:10.123456789Z",
    "Path": "team/fargo-demo/terraform.tfstate",
}
# As Terraform 1.11.4 says it of S3.
SAID = """\
Error acquiring the state lock
  Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: x, HostID: , \
api error PreconditionFailed: At least one of the pre-conditions you specified did not hold
Lock Info:
  ID:        5f8c1d2e-0d3c-6f1e-9c44-1f0f3f1f7a10
  Path:      team/fargo-demo/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@build-7
  Version:   1.11.4
  Created:   2026-11-25 04:03:10.123456789 +0000 UTC
  Info:      


Terraform acquires a state lock to protect the state from being written
by multiple users at the same time. Please resolve the issue above and try
again. For most commands, you can disable locking with the "-lock=false"
flag, but this is not recommended.
"""  # noqa: W291 # Terraform's own spaces


def test_a_lock_says_who_holds_it_for_what_since_when_and_how_it_is_broken() -> None:
    error = locked(SAID, NOW)
    assert error.message == (
        "the state is locked: ada@build-7 holds it for `apply` since 2026-11-25 04:03:10 UTC, 12m02 ago, "
        "lock 5f8c1d2e-0d3c-6f1e-9c44-1f0f3f1f7a10"
    )
    assert "wait until it ends" in error.hint
    assert "`fargo unlock 5f8c1d2e-0d3c-6f1e-9c44-1f0f3f1f7a10`" in error.hint
    assert error.exit_code == 4


def test_a_lock_of_a_local_state_goes_with_its_process() -> None:
    said = SAID.replace("operation error S3", "resource temporarily unavailable, operation error S3")
    assert "the lock goes with its process" in locked(said, NOW).hint
    assert "unlock" not in locked(said, NOW).hint


def test_a_lock_that_cannot_be_taken_for_another_cause_says_that_cause() -> None:
    text = "Error acquiring the state lock\n  Error message: operation error S3: PutObject, AccessDenied\n"
    assert "cannot be taken: operation error S3: PutObject, AccessDenied" in locked(text, NOW).message


def test_the_lock_object_tells_the_same_as_terraforms_words() -> None:
    assert Lock.from_json(json.dumps(LOCK)) == Lock.from_message(SAID)
    assert Lock.from_json(b"not json") is None
    assert Lock.from_json(b"{}") is None


@pytest.fixture
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        client("s3", started, REGION).create_bucket(Bucket="team")
        yield started


@pytest.mark.terraform
def test_a_planted_lock_is_explained_by_a_real_terraform_and_broken_by_its_id(
    endpoint: str, tmp_path: Path
) -> None:
    backend = {
        "bucket": "team",
        "key": "fargo-demo/terraform.tfstate",
        "region": REGION,
        "use_lockfile": True,
    }
    content = {"terraform": {"backend": {"s3": backend}}, "output": {"said": {"value": "yes"}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(content), encoding="utf-8")
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": endpoint}
    terraform = Terraform(tmp_path, environ=os.environ, more={**keys, "AWS_REGION": REGION})
    terraform.init()
    s3 = client("s3", endpoint, REGION)
    s3.put_object(Bucket="team", Key="fargo-demo/terraform.tfstate.tflock", Body=json.dumps(LOCK).encode())
    with pytest.raises(StateLocked) as caught:
        list(terraform.plan(tmp_path / "plan"))
    assert "ada@build-7 holds it for `apply` since 2026-11-25 04:03:10 UTC" in caught.value.message
    assert LOCK["ID"] in caught.value.hint
    with pytest.raises(TerraformFailed, match="does not match"):
        terraform.unlock("00000000-0000-0000-0000-000000000000")
    terraform.unlock(LOCK["ID"])
    assert list(terraform.plan(tmp_path / "plan"))
