"""Which attributes of a resource change: before and after, whole policies reduced to what differs in them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Filled in by AWS on every change, and said by nobody: noise beside what the change is about.
COMPUTED = frozenset({"arn", "arn_prefix", "id", "revision", "unique_id", "version_id"})

PROTOCOLS = {"tcp": "6", "udp": "17", "icmp": "1"}
"""Of security groups and network ACLs; AWS takes both and answers either (Amazon EC2 API, IpPermission)."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that changes.

    Attributes:
        name: its path, such as `compute_resources.max_vcpus` or `container_properties.image`.
        before: its value, or what of a list goes; None where there was none or it is sensitive.
        after: likewise.
        unknown: whether the value after is known only once applied.
        sensitive: whether the values are hidden.
    """

    name: str
    before: Any = None
    after: Any = None
    unknown: bool = False
    sensitive: bool = False

    @property
    def top(self) -> str:
        """The attribute of the resource that it is in."""
        return self.name.split(".")[0]


def attributes_of(change: Mapping[str, Any]) -> tuple[Attribute, ...]:
    """The attributes that differ in a `change` object of `terraform show -json`.

    Source: Terraform documentation, "JSON Output Format", change representation.
    """
    before, after, unknown = (_fields(change, name) for name in ("before", "after", "after_unknown"))
    hidden = [_fields(change, name) for name in ("before_sensitive", "after_sensitive")]
    found: list[Attribute] = []
    for name in sorted(before.keys() | after.keys() | unknown.keys()):
        differing = list(_differences(name, before.get(name), after.get(name), unknown.get(name)))
        if differing and any(_holds(each.get(name)) for each in hidden):
            differing = [Attribute(name, unknown=_holds(unknown.get(name)), sensitive=True)]
        found += differing
    return tuple(each for each in found if each.name not in COMPUTED)


def _fields(change: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A resource's attributes. Of its tags all that it has: the provider moves ours from one to the other."""
    found = change.get(name)
    found = dict(found) if isinstance(found, Mapping) else {}
    tags = found.pop("tags_all", None)
    if isinstance(tags, Mapping) and tags:
        found["tags"] = tags
    return found


def _differences(name: str, before: Any, after: Any, unknown: Any) -> Iterator[Attribute]:
    if unknown is True:
        yield Attribute(name, before, unknown=True)
        return
    before, after = _opened(before), _opened(after)
    if isinstance(before, dict) or isinstance(after, dict):
        before, after = before or {}, after or {}
    if (_canonical(before) == _canonical(after) and not _holds(unknown)) or not (before or after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        below = unknown if isinstance(unknown, dict) else {}
        old, new = _canonical(before), _canonical(after)
        same = {key for key in old.keys() & new.keys() if old[key] == new[key] and not _holds(below.get(key))}
        for key in sorted((before.keys() | after.keys() | below.keys()) - same):
            yield from _differences(f"{name}.{key}", before.get(key), after.get(key), below.get(key))
    elif _objects(before) and _objects(after):
        yield from _items(name, before, after, unknown if isinstance(unknown, list) else [])
    else:
        yield Attribute(name, before, after)


def _items(name: str, before: list[Any], after: list[Any], unknown: list[Any]) -> Iterator[Attribute]:
    """Of two lists of objects, what goes and what comes; one of each is taken for the same one, changed."""
    old, then = ([_canonical(item) for item in items] for items in (before, after))
    gone = [item for item, same in zip(before, old, strict=True) if same not in then]
    new = [item for item, same in zip(after, then, strict=True) if same not in old]
    if len(gone) == len(new) == 1:
        at = after.index(new[0])
        yield from _differences(name, gone[0], new[0], unknown[at] if at < len(unknown) else None)
    elif gone or new:
        yield Attribute(name, gone or None, new or None)


def _holds(marks: Any) -> bool:
    """Whether a mark such as `sensitive` is set anywhere in what Terraform gives as a tree of them."""
    if isinstance(marks, Mapping):
        return any(map(_holds, marks.values()))
    return any(map(_holds, marks)) if isinstance(marks, list) else marks is True


def _opened(value: Any) -> Any:
    """A string that holds a JSON document, as what it holds."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _canonical(value: Any) -> Any:
    """A value as AWS answers it: what is empty is not set, and a protocol is a number."""
    if isinstance(value, dict):
        found = {key: _canonical(each) for key, each in value.items()}
        if found.get("protocol") in PROTOCOLS:
            found["protocol"] = PROTOCOLS[found["protocol"]]
        return {key: each for key, each in found.items() if each}
    if isinstance(value, list):
        return [_canonical(each) for each in value]
    return value or None


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
