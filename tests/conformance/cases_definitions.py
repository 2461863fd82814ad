"""Job definitions."""

from collections.abc import Callable
from typing import Any

from casebook import API, GUIDE, Feature, refused, same
from world import World, size

_feature = Feature("Job definitions")
_case = _feature.case

_REGISTER = API.format("RegisterJobDefinition")
_DESCRIBE = API.format("DescribeJobDefinitions")
_DEREGISTER = API.format("DeregisterJobDefinition")
_CONTAINER = API.format("ContainerProperties")
_SIZES = API.format("ResourceRequirement")
_RETRY = API.format("RetryStrategy")

SMALLEST_AND_LARGEST = {
    "0.25": ("512", "2048"),
    "0.5": ("1024", "4096"),
    "1": ("2048", "8192"),
    "2": ("4096", "16384"),
    "4": ("8192", "30720"),
    "8": ("16384", "61440"),
    "16": ("32768", "122880"),
}
NO_SIZES = (
    ("0.25", "4096"),
    ("0.5", "512"),
    ("1", "9216"),
    ("2", "3072"),
    ("3", "8192"),
    ("8", "18432"),
    ("16", "36864"),
)


def _described(world: World, **params: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("DescribeJobDefinitions", **params)["jobDefinitions"]
    return found


def _revisions(world: World, count: int, **more: Any) -> str:
    """Register a definition several times; its name."""
    request = world.definition_request(**more)
    for _ in range(count):
        world.call("RegisterJobDefinition", **request)
    return str(request["jobDefinitionName"])


@_case("The revisions of a name count from 1", GUIDE.format("job_definition_parameters"))
def definition_revisions_count(world: World) -> None:
    request = world.definition_request()
    found = [world.call("RegisterJobDefinition", **request)["revision"] for _ in range(3)]
    same("revisions", found, [1, 2, 3])


@_case("A name means all its revisions, name:revision and the ARN mean one", _DESCRIBE)
def definition_is_found_in_three_ways(world: World) -> None:
    name = _revisions(world, 2)
    by_name = _described(world, jobDefinitionName=name)
    same("by name", {each["revision"] for each in by_name}, {1, 2})
    same("by revision", [each["revision"] for each in _described(world, jobDefinitions=[f"{name}:2"])], [2])
    arn = next(each["jobDefinitionArn"] for each in by_name if each["revision"] == 1)
    same("by ARN", [each["revision"] for each in _described(world, jobDefinitions=[arn])], [1])


@_case(
    "status chooses ACTIVE or INACTIVE ones; a deregistered revision is INACTIVE and still described",
    _DESCRIBE,
)
def definition_deregistered_is_inactive(world: World) -> None:
    name = _revisions(world, 2)
    world.call("DeregisterJobDefinition", jobDefinition=f"{name}:2")
    active = _described(world, jobDefinitionName=name, status="ACTIVE")
    same("active", [each["revision"] for each in active], [1])
    inactive = _described(world, jobDefinitionName=name, status="INACTIVE")
    same("inactive", [each["revision"] for each in inactive], [2])


@_case("maxResults makes pages, and nextToken leads through all of them", _DESCRIBE)
def definitions_come_in_pages(world: World) -> None:
    name = _revisions(world, 3)
    page = world.call("DescribeJobDefinitions", jobDefinitionName=name, maxResults=2)
    same("a page", len(page["jobDefinitions"]), 2)
    rest = world.call(
        "DescribeJobDefinitions", jobDefinitionName=name, maxResults=2, nextToken=page["nextToken"]
    )
    found = [each["revision"] for each in [*page["jobDefinitions"], *rest["jobDefinitions"]]]
    same("all", sorted(found), [1, 2, 3])


@_case("A job without a revision gets the latest ACTIVE one", API.format("SubmitJob"))
def definition_latest_active_is_used(world: World) -> None:
    name = _revisions(world, 3)
    world.call("DeregisterJobDefinition", jobDefinition=f"{name}:3")
    job = world.job(world.submit(jobDefinition=name))
    same("revision", job["jobDefinition"].rpartition(":")[2], "2")


@_case("A name without an ACTIVE revision takes no jobs", API.format("SubmitJob"))
def definition_without_active_revision(world: World) -> None:
    name = _revisions(world, 1)
    world.call("DeregisterJobDefinition", jobDefinition=f"{name}:1")
    refused(world, "SubmitJob", **world.job_request(jobDefinition=name))


@_case("Every size of Fargate's table is accepted", _SIZES)
def definition_of_every_size(world: World) -> None:
    for vcpu, memories in SMALLEST_AND_LARGEST.items():
        for memory in memories:
            world.definition(vcpu=vcpu, memory=memory)


@_case("Ephemeral storage is 21 to 200 GiB", API.format("EphemeralStorage"))
def definition_with_storage(world: World) -> None:
    for gib in (21, 200):
        name = world.definition(container={"ephemeralStorage": {"sizeInGiB": gib}})
        (found,) = _described(world, jobDefinitionName=name.partition(":")[0])
        same("storage", found["containerProperties"].get("ephemeralStorage"), {"sizeInGiB": gib})


@_case(
    "A definition is described with its retryStrategy, timeout, parameters, tags and propagateTags",
    API.format("JobDefinition"),
)
def definition_is_described_whole(world: World) -> None:
    whole: dict[str, Any] = {
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"onExitCode": "1", "action": "EXIT"}]},
        "timeout": {"attemptDurationSeconds": 120},
        "parameters": {"speed": "slow"},
        "tags": {"team": "red"},
        "propagateTags": True,
        "platformCapabilities": ["FARGATE"],
    }
    name = world.definition(**whole).partition(":")[0]
    (found,) = _described(world, jobDefinitionName=name)
    for key, value in whole.items():
        shown: Any = found.get(key)
        if key == "retryStrategy":
            shown["evaluateOnExit"][0]["action"] = shown["evaluateOnExit"][0]["action"].upper()
        same(key, shown, value)


