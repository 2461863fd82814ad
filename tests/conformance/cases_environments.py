"""Compute environments."""

from casebook import API, GUIDE, Feature, holds, refused, same
from world import HOLD, World

_feature = Feature("Compute environments")
_case = _feature.case

_CREATE = API.format("CreateComputeEnvironment")
_UPDATE = API.format("UpdateComputeEnvironment")
_DELETE = API.format("DeleteComputeEnvironment")
_DESCRIBE = API.format("DescribeComputeEnvironments")
_RESOURCE = API.format("ComputeResource")


def _described(world: World, name: str) -> dict[str, object]:
    answer: dict[str, object] = world.call("DescribeComputeEnvironments", computeEnvironments=[name])[
        "computeEnvironments"
    ][0]
    return answer


@_case(
    "A new environment becomes VALID, is ENABLED, and has an ECS cluster",
    API.format("ComputeEnvironmentDetail"),
)
def environment_becomes_valid(world: World) -> None:
    found = _described(world, world.environment())
    same("state", found["state"], "ENABLED")
    same("type", found["type"], "MANAGED")
    same("orchestration", found.get("containerOrchestrationType"), "ECS")
    holds("it has an ecsClusterArn", ":cluster/" in str(found.get("ecsClusterArn")))


@_case("serviceRole may be left out: Batch uses its service-linked role", _CREATE)
def environment_without_a_service_role(world: World) -> None:
    request = world.environment_request()
    request.pop("serviceRole", None)
    world.call("CreateComputeEnvironment", **request)
    found = _described(world, request["computeEnvironmentName"])
    holds("the role is named", "AWSServiceRoleForBatch" in str(found.get("serviceRole")))


@_case("state may be left out: the environment is ENABLED", _CREATE)
def environment_is_enabled_by_default(world: World) -> None:
    request = world.environment_request()
    del request["state"]
    world.call("CreateComputeEnvironment", **request)
    same("state", _described(world, request["computeEnvironmentName"])["state"], "ENABLED")


@_case("A name is used once", _CREATE)
def environment_name_twice(world: World) -> None:
    request = world.environment_request()
    world.call("CreateComputeEnvironment", **request)
    refused(world, "CreateComputeEnvironment", **request)


@_case("Unknown names are left out of the answer", _DESCRIBE)
def environments_unknown_are_left_out(world: World) -> None:
    name = world.environment()
    found = world.call("DescribeComputeEnvironments", computeEnvironments=[name, world.name()])
    same("names", [each["computeEnvironmentName"] for each in found["computeEnvironments"]], [name])


@_case("maxResults makes pages, and nextToken leads through all of them", _DESCRIBE)
def environments_come_in_pages(world: World) -> None:
    names = {world.environment() for _ in range(3)}
    page = world.call("DescribeComputeEnvironments", maxResults=2)
    same("a page", len(page["computeEnvironments"]), 2)
    seen = [each["computeEnvironmentName"] for each in page["computeEnvironments"]]
    while page.get("nextToken"):
        page = world.call("DescribeComputeEnvironments", maxResults=2, nextToken=page["nextToken"])
        seen += [each["computeEnvironmentName"] for each in page["computeEnvironments"]]
    same("repeated", len(seen), len(set(seen)))
    holds("all are there", names <= set(seen))


@_case("An environment that is ENABLED is not deleted", _DELETE)
def environment_enabled_is_not_deleted(world: World) -> None:
    refused(world, "DeleteComputeEnvironment", computeEnvironment=world.environment())


@_case("An environment that a queue uses is not deleted", _DELETE)
def environment_in_a_queue_is_not_deleted(world: World) -> None:
    name = world.environment()
    world.queue(name)
    world.call("UpdateComputeEnvironment", computeEnvironment=name, state="DISABLED")
    world.until("the update is over", lambda: _described(world, name)["status"] == "VALID")
    refused(world, "DeleteComputeEnvironment", computeEnvironment=name)


