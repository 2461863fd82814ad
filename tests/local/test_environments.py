"""Compute environments as the API has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import make_queue, wait_until

FARGATE = {"type": "FARGATE", "maxvCpus": 4, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}


def create(batch: Any, name: str, **changes: Any) -> str:
    request = {"computeEnvironmentName": name, "type": "MANAGED", "computeResources": FARGATE, **changes}
    return str(batch.create_compute_environment(**request)["computeEnvironmentArn"])


def describe(batch: Any, name: str) -> dict[str, Any]:
    found = batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return found[0] if found else {}


def test_a_new_environment_becomes_valid_and_shows_what_it_was_given(batch: Any, name: str) -> None:
    arn = create(batch, name, tags={"a": "b"})
    wait_until(lambda: describe(batch, name)["status"] == "VALID")
    found = describe(batch, arn)
    assert (
        found["computeEnvironmentArn"] == f"arn:aws:batch:eu-west-1:123456789012:compute-environment/{name}"
    )
    assert found["computeResources"] == FARGATE
    assert found["state"] == "ENABLED"
    assert found["statusReason"] == "ComputeEnvironment Healthy"
    assert found["containerOrchestrationType"] == "ECS"
    assert found["tags"] == {"a": "b"}
    assert found["uuid"] in found["ecsClusterArn"]


def test_without_a_service_role_the_service_linked_role_is_used(batch: Any, name: str) -> None:
    create(batch, name)
    role = describe(batch, name)["serviceRole"]
    assert role.endswith(":role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")


def test_an_update_changes_what_it_names_and_keeps_the_rest(batch: Any, name: str) -> None:
    create(batch, name)
    batch.update_compute_environment(
        computeEnvironment=name, state="DISABLED", computeResources={"maxvCpus": 9, "subnets": ["subnet-2"]}
    )
    found = describe(batch, name)
    assert found["state"] == "DISABLED"
    assert found["computeResources"] == {**FARGATE, "maxvCpus": 9, "subnets": ["subnet-2"]}
    wait_until(lambda: describe(batch, name)["status"] == "VALID")


def test_delete_refuses_an_environment_that_is_enabled(batch: Any, name: str) -> None:
    create(batch, name)
    with pytest.raises(ClientError, match="must be DISABLED"):
        batch.delete_compute_environment(computeEnvironment=name)


def test_delete_refuses_an_environment_that_a_queue_uses(batch: Any, name: str) -> None:
    make_queue(batch, name)
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="DISABLED")
    with pytest.raises(ClientError, match="found existing JobQueue relationship"):
        batch.delete_compute_environment(computeEnvironment=f"{name}-ce")


def test_a_deleted_environment_is_gone_after_a_moment_and_its_name_is_free(batch: Any, name: str) -> None:
    create(batch, name, state="DISABLED")
    batch.delete_compute_environment(computeEnvironment=name)
    assert describe(batch, name)["status"] == "DELETING"
    wait_until(lambda: not describe(batch, name))
    create(batch, name)


def test_deleting_what_is_not_there_is_no_error(batch: Any, name: str) -> None:
    assert batch.delete_compute_environment(computeEnvironment=name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "UNMANAGED"}, "type MANAGED only"),
        ({"computeResources": {**FARGATE, "type": "EC2"}}, "FARGATE and FARGATE_SPOT"),
        ({"computeResources": {**FARGATE, "minvCpus": 1}}, "minvCpus must not be specified"),
        ({"computeResources": {**FARGATE, "maxvCpus": 0}}, "at least 1"),
        ({"computeResources": {**FARGATE, "subnets": []}}, "1 to 16 subnets"),
        ({"computeResources": {**FARGATE, "securityGroupIds": []}}, "securityGroupIds must be specified"),
        ({"state": "ON"}, "Member must satisfy enum value set"),
        ({"computeEnvironmentName": "no spaces"}, "must match the pattern"),
    ],
)
def test_create_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        create(batch, name, **changes)
    assert refused.value.response["Error"]["Code"] == "ClientException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_name_is_taken_once(batch: Any, name: str) -> None:
    create(batch, name)
    with pytest.raises(ClientError, match="Object already exists"):
        create(batch, name)


def test_pages_hold_every_environment_once(batch: Any, name: str) -> None:
    made = [f"{name}-{number}" for number in range(3)]
    for each in made:
        create(batch, each)
    pages = batch.get_paginator("describe_compute_environments").paginate(PaginationConfig={"PageSize": 2})
    found = [env["computeEnvironmentName"] for page in pages for env in page["computeEnvironments"]]
    assert len(found) == len(set(found))
    assert set(made) <= set(found)


def test_a_token_that_is_not_ours_is_refused(batch: Any) -> None:
    with pytest.raises(ClientError, match="Invalid nextToken"):
        batch.describe_compute_environments(nextToken="bm9wZQ==")


def test_regions_do_not_see_each_other(batch: Any, endpoint: str, name: str) -> None:
    from local_aws import client

    create(batch, name)
    elsewhere = client("batch", endpoint, "us-east-2")
    assert elsewhere.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"] == []
