"""Job definitions and their revisions as the API has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import EXECUTION_ROLE, make_definition


def describe(batch: Any, **which: Any) -> list[dict[str, Any]]:
    return list(batch.describe_job_definitions(**which)["jobDefinitions"])


def test_a_definition_shows_what_it_was_given(batch: Any, name: str) -> None:
    given = {
        "retryStrategy": {
            "attempts": 3,
            "evaluateOnExit": [{"onStatusReason": "Your Spot Task was interrupted*", "action": "RETRY"}],
        },
        "timeout": {"attemptDurationSeconds": 900},
        "propagateTags": True,
        "tags": {"a": "b"},
        "parameters": {"p": "q"},
    }
    arn = make_definition(batch, name, **given)
    (found,) = describe(batch, jobDefinitions=[arn])
    assert {key: found[key] for key in given} == given
    assert found["status"] == "ACTIVE"
    assert found["platformCapabilities"] == ["FARGATE"]
    assert found["containerProperties"]["executionRoleArn"] == EXECUTION_ROLE
    assert found["containerProperties"]["environment"] == []


def test_each_registration_is_a_new_revision(batch: Any, name: str) -> None:
    first, second = make_definition(batch, name), make_definition(batch, name)
    assert first == f"arn:aws:batch:eu-west-1:123456789012:job-definition/{name}:1"
    assert second.endswith(f"/{name}:2")
    assert [found["revision"] for found in describe(batch, jobDefinitionName=name)] == [2, 1]


def test_a_deregistered_revision_is_inactive_and_stays(batch: Any, name: str) -> None:
    make_definition(batch, name)
    make_definition(batch, name)
    batch.deregister_job_definition(jobDefinition=f"{name}:1")
    assert [d["revision"] for d in describe(batch, jobDefinitionName=name, status="ACTIVE")] == [2]
    assert [d["revision"] for d in describe(batch, jobDefinitionName=name, status="INACTIVE")] == [1]


def test_a_deregistered_revision_takes_no_job(batch: Any, name: str) -> None:
    from local_aws import make_queue

    make_queue(batch, name)
    make_definition(batch, name)
    batch.deregister_job_definition(jobDefinition=f"{name}:1")
    with pytest.raises(ClientError, match="not ACTIVE"):
        batch.submit_job(jobName=name, jobQueue=name, jobDefinition=name)


def test_deregistering_needs_a_revision(batch: Any, name: str) -> None:
    make_definition(batch, name)
    with pytest.raises(ClientError, match="names no revision"):
        batch.deregister_job_definition(jobDefinition=name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vcpu": "1", "memory": "512"}, r"Fargate resource requirements \(1.00 vCPU, 512 MiB\) not valid"),
        ({"vcpu": "three"}, "as numbers"),
        ({"container": {"executionRoleArn": ""}}, "executionRoleArn must be specified"),
        ({"container": {"privileged": True}}, "privileged must not be specified"),
        ({"container": {"ephemeralStorage": {"sizeInGiB": 20}}}, "between 21 and 200"),
        ({"container": {"resourceRequirements": []}}, "must name VCPU and MEMORY"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "at least 60 seconds"),
        ({"retryStrategy": {"attempts": 11}}, "between 1 and 10"),
        ({"retryStrategy": {"evaluateOnExit": [{"onExitCode": "1*3", "action": "EXIT"}]}}, "only digits"),
        ({"type": "multinode"}, "type container"),
    ],
)
def test_register_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        make_definition(batch, name, **changes)
    assert describe(batch, jobDefinitionName=name) == []


def test_tags_are_added_replaced_and_removed(batch: Any, name: str) -> None:
    arn = make_definition(batch, name, tags={"a": "1", "b": "2"})
    batch.tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a", "never"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c": "4"}
    assert describe(batch, jobDefinitions=[arn])[0]["tags"] == {"b": "3", "c": "4"}


def test_tags_of_what_is_not_there_are_refused(batch: Any) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        batch.list_tags_for_resource(resourceArn="arn:aws:batch:eu-west-1:123456789012:job/none")