@_case("An environment that is DISABLED and in no queue goes", _DELETE)
def environment_disabled_is_deleted(world: World) -> None:
    name = world.environment()
    world.call("UpdateComputeEnvironment", computeEnvironment=name, state="DISABLED")
    world.until("the update is over", lambda: _described(world, name)["status"] == "VALID")
    world.call("DeleteComputeEnvironment", computeEnvironment=name)

    def gone() -> bool:
        found = world.call("DescribeComputeEnvironments", computeEnvironments=[name])["computeEnvironments"]
        return not found or found[0]["status"] == "DELETED"

    world.until("it is gone", gone)


@_case("maxvCpus can be updated", _UPDATE)
def environment_is_updated(world: World) -> None:
    name = world.environment(max_vcpus=4)
    world.call("UpdateComputeEnvironment", computeEnvironment=name, computeResources={"maxvCpus": 8})
    resources = _described(world, name)["computeResources"]
    same("maxvCpus", resources["maxvCpus"], 8)  # type: ignore[index]


@_case("Jobs are not placed in a DISABLED environment, and are again once it is ENABLED", _UPDATE, runs=True)
def environment_disabled_starts_nothing(world: World) -> None:
    name = world.environment()
    queue = world.queue(name)
    world.call("UpdateComputeEnvironment", computeEnvironment=name, state="DISABLED")
    world.until("the update is over", lambda: _described(world, name)["status"] == "VALID")
    # A job in another queue, submitted later, has run in the meantime.
    waiting = world.submit(jobQueue=queue)
    world.wait(world.submit(), "SUCCEEDED")
    same("state", world.job(waiting)["status"], "RUNNABLE")
    world.call("UpdateComputeEnvironment", computeEnvironment=name, state="ENABLED")
    world.wait(waiting, "SUCCEEDED")


@_case("Disabling an environment leaves its running jobs alone", _UPDATE, runs=True)
def environment_disabled_keeps_running_jobs(world: World) -> None:
    name = world.environment()
    job_id = world.submit(HOLD, jobQueue=world.queue(name))
    world.wait(job_id, "RUNNING")
    world.call("UpdateComputeEnvironment", computeEnvironment=name, state="DISABLED")
    world.wait(world.submit(), "SUCCEEDED")
    same("state", world.job(job_id)["status"], "RUNNING")


def _resources(**resources: object) -> object:
    return lambda world: world.environment_request(resources=resources)


# fmt: off
REFUSALS = tuple(
    _feature.refusal(name, rule, document, "CreateComputeEnvironment", request)  # type: ignore[arg-type]
    for name, rule, document, request in (
        ("environment_of_unknown_type", "computeResources.type is one of a few words", _RESOURCE, _resources(type="FARGATE_MAGIC")),
        ("environment_with_instance_types", "instanceTypes are not for Fargate", _RESOURCE, _resources(instanceTypes=["m5.large"])),
        ("environment_with_min_vcpus", "minvCpus is not for Fargate", _RESOURCE, _resources(minvCpus=1)),
        ("environment_with_instance_role", "instanceRole is not for Fargate", _RESOURCE, _resources(instanceRole="ecsInstanceRole")),
        ("environment_with_17_subnets", "A Fargate environment has up to 16 subnets", _RESOURCE, lambda world: world.environment_request(resources={"subnets": [world.setting.subnet] * 17})),
        ("environment_without_security_groups", "A Fargate environment needs security groups", _RESOURCE, _resources(securityGroupIds=[])),
        ("environment_with_a_wrong_name", "A name has letters, digits, hyphens and underscores only", _CREATE, lambda world: world.environment_request(computeEnvironmentName="with spaces")),
        ("environment_with_129_letters", "A name has up to 128 letters", _CREATE, lambda world: world.environment_request(computeEnvironmentName="e" * 129)),
        ("environment_with_51_tags", "A resource has up to 50 tags", GUIDE.format("tag-restrictions"), lambda world: world.environment_request(tags={f"k{n}": "v" for n in range(51)})),
    )
)
# fmt: on

UNKNOWN = _feature.refusal(
    "environment_unknown_is_not_updated",
    "An environment that does not exist cannot be updated",
    _UPDATE,
    "UpdateComputeEnvironment",
    lambda world: {"computeEnvironment": world.name(), "state": "DISABLED"},
)
