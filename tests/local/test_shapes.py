"""Requests as the API model has them: what is found, what is read, what is refused in which words."""

import json
from typing import Any

import pytest

from fargo.local.batch.errors import AlreadyExists, ClientError, InvalidRequest
from fargo.local.batch.shapes import ApiModel

SUBMIT = {"jobName": "n", "jobQueue": "q", "jobDefinition": "d"}


@pytest.fixture(scope="module")
def model() -> ApiModel:
    return ApiModel()


def read(model: ApiModel, operation: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return model.parameters(operation, **{"body": body, "in_path": {}, "query": "", **more})


def test_an_operation_is_found_by_method_and_path(model: ApiModel) -> None:
    assert model.find("POST", "/v1/submitjob") == ("SubmitJob", {})
    assert model.find("GET", "/v1/submitjob") is None
    assert model.find("POST", "/v1/nothing") is None
    arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/q"
    assert model.find("GET", f"/v1/tags/{arn}") == ("ListTagsForResource", {"resourceArn": arn})
    assert model.find("DELETE", f"/v1/tags/{arn}") == ("UntagResource", {"resourceArn": arn})


def test_path_and_query_join_the_body(model: ApiModel) -> None:
    found = read(
        model, "UntagResource", {}, in_path={"resourceArn": "x"}, query="tagKeys=a&tagKeys=b&other=1"
    )
    assert found == {"resourceArn": "x", "tagKeys": ["a", "b"]}


def test_what_the_model_does_not_know_and_nulls_are_left_out(model: ApiModel) -> None:
    body = {
        **SUBMIT,
        "fromTheFuture": 1,
        "timeout": None,
        "containerOverrides": {"new": True, "command": ["a"]},
    }
    assert read(model, "SubmitJob", body) == {**SUBMIT, "containerOverrides": {"command": ["a"]}}


def test_a_whole_request_is_read_as_it_is(model: ApiModel) -> None:
    body = {
        **SUBMIT,
        "arrayProperties": {"size": 2},
        "parameters": {"a": "b"},
        "tags": {},
        "propagateTags": True,
        "dependsOn": [{"jobId": "x", "type": "N_TO_N"}],
        "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "retry"}]},
    }
    assert read(model, "SubmitJob", body) == body


RULE = "failed to satisfy constraint: Member must"


@pytest.mark.parametrize(
    ("operation", "body", "problem"),
    [
        ("SubmitJob", {"jobName": "n", "jobQueue": "q"}, f"Value null at 'jobDefinition' {RULE} not be null"),
        ("SubmitJob", {**SUBMIT, "jobName": 7}, f"Value '7' at 'jobName' {RULE} be a string"),
        (
            "SubmitJob",
            {**SUBMIT, "arrayProperties": {"size": "2"}},
            f"Value '2' at 'arrayProperties.size' {RULE} be an integer",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "arrayProperties": {"size": True}},
            f"Value 'True' at 'arrayProperties.size' {RULE} be an integer",
        ),
        ("SubmitJob", {**SUBMIT, "arrayProperties": [2]}, f"at 'arrayProperties' {RULE} be an object"),
        ("SubmitJob", {**SUBMIT, "dependsOn": {}}, f"at 'dependsOn' {RULE} be a list"),
        ("SubmitJob", {**SUBMIT, "parameters": ["a"]}, f"at 'parameters' {RULE} be an object"),
        (
            "SubmitJob",
            {**SUBMIT, "propagateTags": "yes"},
            f"Value 'yes' at 'propagateTags' {RULE} be a boolean",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "parameters": {"a": 1}},
            f"Value '1' at 'parameters.a.member' {RULE} be a string",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "containerOverrides": {"command": ["a", None]}},
            f"Value null at 'containerOverrides.command.2.member' {RULE} be a string",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "dependsOn": [{"type": "ALL"}]},
            f"Value 'ALL' at 'dependsOn.1.member.type' {RULE} satisfy enum value set: [N_TO_N, SEQUENTIAL]",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "tags": {f"k{n}": "v" for n in range(51)}},
            f"at 'tags' {RULE} have length less than or equal to 50",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "tags": {"k" * 129: "v"}},
            f"at 'tags.key' {RULE} have length less than or equal to 128",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "tags": {"": "v"}},
            f"at 'tags.key' {RULE} have length greater than or equal to 1",
        ),
        (
            "SubmitJob",
            {**SUBMIT, "tags": {"k": "v" * 257}},
            f"at 'tags.k.member' {RULE} have length less than or equal to 256",
        ),
        (
            "UpdateComputeEnvironment",
            {"computeEnvironment": "e", "updatePolicy": {"jobExecutionTimeoutMinutes": 7201}},
            f"Value '7201' at 'updatePolicy.jobExecutionTimeoutMinutes' {RULE} have value less than or equal to 7200",
        ),
    ],
)
def test_what_breaks_the_model_is_told_in_aws_s_words(
    model: ApiModel, operation: str, body: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ClientError) as refused:
        read(model, operation, body)
    assert str(refused.value).startswith("1 validation error detected: Value ")
    assert str(refused.value).endswith(problem)


def test_all_that_is_wrong_is_told_at_once(model: ApiModel) -> None:
    with pytest.raises(ClientError, match=r"^3 validation errors detected: .*; .*; "):
        read(model, "SubmitJob", {"jobName": 1})


@pytest.mark.parametrize(("operation", "kib"), [("SubmitJob", 30), ("RegisterJobDefinition", 24)])
def test_a_request_that_is_too_long_is_refused(model: ApiModel, operation: str, kib: int) -> None:
    body = {**SUBMIT, "jobDefinitionName": "d", "type": "container"}
    assert read(model, operation, body, size=kib * 1024)
    with pytest.raises(ClientError, match=f"at most {kib} KiB"):
        read(model, operation, body, size=kib * 1024 + 1)


def test_other_requests_may_be_longer(model: ApiModel) -> None:
    jobs = ["x" * 900] * 100
    assert read(model, "DescribeJobs", {"jobs": jobs}, size=len(json.dumps(jobs)))["jobs"] == jobs


def test_an_invalid_request_is_framed_and_others_are_not() -> None:
    assert ClientError("No.").message("id") == "No."
    framed = InvalidRequest("vCPU is not provided.").message("1-2")
    assert framed == "Error executing request, Exception : vCPU is not provided., RequestId: 1-2"


def test_what_exists_is_a_conflict() -> None:
    assert (ClientError("No.").status, AlreadyExists().status, str(AlreadyExists())) == (
        400,
        409,
        "Object already exists",
    )
