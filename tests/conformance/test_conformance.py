"""fargo's Batch does what AWS's documents say, for boto3, for the AWS CLI, and for the `aws` program."""

import pytest
from casebook import Case, outcome
from cases import CASES
from clients import UnknownOperation
from settings import Setting
from world import World

BY_NAME = {case.name: case for case in CASES}
# One of each family of operations: a process for each call takes its time.
FOR_THE_PROGRAM = (
    "environment_unknown_is_not_updated",
    "queue_unknown_is_not_updated",
    "policy_is_deleted",
    "definition_with_storage_of_20",
    "job_succeeds",
    "array_succeeds",
    "dependency_already_succeeded",
    "list_by_name",
    "terminate_of_a_running_job",
    "evaluate_glob",
    "snapshot_of_an_unknown_queue",
    "tag_key_of_aws",
)

TOO_NEW = ("CancelJobs", "TerminateJobs")
"""What the CLI's own copy of the API's model may not have yet."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_boto3_finds_it_as_aws_has_it(case: Case, boto3_settings: dict[bool, Setting]) -> None:
    assert outcome(case, World(boto3_settings[case.timed])) == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_aws_cli_finds_it_as_aws_has_it(case: Case, awscli_settings: dict[bool, Setting]) -> None:
    try:
        found = outcome(case, World(awscli_settings[case.timed]))
    except UnknownOperation as error:
        if str(error) not in TOO_NEW:
            raise
        pytest.skip(f"this CLI is older than {error}")
    assert found == ""


@pytest.mark.parametrize("name", FOR_THE_PROGRAM)
def test_the_aws_program_finds_it_as_aws_has_it(name: str, aws_settings: dict[bool, Setting]) -> None:
    assert outcome(BY_NAME[name], World(aws_settings[False])) == ""


def test_every_case_has_a_name_of_its_own_and_a_page_of_aws() -> None:
    assert len(BY_NAME) == len(CASES)
    assert all(case.document.startswith("https://docs.aws.amazon.com/") for case in CASES)
