"""The real Terraform, killed together with fargo where it stands; the tests run in this order, on one account.

`down` is the command; `up` is the library's plan and apply without an image, so that no Docker engine is needed.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import killing
import pytest
from account import things
from local_aws import client, local_aws
from projects import REGION, write_project

TOOL = Path(__file__).parents[2] / "tool"
SERVICE_LINKED = ["AWSServiceRoleForBatch", "AWSServiceRoleForECS"]
WHOLE = {
    "VPCs": 1,
    "subnets": 2,
    "endpoints": 4,
    "security groups": 2,
    "network ACLs": 1,
    "route tables": 2,  # the VPC's own, and the jobs'
    "flow logs": 1,
    "queues": 2,
    "environments": 2,
    "definitions": 2,
    "roles": 5,
    "buckets": 1,
    "repositories": 1,
    "log groups": 3,
    "log policies": 1,
    "rules": 1,
    "keys": 1,
    "aliases": 1,
}

pytestmark = pytest.mark.terraform


@dataclass(frozen=True)
class Place:
    """A project, and the account that it is deployed to."""

    file: Path
    endpoint: str
    environ: dict[str, str]

    def up(self) -> "subprocess.Popen[str]":
        return killing.start("-c", killing.UP, str(self.file), self.endpoint, environ=self.environ)

    def down(self, *more: str) -> "subprocess.Popen[str]":
        arguments = ("-m", "fargo", "--local", "down", "--yes", "--project", str(self.file), *more)
        return killing.start(*arguments, environ=self.environ)

    def things(self) -> dict[str, list[str]]:
        return things(lambda service: client(service, self.endpoint, REGION))

    def holds(self, kind: str) -> bool:
        """Wait until there is such a thing; always true."""
        while not self.things().get(kind):  # ends with the test's own time limit
            time.sleep(0.2)
        return True

    def counts(self) -> dict[str, int]:
        return {kind: len(names) for kind, names in self.things().items()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    file = write_project(tmp_path_factory.mktemp("kills") / "project") / "fargo.toml"
    with local_aws() as endpoint:
        yield Place(file, endpoint, {**os.environ, "PYTHONPATH": str(TOOL)})


def _said(process: "subprocess.Popen[str]") -> str:
    out = process.communicate(timeout=400)[0]
    assert process.returncode == 0, out
    assert "Traceback" not in out
    return out


def _begins(words: str) -> Callable[[str], bool]:
    return lambda line: line.startswith(words)


def test_killed_while_the_first_things_are_made(place: Place) -> None:
    lines = killing.kill_at(place.up(), _begins("started create module.network[0].aws_vpc.this"))
    assert not any("apply_complete" in line for line in lines)
    assert (place.file.parent / ".fargo/local/.terraform.tfstate.lock.info").exists()
    assert place.counts() != WHOLE


def test_killed_again_while_the_queues_are_made(place: Place) -> None:
    # What the first kill left of the lock hinders nobody. The provider waits half a minute after it asked for a
    # queue, so a queue that exists then is one that no state knows.
    started = _begins("started create module.batch.aws_batch_job_queue")
    killing.kill_at(place.up(), lambda line: started(line) and place.holds("queues"))
    state = json.loads((place.file.parent / ".fargo/local/terraform.tfstate").read_text())
    # Terraform may have written the resource down by then, and no queue of it.
    assert not any(each["instances"] for each in state["resources"] if each["type"] == "aws_batch_job_queue")


def test_up_then_makes_the_rest_and_nothing_twice(place: Place) -> None:
    assert "exist already: adopting them" in _said(place.up())
    assert place.counts() == WHOLE
    again = _said(place.up())
    assert "started" not in again


def test_what_is_kept_is_found_again(place: Place) -> None:
    before = place.things()
    s3, bucket = client("s3", place.endpoint, REGION), before["buckets"][0]
    s3.put_object(Bucket=bucket, Key="runs/1", Body=b"result")
    said = _said(place.down("--keep", "data", "--keep", "logs"))
    assert f"gone, but for what was kept: bucket {bucket}" in said
    left = place.things()
    kept = ("buckets", "log groups", "keys", "aliases")
    assert left == {kind: before[kind] for kind in kept} | {"roles": SERVICE_LINKED}
    assert s3.get_object(Bucket=bucket, Key="runs/1")["Body"].read() == b"result"


def test_killed_while_up_takes_it_into_use_and_down_then_removes_what_no_state_knows(place: Place) -> None:
    killing.kill_at(place.up(), _begins("started create module.network[0].aws_subnet"))
    killing.kill_at(place.down(), _begins("removing module.network[0].aws_vpc"))
    said = _said(place.down())
    assert "holds nothing of the project" in said
    assert place.things() == {"roles": SERVICE_LINKED}
    assert not (place.file.parent / ".fargo").exists()


def test_there_is_then_nothing_to_take_down(place: Place) -> None:
    process = place.down()
    out: Any = process.communicate(timeout=60)[0]
    assert (process.returncode, "nothing to take down" in out) == (0, True), out
