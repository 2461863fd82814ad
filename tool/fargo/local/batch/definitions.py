"""Job definitions and their revisions.

Source: API reference, RegisterJobDefinition, DescribeJobDefinitions and DeregisterJobDefinition; user guide,
"Job definition parameters".
"""

import re

from fargo.local.batch import containers, names, tags
from fargo.local.batch.errors import ClientError, InvalidRequest
from fargo.local.batch.pages import check_count, page
from fargo.local.batch.records import Definition, Wire
from fargo.local.batch.store import Region, Store

_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "resourceRequirements", "secrets")
_OTHERS = {
    "nodeProperties": "multi-node jobs, which AWS runs on EC2",
    "ecsProperties": "jobs with several containers",
    "eksProperties": "jobs on EKS",
    "consumableResourceProperties": "consumable resources",
}
_ATTEMPTS = range(1, 11)
_RULES_MAX = 5
_PATTERN_MAX = 512
_PRIORITIES = range(10_000)
_TIMEOUT_MIN_S = 60
_GONE_AFTER_MS = 180 * 24 * 3600 * 1000
"""How long a deregistered revision can be described. Source: API reference, DeregisterJobDefinition."""
_DEREGISTERED = "deregisteredAt"
"""Kept with the definition, and no part of the API."""


def register(store: Store, region: Region, params: Wire) -> Wire:
    """RegisterJobDefinition: the next revision of its name; numbers are never used again."""
    name = names.check("jobDefinitionName", params["jobDefinitionName"])
    container = _container(params)
    revisions = region.definitions.get(name, [])
    number = revisions[-1].revision + 1 if revisions else 1
    arn = region.arn("job-definition", f"{name}:{number}")
    wire: Wire = {
        "jobDefinitionName": name,
        "jobDefinitionArn": arn,
        "revision": number,
        "status": "ACTIVE",
        "type": "container",
        "parameters": params.get("parameters", {}),
        "containerProperties": container,
        "tags": tags.check(params.get("tags", {})),
        "platformCapabilities": _platforms(params),
        "containerOrchestrationType": "ECS",
    }
    if "retryStrategy" in params:
        wire["retryStrategy"] = check_retry(params["retryStrategy"])
    if "timeout" in params:
        wire["timeout"] = check_timeout(params["timeout"])
    if "propagateTags" in params:
        wire["propagateTags"] = params["propagateTags"]
    if "schedulingPriority" in params:
        wire["schedulingPriority"] = check_priority("schedulingPriority", params["schedulingPriority"])
    definition = Definition(name=name, revision=number, arn=arn, wire=wire)
    region.definitions.setdefault(name, []).append(definition)
    store.touch(definition)
    return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": number}


def describe(store: Store, region: Region, params: Wire) -> Wire:
    """DescribeJobDefinitions: by ARN or `name:revision`, or by name and status; the newest revision first."""
    wanted, name, status = (params.get(key) for key in ("jobDefinitions", "jobDefinitionName", "status"))
    if wanted and (name or status):
        raise ClientError("jobDefinitions can't be used with jobDefinitionName or status.")
    if wanted:
        check_count("jobDefinitions", wanted)
        found = [definition for text in wanted for definition in _matching(region, text)]
    elif name:
        found = _newest_first(region, name)
    else:
        found = [definition for each in region.definitions for definition in _newest_first(region, each)]
    now = store.clock.now()
    shown = [each for each in found if status in (None, each.wire["status"]) and not _gone(each, now)]
    items, token = page(shown, params, most=100)
    answer: Wire = {"jobDefinitions": [_wire(definition) for definition in items]}
    return answer | ({"nextToken": token} if token else {})


def deregister(store: Store, region: Region, params: Wire) -> Wire:
    """DeregisterJobDefinition: the revision becomes INACTIVE, and is described for 180 days more."""
    text = params["jobDefinition"]
    if not re.search(r":\d+$", text):
        raise ClientError(f"{text} names no revision; a revision such as {text}:1 is deregistered")
    for definition in _matching(region, text):
        if definition.active:
            definition.wire |= {"status": "INACTIVE", _DEREGISTERED: store.clock.now()}
            store.touch(definition)
    return {}


def find(region: Region, text: str) -> Definition:
    """The revision that a job is submitted with: the one named, or the newest active one.

    Raises:
        ClientError: there is none, or it was deregistered.
    """
    for definition in _matching(region, text):
        if definition.active:
            return definition
    raise ClientError(f"Job definition {text} does not exist or is not ACTIVE.")


def check_retry(retry: Wire) -> Wire:
    """A retry strategy within AWS's limits.

    Raises:
        ClientError: no attempts, too many attempts or rules, or a pattern that AWS does not take.
    """
    rules = retry.get("evaluateOnExit", [])
    if "attempts" not in retry:
        raise InvalidRequest("RetryAttempts must be provided with retry strategy.")
    if retry["attempts"] not in _ATTEMPTS:
        raise InvalidRequest("retryStrategy.attempts must be between 1 and 10.")
    if len(rules) > _RULES_MAX:
        raise InvalidRequest(f"retryStrategy.evaluateOnExit must have at most {_RULES_MAX} rules.")
    for rule in rules:
        for condition in ("onStatusReason", "onReason", "onExitCode"):
            if len(rule.get(condition, "")) > _PATTERN_MAX:
                raise InvalidRequest(f"{condition} can have up to {_PATTERN_MAX} characters.")
        if not re.fullmatch(r"\d*\*?", rule.get("onExitCode", "")):
            raise InvalidRequest("onExitCode may contain only digits, and may end with an asterisk.")
    return {"attempts": retry["attempts"], "evaluateOnExit": rules}


def check_timeout(timeout: Wire) -> Wire:
    """A timeout of at least 60 seconds.

    Raises:
        ClientError: it is shorter.
    """
    if timeout.get("attemptDurationSeconds", 0) < _TIMEOUT_MIN_S:
        raise InvalidRequest(f"timeout.attemptDurationSeconds must be at least {_TIMEOUT_MIN_S} seconds.")
    return timeout


def check_priority(member: str, priority: int) -> int:
    """A scheduling priority from 0 to 9999.

    Raises:
        ClientError: it is another number.
    """
    if priority not in _PRIORITIES:
        raise InvalidRequest(f"{member} must be between 0 and {_PRIORITIES[-1]}.")
    return priority


def _container(params: Wire) -> Wire:
    """containerProperties, checked, with the empty lists that AWS shows."""
    for key, what in _OTHERS.items():
        if params.get(key):
            raise ClientError(f"The local AWS does not offer {what} ({key}); give containerProperties")
    if params["type"] != "container":
        raise ClientError(
            "The local AWS offers job definitions of type container only: AWS runs others on EC2"
        )
    if not params.get("containerProperties"):
        raise InvalidRequest("Container properties should not be empty.")
    container: Wire = {key: [] for key in _LISTS} | params["containerProperties"]
    containers.check(container, fargate="FARGATE" in _platforms(params))
    return container


def _platforms(params: Wire) -> list[str]:
    return list(params.get("platformCapabilities") or ["EC2"])


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


def _gone(definition: Definition, now: int) -> bool:
    since: int = definition.wire.get(_DEREGISTERED, now)
    return now - since > _GONE_AFTER_MS


def _wire(definition: Definition) -> Wire:
    return {key: value for key, value in definition.wire.items() if key != _DEREGISTERED}
