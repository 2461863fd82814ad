"""Each promise broken in a copy of the real stack is caught: the policies see through its expressions."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from policy_scan import ROOT, Scan, Verdict

STACK = ROOT / "terraform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A change of one file that breaks a promise."""

    policy: str
    file: str
    pattern: str
    replacement: str
    caught: str


DOOR = 'resource "aws_internet_gateway" "door" {\n  vpc_id = aws_vpc.this.id\n}\n'
MUTATIONS = {
    "an internet gateway": Mutation(
        policy="CKV2_FARGO_1",
        file="modules/network/vpc.tf",
        pattern=r"\Z",
        replacement=DOOR,
        caught="module.network.aws_internet_gateway.door",
    ),
    "public subnets": Mutation(
        policy="CKV2_FARGO_2",
        file="modules/network/subnets.tf",
        pattern=r"(map_public_ip_on_launch\s*=) false",
        replacement=r"\1 true",
        caught="module.network.aws_subnet.jobs",
    ),
    "jobs with public addresses": Mutation(
        policy="CKV2_FARGO_3",
        file="modules/batch/job_definitions.tf",
        pattern=r'(assignPublicIp\s*=) "DISABLED"',
        replacement=r'\1 "ENABLED"',
        caught="module.batch.aws_batch_job_definition.this",
    ),
    "open endpoints": Mutation(
        policy="CKV2_FARGO_4",
        file="modules/endpoints/endpoints.tf",
        pattern=r"\n\s*policy\s*=.*",
        replacement="",
        caught="module.endpoints.aws_vpc_endpoint.interface",
    ),
    "logs kept for ever": Mutation(
        policy="CKV2_FARGO_5",
        file="modules/batch/logs.tf",
        pattern=r"\n\s*retention_in_days\s*=.*",
        replacement="",
        caught="module.batch.aws_cloudwatch_log_group.jobs",
    ),
}


def mutate(folder: Path, mutation: Mutation | None) -> None:
    beside = shutil.ignore_patterns(".terraform*", "policies", "tests", "*.tfstate*")
    shutil.copytree(STACK, folder, ignore=beside)
    if mutation:
        file = folder / mutation.file
        text, count = re.subn(mutation.pattern, mutation.replacement, file.read_text())
        assert count, f"{mutation.file} has changed: {mutation.pattern} is not in it"
        file.write_text(text)


@pytest.fixture(scope="module")
def failures(scan: Scan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Verdict]]:
    """Name of the copy → the checks that fail on it; "" is the stack as it is."""
    base = tmp_path_factory.mktemp("stacks")
    folders = {name: f"copy-{number}" for number, name in enumerate(["", *MUTATIONS])}
    for name, folder in folders.items():
        mutate(base / folder, MUTATIONS.get(name))
    failed = [verdict for verdict in scan(base) if not verdict.passed]
    return {name: [v for v in failed if v.file.parts[0] == folder] for name, folder in folders.items()}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_promise_is_caught(name: str, failures: dict[str, list[Verdict]]) -> None:
    mutation = MUTATIONS[name]
    assert {verdict.policy for verdict in failures[name]} == {mutation.policy}
    assert mutation.caught in {verdict.resource for verdict in failures[name]}


def test_the_stack_as_it_is_keeps_every_promise(failures: dict[str, list[Verdict]]) -> None:
    assert failures[""] == []
