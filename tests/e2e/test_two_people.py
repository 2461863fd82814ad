"""Two people and one stack, on the real Terraform with its state in S3; the tests run in this order."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from account import things
from faulty import faults
from local_aws import client, local_aws, set_rules
from projects import REGION, write_project
from sharing import Person, agree, ended, until

pytestmark = pytest.mark.terraform

TOOL = Path(__file__).parents[2] / "tool"
SERVICE_LINKED = {"roles": ["AWSServiceRoleForBatch", "AWSServiceRoleForECS"]}


def held(operation: str) -> list[dict[str, object]]:
    """An answer of EC2 that does not come until the faults are taken away: the apply stands still there."""
    return [{"service": "ec2", "operation": operation, "kind": "slow", "seconds": 600}]


@dataclass
class Team:
    """Two people at two machines, and the account that both deploy to."""

    endpoint: str
    ada: Person
    bob: Person
    waiting: "dict[str, subprocess.Popen[str]]" = field(default_factory=dict)
    run: str = ""

    def share(self) -> None:
        """Name a bucket for the state in both project files."""
        for person in (self.ada, self.bob):
            with (person.folder / "fargo.toml").open("a", encoding="utf-8") as file:
                file.write('\n[state]\nbucket = "team"\n')


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    root = tmp_path_factory.mktemp("team")
    with local_aws() as endpoint:
        keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "x")
        people = []
        for name in ("ada", "bob"):
            folder = write_project(root / name)
            file = folder / "fargo.toml"
            said = f'region = "{REGION}"\n{file.read_text(encoding="utf-8")}'
            file.write_text(said, encoding="utf-8")
            environ = {"AWS_ENDPOINT_URL": endpoint, "PYTHONPATH": str(TOOL), **keys}
            people.append(Person(folder, environ | {"XDG_STATE_HOME": str(root / f"state-{name}")}))
        found = Team(endpoint, *people)
        yield found
        for process in found.waiting.values():
            process.kill()
            process.communicate()


def test_two_processes_on_one_machine(team: Team) -> None:
    first = team.ada.up()
    assert until(first, "planned")[-1].split()[2:] == ["create"]
    with faults(team.endpoint, held("CreateSubnet")):
        agree(first)
        until(first, "started create module.network[0].aws_subnet")
        code, said = ended(team.ada.up())
    assert code == 4
    assert "the state is locked: " in said
    assert "holds it for `apply` since " in said
    assert "on this machine the lock goes with its process" in said
    code, said = ended(first)
    assert (code, said.splitlines()[-1]) == (0, "applied")


def test_a_bucket_that_is_new_in_the_file_takes_the_state_and_nothing_is_made_twice(team: Team) -> None:
    team.share()
    ada, bob = team.ada.up(), team.bob.up()
    team.waiting.update(ada=ada, bob=bob)
    for each in (ada, bob):
        until(each, "to be made")
    agree(ada)
    planned = until(ada, "planned")[-1].split()
    # Each resource carries its state's name as a tag.
    assert (int(planned[1]) > 0, planned[2:]) == (True, ["update"])
    agree(bob)  # whose `up` still takes the bucket for missing
    assert until(bob, "planned")[-1].split() == planned
    versioning = client("s3", team.endpoint, REGION).get_bucket_versioning(Bucket="team")
    assert versioning["Status"] == "Enabled"


def test_who_comes_while_another_applies_is_told_who_and_can_submit(team: Team) -> None:
    ada = team.waiting.pop("ada")
    with faults(team.endpoint, held("CreateTags")):
        agree(ada)
        until(ada, "started update")
        code, said = ended(team.bob.up())
        submitted = team.bob.fargo("submit", "work")
    assert code == 4
    assert "holds it for `apply` since " in said
    assert f"@{os.uname().nodename}" in said
    assert "`fargo unlock " in said
    assert submitted.returncode == 0, submitted.stdout
    team.run = next(line for line in submitted.stdout.splitlines() if line.startswith("work-"))
    assert ended(ada)[0] == 0


def test_a_plan_of_before_is_not_applied_after_and_a_new_one_is_empty(team: Team) -> None:
    bob = team.waiting.pop("bob")
    agree(bob)
    code, said = ended(bob)
    assert code == 3
    assert "the plan is stale: the state has changed since it was made" in said
    assert "plan again: `fargo up`" in said
    again = team.bob.up()
    assert until(again, "planned")[-1].split() == ["planned", "0"]
    agree(again)
    assert ended(again)[0] == 0
    assert team.bob.fargo("wait", team.run).returncode == 0


def test_down_names_the_runs_of_others_and_asks(team: Team) -> None:
    set_rules(team.endpoint, [{"job": "*", "script": [{"sleep": 3600}]}])
    submitted = team.bob.fargo("submit", "work")
    assert submitted.returncode == 0, submitted.stdout
    run = next(line for line in submitted.stdout.splitlines() if line.startswith("work-"))
    asked = team.ada.fargo("down")
    assert asked.returncode == 2
    assert f"runs that would be stopped: {run} of " in asked.stdout
    assert f"@{os.uname().nodename}" in asked.stdout
    assert "Nobody is here to type demo" in asked.stdout
    down = team.ada.fargo("down", "--yes")
    assert down.returncode == 0, down.stdout
    left = things(lambda service: client(service, team.endpoint, REGION))
    assert left.pop("buckets") == ["team"]
    assert left == SERVICE_LINKED
    gone = team.bob.fargo("ps")
    assert (gone.returncode, "holds nothing" in gone.stdout) == (3, True)
