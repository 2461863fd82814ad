"""Job definitions and their revisions.

Source: API reference, RegisterJobDefinition and ContainerProperties; user guide, "Job definition parameters".
"""

import re

from fargo.local.batch.errors import ClientError
from fargo.local.batch.pages import page
from fargo.local.batch.store import Definition, Region, Store, Wire
from fargo.model.fargate import STORAGE_GIB_DEFAULT, STORAGE_GIB_MAX, Size, is_valid

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")
_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "resourceRequirements", "secrets")
_NOT_ON_FARGATE = ("instanceType", "privileged", "vcpus", "memory")
_ATTEMPTS = range(1, 11)
_RULES_MAX = 5
TIMEOUT_MIN = 60


def register(_store: Store, region: Region, params: Wire) -> Wire:
    """RegisterJobDefinition: the next revision of its name."""
    name = params["jobDefinitionName"]
    if not _NAME.match(name):
        raise ClientError(f"jobDefinitionName must match the pattern {_NAME.pattern}, and {name!r} does not")
    if params["type"] != "container" or "containerProperties" not in params:
        raise ClientError(
            "The local AWS offers job definitions of type container, with containerProperties, only"
        )
    container = {key: [] for key in _LISTS} | params["containerProperties"]
    platforms = params.get("platformCapabilities", ["EC2"])
    if "FARGATE" in platforms:
        _check_fargate(container)
    revisions = region.definitions.setdefault(name, [])
    number = len(revisions) + 1
    arn = region.arn("job-definition", f"{name}:{number}")
    wire: Wire = {
        "jobDefinitionName": name,
        "jobDefinitionArn": arn,
        "revision": number,
        "status": "ACTIVE",
        "type": "container",
        "parameters": params.get("parameters", {}),
        "containerProperties": container,
        "tags": params.get("tags", {}),
        "platformCapabilities": platforms,
        "containerOrchestrationType": "ECS",
    }
    if "retryStrategy" in params:
        wire["retryStrategy"] = check_retry(params["retryStrategy"])
    if "timeout" in params:
        wire["timeout"] = check_timeout(params["timeout"])
    for key in ("propagateTags", "schedulingPriority"):
        if key in params:
            wire[key] = params[key]
    revisions.append(Definition(name=name, revision=number, arn=arn, wire=wire))
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": number}


def describe(_store: Store, region: Region, params: Wire) -> Wire:
    """DescribeJobDefinitions: by ARN or `name:revision`, by name, by status; the newest revision first."""
    if params.get("jobDefinitions"):
        found = [definition for text in params["jobDefinitions"] for definition in _matching(region, text)]
    elif "jobDefinitionName" in params:
        found = _newest_first(region, params["jobDefinitionName"])
    else:
        found = [definition for name in region.definitions for definition in _newest_first(region, name)]
    status = params.get("status")
    found = [definition for definition in found if status in (None, definition.wire["status"])]
    items, token = page(found, params, most=100)
    answer: Wire = {"jobDefinitions": [definition.wire for definition in items]}
    return answer | ({"nextToken": token} if token else {})


def deregister(_store: Store, region: Region, params: Wire) -> Wire:
    """DeregisterJobDefinition: the revision becomes INACTIVE and stays to be described."""
    text = params["jobDefinition"]
    if not re.search(r":\d+$", text):
        raise ClientError(f"{text} names no revision; a revision such as {text}:1 is deregistered")
    for definition in _matching(region, text):
        definition.wire["status"] = "INACTIVE"
    return {}


def find(region: Region, text: str) -> Definition:
    """The revision that a job is submitted with: the one named, or the newest active one.

    Raises:
        ClientError: there is none, or it was deregistered.
    """
    active = [definition for definition in _matching(region, text) if definition.active]
    if not active:
        raise ClientError(f"Job definition {text} does not exist or is not ACTIVE.")
    return active[0]


def check_retry(retry: Wire) -> Wire:
    """A retry strategy within AWS's limits; attempts are 1 where not given.

    Raises:
        ClientError: too many attempts or rules, or a pattern that AWS does not take.
    """
    attempts = retry.get("attempts", 1)
    rules = retry.get("evaluateOnExit", [])
    if attempts not in _ATTEMPTS:
        raise ClientError("retryStrategy.attempts must be between 1 and 10.")
    if len(rules) > _RULES_MAX:
        raise ClientError("retryStrategy.evaluateOnExit must have at most 5 rules.")
    for rule in rules:
        if not re.fullmatch(r"\d*\*?", rule.get("onExitCode", "")):
            raise ClientError("onExitCode may contain only digits, and may end with an asterisk.")
    return {"attempts": attempts, "evaluateOnExit": rules}


def check_timeout(timeout: Wire) -> Wire:
    """A timeout of at least 60 seconds.

    Raises:
        ClientError: it is shorter.
    """
    if timeout.get("attemptDurationSeconds", 0) < TIMEOUT_MIN:
        raise ClientError("timeout.attemptDurationSeconds must be at least 60 seconds.")
    return timeout


def size_of(container: Wire) -> Size:
    """What a container asks for.

    Raises:
        ClientError: VCPU or MEMORY is missing or no number.
    """
    wanted = {entry["type"]: entry["value"] for entry in container["resourceRequirements"]}
    try:
        return Size(float(wanted["VCPU"]), int(wanted["MEMORY"]))
    except (KeyError, ValueError) as error:
        raise ClientError(
            "resourceRequirements must name VCPU and MEMORY, as numbers, for Fargate."
        ) from error


def check_size(container: Wire) -> Size:
    """The container's size, one that Fargate offers.

    Raises:
        ClientError: Fargate has no such pair.
    """
    size = size_of(container)
    if not is_valid(size):
        raise ClientError(
            f"Fargate resource requirements ({size.vcpu:.2f} vCPU, {size.memory_mib} MiB) not valid."
        )
    return size


def _check_fargate(container: Wire) -> None:
    if not container.get("image"):
        raise ClientError("containerProperties.image must be specified.")
    if not container.get("executionRoleArn"):
        raise ClientError("executionRoleArn must be specified for Fargate job definitions.")
    misplaced = [key for key in _NOT_ON_FARGATE if container.get(key)]
    if misplaced:
        raise ClientError(f"{', '.join(misplaced)} must not be specified for Fargate job definitions.")
    check_size(container)
    storage = container.get("ephemeralStorage", {}).get("sizeInGiB", STORAGE_GIB_MAX)
    if not STORAGE_GIB_DEFAULT < storage <= STORAGE_GIB_MAX:
        raise ClientError("ephemeralStorage.sizeInGiB must be between 21 and 200.")


def _matching(region: Region, text: str) -> list[Definition]:
    """Revisions that `name`, `name:revision` or an ARN of either means, newest first."""
    name, _, revision = text.rpartition("job-definition/")[2].partition(":")
    return [
        definition
        for definition in _newest_first(region, name)
        if not revision or str(definition.revision) == revision
    ]


def _newest_first(region: Region, name: str) -> list[Definition]:
    return list(reversed(region.definitions.get(name, [])))
