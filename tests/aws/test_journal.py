"""The latest calls of AWS: how long they took, how they ended, and a command that asks the same."""

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.stub import Stubber
from local_aws import local_aws

from fargo.aws.journal import Call, Journal
from fargo.aws.session import Session, Target

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as found:
        yield found


def session(endpoint: str) -> Session:
    return Session(Target.LOCAL, "eu-west-1", endpoint=endpoint)


def command(operation: str, service: str = "batch", **arguments: object) -> str:
    return Call(at=T0, service=service, operation=operation, seconds=0.1, arguments=arguments).command


def test_a_call_is_noted_with_its_time_and_how_it_ended(endpoint: str) -> None:
    asked = session(endpoint)
    asked.client("batch").describe_jobs(jobs=["one"])
    with pytest.raises(asked.client("logs").exceptions.ResourceNotFoundException):
        asked.client("logs").get_log_events(logGroupName="/nobody", logStreamName="x")
    count, (first, second) = asked.journal.since()
    assert count == 2
    assert (first.service, first.operation, first.failure) == ("batch", "DescribeJobs", "")
    assert (second.operation, second.failure) == ("GetLogEvents", "ResourceNotFoundException")
    assert 0 < first.seconds < 60


def test_the_aws_command_asks_the_same(endpoint: str) -> None:
    asked = session(endpoint)
    asked.client("batch").describe_jobs(jobs=["one", "it's two"])
    asked.client("batch").describe_job_queues(maxResults=5)
    asked.client("s3").create_bucket(
        Bucket="journal-test", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    asked.client("s3").list_objects_v2(Bucket="journal-test", Prefix="a b/")
    environ = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    for call in asked.journal.since()[1]:
        if call.operation != "CreateBucket":
            done = subprocess.run(
                shlex.split(call.command), env=environ, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr


def test_what_never_reached_aws_is_noted_too() -> None:
    asked = session("http://127.0.0.1:9")
    with pytest.raises(Exception, match="Could not connect"):
        asked.client("batch", attempts=1).describe_jobs(jobs=["one"])
    assert [call.failure for call in asked.journal.since()[1]] == ["EndpointConnectionError"]


def test_only_the_latest_calls_are_kept_and_what_is_new_can_be_asked_for() -> None:
    journal = Journal(kept=3)
    for number in range(5):
        journal.add(Call(at=T0, service="batch", operation=str(number), seconds=0))
    assert [call.operation for call in journal.since()[1]] == ["2", "3", "4"]
    assert [call.operation for call in journal.since(4)[1]] == ["4"]
    assert journal.since(5) == (5, ())


def test_threads_may_note_at_once() -> None:
    journal = Journal()
    threads = [
        threading.Thread(
            target=lambda: [
                journal.add(Call(at=T0, service="s3", operation="x", seconds=0)) for _ in range(500)
            ]
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.since()[0] == 2_000


def test_secrets_are_not_shown_and_bodies_not_kept() -> None:
    overrides = {"command": ["x"], "environment": [{"name": "API_KEY", "value": "hunter2"}]}
    said = command("SubmitJob", jobName="j", containerOverrides=overrides)
    assert "hunter2" not in said
    assert "API_KEY" in said
    assert command("GetSecretValue", "secretsmanager", SecretId="name").endswith("--secret-id name")
    assert "hunter2" not in command("PutSecretValue", "secretsmanager", SecretId="n", SecretString="hunter2")
    assert "hunter2" not in command("PutObject", "s3", SSECustomerKey="hunter2")
    asked = session("http://127.0.0.1:9")
    client = asked.client("s3")
    with Stubber(client) as stub:
        stub.add_response("put_object", {})
        client.put_object(Bucket="b", Key="k", Body=b"hunter2")
    (call,) = asked.journal.since()[1]
    assert call.arguments["Body"] == "FILE"
    assert call.command.startswith("aws s3api put-object --bucket b --key k --body FILE ")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (command("ListJobs", jobQueue="q", filters=[{"name": "AFTER_CREATED_AT", "values": ["1"]}]), """aws batch list-jobs --job-queue q --filters '[{"name":"AFTER_CREATED_AT","values":["1"]}]'"""),
        (command("GetLogEvents", "logs", startFromHead=True), "aws logs get-log-events --start-from-head"),
        (command("GetLogEvents", "logs", startFromHead=False), "aws logs get-log-events --no-start-from-head"),
        (command("DescribeJobs", jobs=["a b"]), "aws batch describe-jobs --jobs 'a b'"),
        (command("GetObject", "s3", Bucket="b", Key="k"), "aws s3api get-object --bucket b --key k FILE"),
        (command("DescribeVpcEndpoints", "ec2", MaxResults=5), "aws ec2 describe-vpc-endpoints --max-results 5"),
    ],
)  # fmt: skip
def test_commands_are_written_as_the_aws_cli_takes_them(said: str, expected: str) -> None:
    assert said == expected
