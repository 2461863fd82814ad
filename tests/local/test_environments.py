"""Compute environments as the API has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import client, make_definition, make_queue, script, settled, wait_for_job, wait_until

FARGATE = {"type": "FARGATE", "maxvCpus": 4, "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}


def create(batch: Any, name: str, **changes: Any) -> str:
    request = {"computeEnvironmentName": name, "type": "MANAGED", "computeResources": FARGATE, **changes}
    arn = batch.create_compute_environment(**request)["computeEnvironmentArn"]
    settled(batch, request["computeEnvironmentName"])
    return str(arn)


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


def test_of_an_environment_with_jobs_the_delete_makes_an_invalid_one(batch: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    job_id = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script({"sleep": 600})
    )["jobId"]
    wait_for_job(batch, job_id, "RUNNING")
    create(batch, name)
    batch.update_job_queue(jobQueue=name, computeEnvironmentOrder=[{"order": 1, "computeEnvironment": name}])
    batch.update_compute_environment(computeEnvironment=f"{name}-ce", state="DISABLED")
    wait_until(lambda: describe(batch, f"{name}-ce")["status"] == "VALID")
    batch.delete_compute_environment(computeEnvironment=f"{name}-ce")
    found = describe(batch, f"{name}-ce")
    assert (found["status"], "Terminate the jobs" in found["statusReason"]) == ("INVALID", True)
    batch.terminate_job(jobId=job_id, reason="make room")
    wait_for_job(batch, job_id, "FAILED")
    batch.delete_compute_environment(computeEnvironment=f"{name}-ce")
    wait_until(lambda: not describe(batch, f"{name}-ce"))


EC2 = {
    "imageId": "ami-1",
    "instanceRole": "r",
    "launchTemplate": {"launchTemplateName": "t"},
    "tags": {"a": "b"},
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": "UNMANAGED"}, "type MANAGED only"),
        ({"eksConfiguration": {"eksClusterArn": "x", "kubernetesNamespace": "y"}}, "does not offer EKS"),
        ({"unmanagedvCpus": 1}, "unmanagedvCpus is not applicable"),
        ({"computeResources": {**FARGATE, "type": "EC2"}}, "FARGATE and FARGATE_SPOT"),
        ({"computeResources": {**FARGATE, "minvCpus": 1}}, "minvCpus is not applicable for Fargate"),
        ({"computeResources": {**FARGATE, "desiredvCpus": 0}}, "desiredvCpus is not applicable for Fargate"),
        *(
            ({"computeResources": {**FARGATE, key: value}}, f"{key} is not applicable for Fargate")
            for key, value in EC2.items()
        ),
        ({"computeResources": {**FARGATE, "maxvCpus": 0}}, "at least 1"),
        ({"computeResources": {**FARGATE, "subnets": []}}, "1 to 16 subnets"),
        ({"computeResources": {**FARGATE, "subnets": ["s"] * 17}}, "1 to 16 subnets"),
        ({"computeResources": {**FARGATE, "securityGroupIds": []}}, "1 to 5 securityGroupIds"),
        ({"computeResources": {**FARGATE, "securityGroupIds": ["s"] * 6}}, "1 to 5 securityGroupIds"),
        ({"state": "ON"}, "Member must satisfy enum value set"),
        ({"computeEnvironmentName": "no spaces"}, "up to 128 letters"),
        ({"computeEnvironmentName": "n" * 129}, "up to 128 letters"),
        ({"tags": {"aws:x": "y"}}, "must not begin with 'aws:'"),
    ],
)
def test_create_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        create(batch, name, **changes)
    assert refused.value.response["Error"]["Code"] == "ClientException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_what_is_empty_is_not_given(batch: Any, name: str) -> None:
    create(batch, name, computeResources={**FARGATE, "instanceTypes": [], "imageId": "", "tags": {}})
    assert describe(batch, name)["computeResources"]["maxvCpus"] == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, r"One of \[state \| compute-resources \| service-role \| unmanaged-vcpus\] is required"),
        ({"updatePolicy": {"terminateJobsOnUpdate": True}}, "One of"),
        (
            {"computeResources": {"type": "FARGATE_SPOT", "imageId": "ami-1"}},
            "can't be updated for Fargate compute environment: imageId, type",
        ),
        (
            {"state": "ENABLED", "updatePolicy": {"terminateJobsOnUpdate": True}},
            "can't be updated for Fargate compute environment: updatePolicy",
        ),
        ({"computeResources": {"desiredvCpus": 1}}, "desiredvCpus is not applicable for Fargate"),
        ({"computeResources": {"maxvCpus": 0}}, "at least 1"),
        ({"computeResources": {"subnets": ["s"] * 17}}, "1 to 16 subnets"),
        (
            {"serviceRole": "arn:aws:iam::123456789012:role/own"},
            "between the service-linked role and another",
        ),
        ({"unmanagedvCpus": 1}, "unmanagedvCpus is not applicable"),
    ],
)
def test_update_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    create(batch, name)
    before = describe(batch, name)["computeResources"]
    with pytest.raises(ClientError, match=words):
        batch.update_compute_environment(computeEnvironment=name, **changes)
    assert describe(batch, name)["computeResources"] == before


def test_an_empty_list_changes_nothing(batch: Any, name: str) -> None:
    create(batch, name)
    batch.update_compute_environment(
        computeEnvironment=name, computeResources={"subnets": [], "securityGroupIds": [], "maxvCpus": 5}
    )
    assert describe(batch, name)["computeResources"] == {**FARGATE, "maxvCpus": 5}


def test_a_role_of_one_s_own_keeps_the_network_as_it_is(batch: Any, name: str) -> None:
    create(batch, name, serviceRole="service/own")
    assert describe(batch, name)["serviceRole"] == "arn:aws:iam::123456789012:role/service/own"
    with pytest.raises(ClientError, match=r"\[subnets\] can be updated only for .* Service Linked Role"):
        batch.update_compute_environment(computeEnvironment=name, computeResources={"subnets": ["subnet-2"]})
    with pytest.raises(ClientError, match="between the service-linked role and another"):
        batch.update_compute_environment(computeEnvironment=name, serviceRole="")
    settled(batch, name)
    batch.update_compute_environment(computeEnvironment=name, serviceRole="other")
    assert describe(batch, name)["serviceRole"].endswith(":role/other")


def test_an_environment_that_is_being_changed_is_neither_changed_nor_deleted(batch: Any, name: str) -> None:
    create(batch, name)
    batch.update_compute_environment(computeEnvironment=name, state="DISABLED")
    with pytest.raises(ClientError, match="Cannot update, resource is being modified"):
        batch.update_compute_environment(computeEnvironment=name, state="ENABLED")
    with pytest.raises(ClientError, match="Cannot delete, resource is being modified"):
        batch.delete_compute_environment(computeEnvironment=name)
    settled(batch, name)
    batch.delete_compute_environment(computeEnvironment=name)
    wait_until(lambda: not describe(batch, name))


def test_a_region_has_at_most_fifty_environments(batch: Any, endpoint: str, name: str) -> None:
    elsewhere = client("batch", endpoint, "eu-west-3")
    has = len(elsewhere.describe_compute_environments()["computeEnvironments"])
    request = {"type": "MANAGED", "computeResources": FARGATE}
    for number in range(has, 50):
        elsewhere.create_compute_environment(computeEnvironmentName=f"e{number}", **request)
    with pytest.raises(ClientError, match="at most 50 compute environments"):
        elsewhere.create_compute_environment(computeEnvironmentName=name, **request)


def test_what_is_not_there_cannot_be_updated(batch: Any, name: str) -> None:
    with pytest.raises(ClientError, match=f"Compute environment {name} does not exist"):
        batch.update_compute_environment(computeEnvironment=name, state="DISABLED")


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


@pytest.mark.parametrize("size", [0, 101])
def test_a_page_has_one_to_a_hundred(batch: Any, size: int) -> None:
    with pytest.raises(ClientError, match=f"between 1 and 100, and {size} was given"):
        batch.describe_compute_environments(maxResults=size)


def test_at_most_a_hundred_are_described(batch: Any) -> None:
    with pytest.raises(ClientError, match="up to 100, and 101 were given"):
        batch.describe_compute_environments(computeEnvironments=["x"] * 101)


def test_a_token_that_is_not_ours_is_refused(batch: Any) -> None:
    with pytest.raises(ClientError, match="Invalid nextToken"):
        batch.describe_compute_environments(nextToken="bm9wZQ==")


def test_regions_do_not_see_each_other(batch: Any, endpoint: str, name: str) -> None:
    create(batch, name)
    elsewhere = client("batch", endpoint, "us-east-2")
    assert elsewhere.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"] == []