@_case("platformCapabilities are EC2 where none are given, and each revision's own", _REGISTER)
def definition_platform_is_each_revision_s_own(world: World) -> None:
    request = world.definition_request()
    container = {"image": world.setting.image, "resourceRequirements": size("1", "512")}
    plain = {
        "jobDefinitionName": request["jobDefinitionName"],
        "type": "container",
        "containerProperties": container,
    }
    world.call("RegisterJobDefinition", **plain)
    world.call("RegisterJobDefinition", **request)
    found = {
        each["revision"]: each["platformCapabilities"]
        for each in _described(world, jobDefinitionName=request["jobDefinitionName"])
    }
    same("platforms", found, {1: ["EC2"], 2: ["FARGATE"]})


def _container(**container: object) -> Callable[[World], dict[str, Any]]:
    return lambda world: world.definition_request(container=container)


def _with(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: world.definition_request(**more)


def _without(key: str) -> Callable[[World], dict[str, Any]]:
    def request(world: World) -> dict[str, Any]:
        whole = world.definition_request()
        del (whole if key in whole else whole["containerProperties"])[key]
        return whole

    return request


def _size(vcpu: str, memory: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: world.definition_request(vcpu=vcpu, memory=memory)


_EXIT = {"onExitCode": "1", "action": "EXIT"}

# fmt: off
REFUSALS = tuple(
    _feature.refusal(name, rule, document, "RegisterJobDefinition", request)
    for name, rule, document, request in (
        *(
            (f"definition_of_{vcpu.replace('.', '_')}_vcpu_and_{memory}_mib", f"Fargate has no {vcpu} vCPU with {memory} MiB", _SIZES, _size(vcpu, memory))
            for vcpu, memory in NO_SIZES
        ),
        ("definition_without_execution_role", "A Fargate definition needs an executionRoleArn", _CONTAINER, _without("executionRoleArn")),
        ("definition_without_container", "A definition of type container needs its properties", _REGISTER, _without("containerProperties")),
        ("definition_privileged", "Nothing is privileged on Fargate", _CONTAINER, _container(privileged=True)),
        ("definition_with_old_vcpus", "vcpus and memory of old are not for Fargate", _CONTAINER, _container(vcpus=1, memory=2048)),
        ("definition_with_storage_of_20", "Ephemeral storage is at least 21 GiB", API.format("EphemeralStorage"), _container(ephemeralStorage={"sizeInGiB": 20})),
        ("definition_with_storage_of_201", "Ephemeral storage is at most 200 GiB", API.format("EphemeralStorage"), _container(ephemeralStorage={"sizeInGiB": 201})),
        ("definition_with_reserved_variable", "Variables do not begin with AWS_BATCH", _CONTAINER, _container(environment=[{"name": "AWS_BATCH_MINE", "value": "1"}])),
        ("definition_with_timeout_of_59", "A timeout is at least 60 seconds", API.format("JobTimeout"), _with(timeout={"attemptDurationSeconds": 59})),
        ("definition_with_11_attempts", "A job has up to 10 attempts", _RETRY, _with(retryStrategy={"attempts": 11})),
        ("definition_with_6_rules", "evaluateOnExit has up to 5 rules", _RETRY, _with(retryStrategy={"attempts": 2, "evaluateOnExit": [_EXIT] * 6})),
        ("definition_multinode", "Multi-node jobs are not for Fargate", _REGISTER, _with(type="multinode")),
        ("definition_with_a_wrong_name", "A name has letters, digits, hyphens and underscores only", _REGISTER, _with(jobDefinitionName="with spaces")),
        ("definition_with_129_letters", "A name has up to 128 letters", _REGISTER, _with(jobDefinitionName="d" * 129)),
        ("definition_with_51_tags", "A resource has up to 50 tags", GUIDE.format("tag-restrictions"), _with(tags={f"k{n}": "v" for n in range(51)})),
        ("definition_of_25_kib", "A RegisterJobDefinition request has up to 24 KiB", GUIDE.format("service_limits"), _container(command=["x" * 25 * 1024])),
        ("definition_priority_of_10000", "A schedulingPriority is at most 9,999", _REGISTER, _with(schedulingPriority=10_000)),
    )
)
# fmt: on
