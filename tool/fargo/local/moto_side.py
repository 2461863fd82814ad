"""What AWS Batch asks of other services, asked of moto in this process."""

import json
from typing import Any

ACCOUNT = "123456789012"
"""moto's account: every access key belongs to it."""


def backend_of(service: str, region: str) -> Any:
    """What moto holds of a service in a region."""
    from moto import backends

    # Its overloads name every service; ours is a variable.
    get_backend: Any = backends.get_backend
    return get_backend(service)[ACCOUNT][region]


def knows_region(region: str) -> bool:
    """Whether AWS has this region, as far as moto knows."""
    from moto import backends

    return region in backends.get_backend("logs")[ACCOUNT].regions


def has_log_group(region: str, group: str) -> bool:
    """Whether CloudWatch Logs has this group."""
    return knows_region(region) and group in backend_of("logs", region).groups


def create_log_group(region: str, group: str) -> None:
    """Create the group; nothing where it exists."""
    if not has_log_group(region, group):
        backend_of("logs", region).create_log_group(group, {})


def create_log_stream(region: str, group: str, stream: str) -> None:
    """Create the stream; nothing where it exists or where the group was deleted meanwhile."""
    backend = backend_of("logs", region)
    if group in backend.groups and stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)


def put_log_events(region: str, group: str, stream: str, events: list[dict[str, Any]]) -> None:
    """Append `events` (`timestamp` in ms, `message`); dropped where the stream was deleted meanwhile."""
    backend = backend_of("logs", region)
    if group in backend.groups and stream in backend.groups[group].streams:
        backend.put_log_events(group, stream, events)


def has_event_rules(region: str) -> bool:
    """Whether the default event bus has a rule that may want an event."""
    return bool(backend_of("events", region).describe_event_bus("default").rules)


def put_event(
    region: str, detail_type: str, *, resources: list[str], detail: dict[str, Any], time_ms: int
) -> None:
    """Give an event of AWS Batch to the rules of the default event bus."""
    backend_of("events", region).put_events(
        [
            {
                "Source": "aws.batch",
                "DetailType": detail_type,
                "Resources": resources,
                "Detail": json.dumps(detail),
                "Time": time_ms / 1000,
            }
        ]
    )


def read_secret(region: str, value_from: str) -> str:
    """The value of a secret as a job definition names it.

    Args:
        region: where a bare parameter name is looked up.
        value_from: the ARN of a Secrets Manager secret, with an optional JSON key, version stage
            and version id after it; or the ARN or the name of a Systems Manager parameter.
            Source: ECS developer guide, "Specifying sensitive data".

    Raises:
        LookupError: there is no such secret, version, key or parameter; with AWS's words for it.
    """
    if ":secretsmanager:" in value_from:
        return _read_secretsmanager(value_from)
    return _read_parameter(region, value_from)


def _read_secretsmanager(value_from: str) -> str:
    from moto.core.exceptions import ServiceException
    from werkzeug.exceptions import HTTPException

    parts = value_from.split(":")
    arn, extra = ":".join(parts[:7]), [*parts[7:], "", "", ""]
    key, stage, version = extra[:3]
    try:
        found = backend_of("secretsmanager", parts[3]).get_secret_value(arn, version or None, stage or None)
    except (ServiceException, HTTPException, KeyError) as error:
        raise LookupError(
            "unable to retrieve secret from asm: ResourceNotFoundException: "
            "Secrets Manager can't find the specified secret."
        ) from error
    text = str(found.get("SecretString", ""))
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError) as error:
        raise LookupError(
            "unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain "
            f"json key {key}"
        ) from error


def _read_parameter(region: str, value_from: str) -> str:
    name = value_from
    if value_from.startswith("arn:"):
        region, resource = value_from.split(":", 5)[3], value_from.split(":", 5)[5]
        name = resource.removeprefix("parameter")
    backend = backend_of("ssm", region)
    # An ARN says `parameter/name` for the parameters `name` and `/name` alike.
    found = backend.get_parameter(name) or backend.get_parameter(name.lstrip("/"))
    if found is None:
        raise LookupError(f"unable to retrieve secrets from ssm: invalid parameters: {value_from}")
    return str(found.response_object(decrypt=True, region=region)["Value"])
