"""Job definitions and their revisions as the API has them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws import EXECUTION_ROLE, make_definition

from fargo.local.batch.definitions import _gone
from fargo.local.batch.records import Definition


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


def container(**members: Any) -> dict[str, Any]:
    return {"container": members}


def size(**values: str) -> dict[str, Any]:
    return container(resourceRequirements=[{"type": kind, "value": value} for kind, value in values.items()])


def rule(**members: str) -> dict[str, Any]:
    return {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT", **members}]}}


EFS = {"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vcpu": "1", "memory": "512"}, r"Fargate resource requirements \(1.00 vCPU, 512 MiB\) not valid"),
        ({"vcpu": "three"}, "as numbers"),
        (container(resourceRequirements=[]), "vCPU is not provided"),
        (size(VCPU="1"), "Memory is not provided"),
        (size(VCPU="1", MEMORY="2048", GPU="1"), "GPU is not applicable for Fargate"),
        (container(image=""), "image must be specified"),
        (container(image="i" * 256), "up to 255 characters"),
        (container(executionRoleArn=""), "executionRoleArn must be specified"),
        (container(privileged=True), "'privileged' setting be 'false'"),
        (container(vcpus=1), "vcpus is not applicable for Fargate"),
        (container(instanceType="m5.large"), "instanceType is not applicable for Fargate"),
        (
            container(ulimits=[{"name": "nofile", "hardLimit": 1, "softLimit": 1}]),
            "ulimits is not applicable",
        ),
        (container(linuxParameters={"sharedMemorySize": 64}), "sharedMemorySize is not applicable"),
        (container(linuxParameters={"devices": [{"hostPath": "/dev/x"}]}), "devices is not applicable"),
        (container(linuxParameters={"maxSwap": 1}), "maxSwap is not applicable"),
        (container(ephemeralStorage={"sizeInGiB": 20}), "between 21 and 200"),
        (container(ephemeralStorage={"sizeInGiB": 201}), "between 21 and 200"),
        (
            container(logConfiguration={"logDriver": "syslog"}),
            "Log driver syslog is not supported for Fargate",
        ),
        (
            container(environment=[{"name": "AWS_BATCH_X", "value": ""}]),
            "AWS_BATCH are reserved: AWS_BATCH_X",
        ),
        (container(environment=[{"value": "x"}]), "must have a name"),
        (container(networkConfiguration={"assignPublicIp": "YES"}), "enum value set"),
        (
            container(runtimePlatform={"cpuArchitecture": "MIPS"}),
            "cpuArchitecture must be one of X86_64, ARM64",
        ),
        (
            container(runtimePlatform={"operatingSystemFamily": "BSD"}),
            "operatingSystemFamily must be one of LINUX",
        ),
        (
            container(runtimePlatform={**WINDOWS, "cpuArchitecture": "ARM64"}),
            "must be one of X86_64, and ARM64",
        ),
        (container(runtimePlatform=WINDOWS, user="me"), "user is not applicable for Windows"),
        (container(runtimePlatform=WINDOWS, volumes=[EFS]), "efsVolumeConfiguration is not applicable"),
        (container(volumes=[{"name": "v", "host": {"sourcePath": "/tmp"}}]), "host is not applicable"),
        (
            container(volumes=[EFS], fargatePlatformConfiguration={"platformVersion": "1.3.0"}),
            "version 1.4.0",
        ),
        (container(fargatePlatformConfiguration={"platformVersion": "new"}), "version new does not exist"),
        ({"timeout": {"attemptDurationSeconds": 59}}, "at least 60 seconds"),
        ({"retryStrategy": {"attempts": 11}}, "between 1 and 10"),
        ({"retryStrategy": {"attempts": 0}}, "between 1 and 10"),
        ({"retryStrategy": {}}, "RetryAttempts must be provided with retry strategy"),
        ({"retryStrategy": {"evaluateOnExit": [{"action": "EXIT"}]}}, "RetryAttempts must be provided"),
        ({"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}] * 6}}, "at most 5 rules"),
        (rule(onExitCode="1*3"), "only digits"),
        (rule(onReason="r" * 513), "onReason can have up to 512 characters"),
        (rule(action="STOP"), "enum value set"),
        ({"schedulingPriority": 10_000}, "schedulingPriority must be between 0 and 9999"),
        ({"schedulingPriority": -1}, "schedulingPriority must be between 0 and 9999"),
        ({"type": "multinode"}, "type container"),
        ({"ecsProperties": {"taskProperties": []}}, r"several containers \(ecsProperties\)"),
        ({"containerProperties": {}}, "Container properties should not be empty"),
        ({"tags": {"aws:x": "y"}}, "must not begin with 'aws:'"),
    ],
)
def test_register_refuses(batch: Any, name: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        make_definition(batch, name, **changes)
    assert describe(batch, jobDefinitionName=name) == []


@pytest.mark.parametrize("which", ["no spaces", "n" * 129, "-first"])
def test_a_name_has_letters_digits_hyphens_and_underscores(batch: Any, which: str) -> None:
    with pytest.raises(ClientError, match="up to 128 letters"):
        make_definition(batch, which)


def test_all_that_fargate_offers_is_taken_and_shown(batch: Any, name: str) -> None:
    given = {
        "volumes": [EFS],
        "mountPoints": [{"sourceVolume": "v", "containerPath": "/data", "readOnly": True}],
        "user": "me",
        "readonlyRootFilesystem": True,
        "privileged": False,
        "linuxParameters": {"initProcessEnabled": True},
        "networkConfiguration": {"assignPublicIp": "ENABLED"},
        "fargatePlatformConfiguration": {"platformVersion": "LATEST"},
        "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "ARM64"},
        "ephemeralStorage": {"sizeInGiB": 21},
        "secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:eu-west-1:123456789012:parameter/s"}],
        "logConfiguration": {"logDriver": "splunk"},
    }
    make_definition(batch, name, container=given, schedulingPriority=9999)
    (found,) = describe(batch, jobDefinitionName=name)
    assert {key: found["containerProperties"][key] for key in given} == given
    assert found["schedulingPriority"] == 9999


def test_a_definition_for_ec2_is_kept_and_takes_nothing_of_fargate_s(batch: Any, name: str) -> None:
    ec2 = {"image": "i", "vcpus": 1, "memory": 64}
    request = {"jobDefinitionName": name, "type": "container", "containerProperties": ec2}
    batch.register_job_definition(**request)
    assert describe(batch, jobDefinitionName=name)[0]["platformCapabilities"] == ["EC2"]
    request["containerProperties"] = {**ec2, "networkConfiguration": {"assignPublicIp": "ENABLED"}}
    with pytest.raises(ClientError, match="networkConfiguration is not applicable for EC2"):
        batch.register_job_definition(**request)


def test_a_revision_s_number_is_never_used_again(batch: Any, name: str) -> None:
    make_definition(batch, name)
    batch.deregister_job_definition(jobDefinition=f"{name}:1")
    assert make_definition(batch, name).endswith(f"/{name}:2")


def test_an_inactive_revision_is_described_for_180_days(batch: Any, name: str) -> None:
    arn = make_definition(batch, name)
    batch.deregister_job_definition(jobDefinition=arn)
    (found,) = describe(batch, jobDefinitions=[arn])
    assert found["status"] == "INACTIVE"
    days = 180 * 24 * 3600 * 1000
    wire = {"status": "INACTIVE", "deregisteredAt": 5}
    kept = Definition(name=name, revision=1, arn=arn, wire=wire)
    assert [_gone(kept, 5 + days + late) for late in (0, 1)] == [False, True]
    assert not _gone(Definition(name=name, revision=1, arn=arn, wire={}), days * 9)


def test_to_deregister_again_or_what_is_not_there_is_no_error(batch: Any, name: str) -> None:
    arn = make_definition(batch, name)
    for text in (arn, arn, f"{name}:99"):
        batch.deregister_job_definition(jobDefinition=text)
    assert [found["status"] for found in describe(batch, jobDefinitionName=name)] == ["INACTIVE"]


def test_definitions_are_named_or_searched_for_and_not_both(batch: Any, name: str) -> None:
    arn = make_definition(batch, name)
    for more in ({"status": "ACTIVE"}, {"jobDefinitionName": name}):
        with pytest.raises(ClientError, match="can't be used with"):
            describe(batch, jobDefinitions=[arn], **more)
    with pytest.raises(ClientError, match="up to 100, and 101 were given"):
        describe(batch, jobDefinitions=[arn] * 101)
    assert describe(batch, jobDefinitions=[f"{name}:7"]) == []


def test_pages_hold_every_revision_once(batch: Any, name: str) -> None:
    for _ in range(5):
        make_definition(batch, name)
    pages = batch.get_paginator("describe_job_definitions").paginate(
        jobDefinitionName=name, PaginationConfig={"PageSize": 2}
    )
    assert [found["revision"] for page in pages for found in page["jobDefinitions"]] == [5, 4, 3, 2, 1]
