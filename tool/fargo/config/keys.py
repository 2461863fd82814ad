"""What is said about a key of fargo.toml beside its type: once, for reader, JSON Schema and page.

The limits are JSON Schema's own keywords, so that an editor refuses what the reader refuses.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

TABLE = type[msgspec.Struct]

_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, allowed: value in allowed,
    "minimum": lambda value, least: value >= least,
    "maximum": lambda value, most: value <= most,
    "minItems": lambda value, least: len(value) >= least,
    "maxItems": lambda value, most: len(value) <= most,
    "minLength": lambda value, least: len(value) >= least,
    "maxLength": lambda value, most: len(value) <= most,
    # `$` alone would let a line feed pass.
    "pattern": lambda value, pattern: bool(re.fullmatch(pattern, value)),
}
"""JSON Schema's keywords that the reader checks by itself; others are for editors alone."""


def key(meaning: str = "", allowed: str = "", **limits: object) -> msgspec.Meta:
    """Say something about a key, or about each member of a list or a table.

    Args:
        meaning: a sentence or two, without links: editors show it.
        allowed: what may stand there, in words, where the limits do not say it themselves.
        limits: JSON Schema's keywords; patterns are anchored at both ends.
    """
    return msgspec.Meta(
        description=meaning or None, extra_json_schema=dict(limits), extra={"allowed": allowed}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as its table declares it.

    Attributes:
        kind: its type as TOML has it, such as `list of strings`.
        default: None where the key must be there.
        allowed: in words; empty where its type says it all.
        limits: JSON Schema's keywords for its value.
        of_members: the same for the members of a list.
    """

    name: str
    kind: str
    default: object | None
    allowed: str
    meaning: str
    limits: Mapping[str, Any]
    of_members: Mapping[str, Any]

    def wrong(self, value: object) -> Iterator[object]:
        """The value, or those of its members, that cannot be."""
        if not _holds(value, self.limits):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if not _holds(each, self.of_members))


def _holds(value: object, limits: Mapping[str, Any]) -> bool:
    return all(_LIMITS[name](value, limit) for name, limit in limits.items() if name in _LIMITS)


@cache
def keys(table: TABLE) -> tuple[Key, ...]:
    """Every key of a table, in the order of its class."""
    hints = get_type_hints(table, include_extras=True)
    return tuple(
        _key(field.name, hints[field.name], _default(field)) for field in msgspec.structs.fields(table)
    )


def _default(field: msgspec.structs.FieldInfo) -> object | None:
    if field.default_factory is not msgspec.NODEFAULT:
        made: object = field.default_factory()
        return made
    return None if field.default is msgspec.NODEFAULT else field.default


def _key(name: str, hint: object, default: object | None) -> Key:
    kind, said = _parted(hint)
    member, said_of_members = _parted(get_args(kind)[-1]) if get_args(kind) else (None, {})
    limits, of_members = (each.get("limits", {}) for each in (said, said_of_members))
    words = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "table"}
    plural = "tables" if get_origin(member) is dict else "strings"
    compound = {list: f"list of {plural}", dict: f"table of {plural}"}
    return Key(
        name=name,
        kind=compound.get(get_origin(kind), "") or words[kind],
        default=default,
        allowed=said.get("allowed") or said_of_members.get("allowed") or _words({**limits, **of_members}),
        meaning=said.get("meaning", ""),
        limits=limits,
        of_members=of_members if get_origin(kind) is list else {},
    )


def _parted(hint: Any) -> tuple[Any, dict[str, Any]]:
    """A type, and what `key` says of it."""
    if get_origin(hint) is not Annotated:
        return hint, {}
    kind, meta = get_args(hint)
    said = {"meaning": meta.description, "limits": meta.extra_json_schema, "allowed": meta.extra["allowed"]}
    return kind, said


def _words(limits: Mapping[str, Any]) -> str:
    """The limits as a person would say them."""
    if "enum" in limits:
        choices = [f"{each:g}" if isinstance(each, float | int) else str(each) for each in limits["enum"]]
        return " or ".join(choices) if len(choices) < 3 else ", ".join(choices)  # noqa: PLR2004 # one or two
    if "maximum" in limits:
        return f"{limits['minimum']} to {limits['maximum']}"
    return f"{limits['minimum']} or more" if "minimum" in limits else ""
