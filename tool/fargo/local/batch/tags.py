"""Tags of compute environments, queues, scheduling policies, job definitions and jobs.

Source: API reference, TagResource; user guide, "Tag restrictions".
"""

from collections.abc import Mapping

from fargo.local.batch.errors import ClientError
from fargo.local.batch.records import Definition, Environment, Job, Policy, Queue, Wire
from fargo.local.batch.store import Region, Store

_MAX = 50
_RESERVED = "aws:"

Tagged = Environment | Queue | Policy | Definition


def list_tags(_store: Store, region: Region, params: Wire) -> Wire:
    """ListTagsForResource."""
    return {"tags": _of(region, params["resourceArn"])[0]}


def tag(store: Store, region: Region, params: Wire) -> Wire:
    """TagResource: adds to, and replaces among, those that are there."""
    tags, item = _of(region, params["resourceArn"])
    given = check(params["tags"])
    if len({**tags, **given}) > _MAX:
        raise ClientError(f"A resource can have at most {_MAX} tags.")
    tags.update(given)
    store.keeper.note(item)
    return {}


def untag(store: Store, region: Region, params: Wire) -> Wire:
    """UntagResource: keys that are not there are no error."""
    tags, item = _of(region, params["resourceArn"])
    for key in params["tagKeys"]:
        tags.pop(key, None)
    store.keeper.note(item)
    return {}


def check(tags: Mapping[str, str]) -> dict[str, str]:
    """A copy of the tags of a request; the API model holds their number and lengths.

    Raises:
        ClientError: a key or a value begins with what AWS keeps for itself.
    """
    for text in (*tags, *tags.values()):
        if text.lower().startswith(_RESERVED):
            raise ClientError(
                f"Tag keys and values must not begin with '{_RESERVED}', which is kept for AWS, "
                f"and '{text}' does"
            )
    return dict(tags)


def _of(region: Region, arn: str) -> tuple[dict[str, str], Tagged | Job]:
    """The tags of a resource, to be changed in place, and the resource."""
    head, _, name = arn.partition("/")
    kind = head.rpartition(":")[2]
    if kind == "job" and ":" in name:
        raise ClientError(
            f"{arn} is a child of an array job; tags belong to the parent, {arn.rpartition(':')[0]}"
        )
    if head == region.arn(kind, "")[:-1]:
        if kind == "job" and name in region.jobs:
            return region.jobs[name].spec.tags, region.jobs[name]
        item = _item(region, kind, name)
        if item:
            tags: dict[str, str] = item.wire["tags"]
            return tags, item
    raise ClientError(f"Resource {arn} does not exist.")


def _item(region: Region, kind: str, name: str) -> Tagged | None:
    match kind:
        case "compute-environment":
            return region.environments.get(name)
        case "job-queue":
            return region.queues.get(name)
        case "scheduling-policy":
            return region.policies.get(name)
        case "job-definition":
            base, _, revision = name.partition(":")
            found = (each for each in region.definitions.get(base, []) if str(each.revision) == revision)
            return next(found, None)
    return None
