"""One job from SubmitJob to its end, as DescribeJobs tells it."""

import re
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import EXECUTION_ROLE, make_definition, make_queue, script, wait_for_job


@pytest.fixture
def ready(batch: Any, name: str) -> str:
    """A queue and a definition of the test's own name."""
    make_queue(batch, name)
    make_definition(batch, name)
    return name


def submit(batch: Any, name: str, *steps: Any, **more: Any) -> str:
    overrides = {**(script(*steps) if steps else {}), **more.pop("containerOverrides", {})}
    request = {"jobName": name, "jobQueue": name, "jobDefinition": name, "containerOverrides": overrides}
    return str(batch.submit_job(**{**request, **more})["jobId"])


def test_submit_answers_with_the_job_s_name_id_and_arn(batch: Any, ready: str) -> None:
    answer = batch.submit_job(jobName="some-name", jobQueue=ready, jobDefinition=ready)
    assert answer["jobName"] == "some-name"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer["jobId"])
    assert answer["jobArn"] == f"arn:aws:batch:eu-west-1:123456789012:job/{answer['jobId']}"


def test_a_command_has_no_empty_argument(batch: Any, ready: str) -> None:
    with pytest.raises(ClientError, match="Command field cannot have empty strings"):
        submit(batch, ready, containerOverrides={"command": ["echo", ""]})
    with pytest.raises(ClientError, match="Command field cannot have empty strings"):
        make_definition(batch, f"{ready}-empty", container={"command": ["echo", ""]})


def test_a_job_that_succeeds(batch: Any, ready: str) -> None:
    before = int(time.time() * 1000) - 1
    job = wait_for_job(batch, submit(batch, ready, {"sleep": 0.05}), "SUCCEEDED")
    (attempt,) = job["attempts"]
    assert job["statusReason"] == "Essential container in task exited"
    assert before < job["createdAt"] <= job["startedAt"] < job["stoppedAt"]
    assert (attempt["startedAt"], attempt["stoppedAt"]) == (job["startedAt"], job["stoppedAt"])
    assert attempt["container"]["exitCode"] == job["container"]["exitCode"] == 0
    assert job["container"]["taskArn"].startswith("arn:aws:ecs:eu-west-1:123456789012:task/AWSBatch-")
    task_id = job["container"]["taskArn"].rpartition("/")[2]
    assert job["container"]["logStreamName"] == f"{ready}/default/{task_id}"
    assert (job["isCancelled"], job["isTerminated"]) == (False, False)


def test_a_job_that_fails_keeps_its_exit_code(batch: Any, ready: str) -> None:
    job = wait_for_job(batch, submit(batch, ready, {"exit": 3}), "FAILED")
    assert job["container"]["exitCode"] == 3
    assert job["statusReason"] == "Essential container in task exited"
    assert "reason" not in job["container"]


def test_a_running_job_has_its_log_stream_and_no_ended_attempt(batch: Any, ready: str) -> None:
    job_id = submit(batch, ready, {"sleep": 600})
    job = wait_for_job(batch, job_id, "RUNNING")
    assert job["attempts"] == []
    assert "stoppedAt" not in job
    assert job["container"]["logStreamName"].startswith(f"{ready}/default/")
    batch.terminate_job(jobId=job_id, reason="enough")


