"""Tags of compute environments, queues, job definitions and jobs. Source: API reference, TagResource."""

from fargo.local.batch.errors import ClientError
from fargo.local.batch.store import Region, Store, Wire

_MAX = 50


def list_tags(_store: Store, region: Region, params: Wire) -> Wire:
    """ListTagsForResource."""
    return {"tags": _tags(region, params["resourceArn"])}


def tag(_store: Store, region: Region, params: Wire) -> Wire:
    """TagResource: adds to, and replaces among, those that are there."""
    tags = _tags(region, params["resourceArn"])
    if len({**tags, **params["tags"]}) > _MAX:
        raise ClientError("A resource can have at most 50 tags.")
    tags.update(params["tags"])
    return {}


def untag(_store: Store, region: Region, params: Wire) -> Wire:
    """UntagResource: keys that are not there are no error."""
    tags = _tags(region, params["resourceArn"])
    for key in params["tagKeys"]:
        tags.pop(key, None)
    return {}


def _tags(region: Region, arn: str) -> dict[str, str]:
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    found: dict[str, str] | None = None
    match kind:
        case "compute-environment" if name in region.environments:
            found = region.environments[name].wire["tags"]
        case "job-queue" if name in region.queues:
            found = region.queues[name].wire["tags"]
        case "job-definition":
            base, _, revision = name.partition(":")
            found = next(
                (d.wire["tags"] for d in region.definitions.get(base, []) if str(d.revision) == revision),
                None,
            )
        case "job" if name in region.jobs:
            found = region.jobs[name].tags
    if found is None:
        raise ClientError(f"Resource {arn} does not exist.")
    return found
