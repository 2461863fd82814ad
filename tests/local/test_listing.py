"""ListJobs: states, filters, pages."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_definition, make_queue, script, wait_for_job


@pytest.fixture(scope="module")
def five(batch: Any) -> list[str]:
    """Ids of five ended jobs `listed-0`…`listed-4` of the queue `listing`, in the order of their creation."""
    make_queue(batch, "listing", max_vcpus=1)
    make_definition(batch, "listing", vcpu="1", memory="2048")
    made = []
    for number in range(5):
        code = {"exit": number % 2}
        answer = batch.submit_job(
            jobName=f"listed-{number}",
            jobQueue="listing",
            jobDefinition="listing",
            containerOverrides=script({"sleep": 0.01}, code),
        )
        made.append(answer["jobId"])
        wait_for_job(batch, answer["jobId"])
    return made


def names(batch: Any, **request: Any) -> list[str]:
    found = batch.list_jobs(jobQueue="listing", **request)["jobSummaryList"]
    return [job["jobName"] for job in found]


def test_jobs_are_listed_by_state_the_newest_first(batch: Any, five: list[str]) -> None:
    assert names(batch, jobStatus="SUCCEEDED") == ["listed-4", "listed-2", "listed-0"]
    assert names(batch, jobStatus="FAILED") == ["listed-3", "listed-1"]


def test_without_a_state_only_running_jobs_are_listed(batch: Any, five: list[str]) -> None:
    assert names(batch) == []
    job = batch.submit_job(
        jobName="runs", jobQueue="listing", jobDefinition="listing", containerOverrides=script({"sleep": 600})
    )
    wait_for_job(batch, job["jobId"], "RUNNING")
    assert names(batch) == ["runs"]
    batch.terminate_job(jobId=job["jobId"], reason="done")
    wait_for_job(batch, job["jobId"])


def test_a_summary_says_how_the_job_ended(batch: Any, five: list[str]) -> None:
    newest = batch.list_jobs(jobQueue="listing", filters=[{"name": "JOB_NAME", "values": ["listed-3"]}])
    (summary,) = newest["jobSummaryList"]
    assert summary["jobId"] == five[3]
    assert summary["container"] == {"exitCode": 1}
    assert summary["statusReason"] == "Essential container in task exited"
    assert summary["createdAt"] <= summary["startedAt"] <= summary["stoppedAt"]


def test_pages_hold_every_job_once(batch: Any, five: list[str]) -> None:
    pages = batch.get_paginator("list_jobs").paginate(
        jobQueue="listing", jobStatus="SUCCEEDED", PaginationConfig={"PageSize": 2}
    )
    sizes = [[job["jobName"] for job in page["jobSummaryList"]] for page in pages]
    assert sizes == [["listed-4", "listed-2"], ["listed-0"]]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("JOB_NAME", "listed-*", ["listed-4", "listed-3", "listed-2", "listed-1", "listed-0"]),
        ("JOB_NAME", "LISTED-2", ["listed-2"]),
        ("JOB_NAME", "listed", []),
        ("JOB_NAME", "*-2", []),
    ],
)
def test_a_name_is_matched_whole_or_by_its_beginning_whatever_the_state(
    batch: Any, five: list[str], name: str, value: str, expected: list[str]
) -> None:
    assert names(batch, filters=[{"name": name, "values": [value]}]) == expected


def test_jobs_are_found_by_definition(batch: Any, five: list[str]) -> None:
    def by(value: str) -> int:
        found = names(batch, filters=[{"name": "JOB_DEFINITION", "values": [value]}])
        return len([each for each in found if each.startswith("listed-")])

    arn = batch.describe_jobs(jobs=[five[0]])["jobs"][0]["jobDefinition"]
    assert [by("listing"), by(arn), by("list*"), by("Listing"), by(arn[:-1] + "2")] == [5, 5, 5, 0, 0]


def test_jobs_are_found_by_the_moment_of_their_creation(batch: Any, five: list[str]) -> None:
    created = batch.describe_jobs(jobs=[five[2]])["jobs"][0]["createdAt"]
    before = names(batch, filters=[{"name": "BEFORE_CREATED_AT", "values": [str(created)]}])
    after = names(batch, filters=[{"name": "AFTER_CREATED_AT", "values": [str(created)]}])
    assert before == ["listed-1", "listed-0"]
    assert [each for each in after if each.startswith("listed-")] == ["listed-4", "listed-3"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"jobQueue": "nowhere"}, "does not exist"),
        ({}, "must be specified"),
        ({"jobQueue": "listing", "filters": [{"name": "COLOUR", "values": ["x"]}]}, "Unknown filter"),
        ({"jobQueue": "listing", "filters": [{"name": "AFTER_CREATED_AT", "values": ["x"]}]}, "no moment"),
        ({"jobQueue": "listing", "filters": [{"name": "JOB_NAME", "values": ["a", "b"]}]}, "one filter"),
        ({"jobQueue": "listing", "jobStatus": "DONE"}, "enum value set"),
    ],
)
def test_list_refuses(batch: Any, five: list[str], request_: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        batch.list_jobs(**request_)