def test_a_job_killed_for_memory(batch: Any, ready: str) -> None:
    job = wait_for_job(batch, submit(batch, ready, {"oom": True}), "FAILED")
    assert job["container"]["exitCode"] == 137
    assert job["container"]["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_a_container_that_cannot_start_has_no_exit_code_and_no_start(batch: Any, ready: str) -> None:
    job = wait_for_job(batch, submit(batch, ready, {"fail": "CannotPullContainerError: not found"}), "FAILED")
    assert job["statusReason"] == "CannotPullContainerError: not found"
    assert "exitCode" not in job["container"]
    assert "startedAt" not in job
    assert "logStreamName" not in job["attempts"][0]["container"]


def test_overrides_replace_by_name_and_by_type(batch: Any, name: str) -> None:
    make_queue(batch, name)
    environment = [{"name": "KEPT", "value": "1"}, {"name": "CHANGED", "value": "2"}]
    make_definition(batch, name, container={"environment": environment})
    job_id = submit(
        batch,
        name,
        containerOverrides={
            "command": ["other", "words"],
            "environment": [{"name": "CHANGED", "value": "3"}, {"name": "NEW", "value": "4"}],
            "resourceRequirements": [{"type": "MEMORY", "value": "1024"}],
        },
        tags={"a": "b"},
        timeout={"attemptDurationSeconds": 77},
    )
    job = wait_for_job(batch, job_id, "SUCCEEDED")
    values = {entry["name"]: entry["value"] for entry in job["container"]["environment"]}
    assert values == {"KEPT": "1", "CHANGED": "3", "NEW": "4"}
    sizes = {entry["type"]: entry["value"] for entry in job["container"]["resourceRequirements"]}
    assert sizes == {"VCPU": "0.25", "MEMORY": "1024"}
    assert job["container"]["command"] == ["other", "words"]
    assert job["timeout"] == {"attemptDurationSeconds": 77}
    assert job["tags"] == {"a": "b"}


def test_the_container_is_told_who_it_is(batch: Any, logs: Any, ready: str) -> None:
    names = ["JOB_ID", "JOB_ATTEMPT", "JQ_NAME", "CE_NAME"]
    job_id = submit(batch, ready, *({"env": f"AWS_BATCH_{each}"} for each in names), {"env": "AWS_REGION"})
    job = wait_for_job(batch, job_id, "SUCCEEDED")
    assert lines(logs, job) == [
        f"AWS_BATCH_JOB_ID={job_id}",
        "AWS_BATCH_JOB_ATTEMPT=1",
        f"AWS_BATCH_JQ_NAME={ready}",
        f"AWS_BATCH_CE_NAME={ready}-ce",
        "AWS_REGION=eu-west-1",
    ]


def test_parameters_are_put_into_the_command(batch: Any, logs: Any, name: str) -> None:
    make_queue(batch, name)
    command = ["say", "Ref::word", "Ref::absent"]
    make_definition(batch, name, container={"command": command}, parameters={"word": "default"})
    job = wait_for_job(batch, submit(batch, name, parameters={"word": "given"}), "SUCCEEDED")
    assert lines(logs, job) == ["say given Ref::absent"]


@pytest.mark.parametrize("form", ["{name}", "{name}:1", "{arn}"])
def test_a_definition_is_named_in_three_ways(batch: Any, name: str, form: str) -> None:
    make_queue(batch, name)
    arn = make_definition(batch, name)
    text = form.format(name=name, arn=arn)
    job = wait_for_job(batch, submit(batch, name, jobDefinition=text), "SUCCEEDED")
    assert job["jobDefinition"] == arn


def test_without_a_revision_the_newest_active_one_is_taken(batch: Any, name: str) -> None:
    make_queue(batch, name)
    for _ in range(3):
        newest = make_definition(batch, name)
    batch.deregister_job_definition(jobDefinition=newest)
    job = wait_for_job(batch, submit(batch, name), "SUCCEEDED")
    assert job["jobDefinition"].endswith(f"{name}:2")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"jobQueue": "nowhere"}, "Job queue nowhere does not exist"),
        ({"jobDefinition": "nothing"}, "nothing does not exist"),
        ({"jobName": "no spaces"}, "up to 128 letters"),
        ({"jobName": "n" * 129}, "up to 128 letters"),
        ({"arrayProperties": {"size": 1}}, "between 2 and 10000"),
        ({"arrayProperties": {"size": 10_001}}, "between 2 and 10000"),
        ({"nodeOverrides": {"numNodes": 2}}, r"multi-node jobs \(nodeOverrides\)"),
        ({"shareIdentifier": "a"}, "no fair-share scheduling policy"),
        ({"timeout": {"attemptDurationSeconds": 1}}, "at least 60 seconds"),
        ({"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "2"}]}}, "not valid"),
        ({"containerOverrides": {"environment": [{"name": "AWS_BATCH_X", "value": ""}]}}, "reserved"),
        ({"containerOverrides": {"environment": [{"value": "x"}]}}, "needs a name"),
    ],
)
def test_submit_refuses(batch: Any, ready: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        submit(batch, ready, **changes)
    assert refused.value.response["Error"]["Code"] == "ClientException"


def test_a_queue_of_shares_wants_a_priority_of_the_job_or_of_its_definition(batch: Any, name: str) -> None:
    policy = batch.create_scheduling_policy(name=name, fairsharePolicy={})["arn"]
    make_queue(batch, name, schedulingPolicyArn=policy)
    make_definition(batch, name)
    with pytest.raises(ClientError, match="Either schedulingPriority in job definition or"):
        submit(batch, name, shareIdentifier="red")
    by_job = submit(batch, name, shareIdentifier="red", schedulingPriorityOverride=0)
    make_definition(batch, name, schedulingPriority=7)
    by_definition = submit(batch, name, shareIdentifier="red")
    found = batch.describe_jobs(jobs=[by_job, by_definition])["jobs"]
    assert {job["jobId"]: job["schedulingPriority"] for job in found} == {by_job: 0, by_definition: 7}


def test_a_definition_for_ec2_is_refused_by_a_fargate_queue(batch: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name, platformCapabilities=["EC2"])
    with pytest.raises(ClientError, match="not for FARGATE"):
        submit(batch, name)


def test_describe_takes_a_hundred_ids_and_leaves_unknown_ones_out(batch: Any, ready: str) -> None:
    job_id = submit(batch, ready)
    found = batch.describe_jobs(jobs=[job_id, *["unknown"] * 99])["jobs"]
    assert [job["jobId"] for job in found] == [job_id]
    with pytest.raises(ClientError, match="at most 100"):
        batch.describe_jobs(jobs=["unknown"] * 101)
    with pytest.raises(ClientError, match="at least one"):
        batch.describe_jobs(jobs=[])


def test_a_secret_reaches_the_environment(batch: Any, logs: Any, endpoint: str, name: str) -> None:
    from local_aws import client

    secret = client("secretsmanager", endpoint).create_secret(Name=name, SecretString='{"key": "hush"}')[
        "ARN"
    ]
    client("ssm", endpoint).put_parameter(Name=f"/{name}", Value="psst", Type="SecureString")
    parameter = f"arn:aws:ssm:eu-west-1:123456789012:parameter/{name}"
    secrets = [
        {"name": "WHOLE", "valueFrom": secret},
        {"name": "KEY", "valueFrom": f"{secret}:key::"},
        {"name": "PARAMETER", "valueFrom": parameter},
    ]
    make_queue(batch, name)
    make_definition(batch, name, container={"secrets": secrets})
    steps = [{"env": each} for each in ("WHOLE", "KEY", "PARAMETER")]
    job = wait_for_job(batch, submit(batch, name, *steps), "SUCCEEDED")
    assert lines(logs, job) == ['WHOLE={"key": "hush"}', "KEY=hush", "PARAMETER=psst"]


@pytest.mark.parametrize(
    "value_from",
    ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:none-abcdef", "/no/such/parameter"],
)
def test_a_secret_that_is_not_there_fails_the_job_before_it_starts(
    batch: Any, name: str, value_from: str
) -> None:
    make_queue(batch, name)
    make_definition(batch, name, container={"secrets": [{"name": "S", "valueFrom": value_from}]})
    job = wait_for_job(batch, submit(batch, name), "FAILED")
    assert job["statusReason"].startswith("ResourceInitializationError: unable to retrieve secret")


@pytest.mark.parametrize(
    "options",
    [
        {"awslogs-group": "/no/such/group"},
        {"awslogs-group": "/fargo/test/jobs", "awslogs-region": "eu-nowhere-9"},
    ],
)
def test_a_log_group_that_is_not_there_fails_the_job_before_it_starts(
    batch: Any, name: str, options: dict[str, str]
) -> None:
    make_queue(batch, name)
    logging = {"logDriver": "awslogs", "options": options}
    make_definition(batch, name, container={"logConfiguration": logging})
    job = wait_for_job(batch, submit(batch, name), "FAILED")
    assert job["statusReason"].startswith("ResourceInitializationError: failed to validate logger args")
    assert "The specified log group does not exist" in job["statusReason"]


def test_without_a_log_configuration_the_group_of_aws_batch_is_used(batch: Any, logs: Any, name: str) -> None:
    make_queue(batch, name)
    batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties={
            "image": "none",
            "executionRoleArn": EXECUTION_ROLE,
            "resourceRequirements": [
                {"type": "VCPU", "value": "0.25"},
                {"type": "MEMORY", "value": "512"},
            ],
        },
    )
    job = wait_for_job(batch, submit(batch, name, {"out": "here"}), "SUCCEEDED")
    assert lines(logs, job, "/aws/batch/job") == ["here"]


def lines(logs: Any, job: dict[str, Any], group: str = "/fargo/test/jobs") -> list[str]:
    stream = job["container"]["logStreamName"]
    found = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
    return [event["message"] for event in found["events"]]
