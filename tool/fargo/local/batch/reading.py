"""Readers: what a shape of the API model takes of a JSON value, compiled once and called per request.

A reader gives back the value without nulls and without members that the model does not know, and writes
down what is wrong with it in the words that AWS's services share.
"""

from collections.abc import Callable, Mapping
from typing import Any

Reader = Callable[[Any, str, list[str]], Any]
"""(value, its path, problems so far) → the value; what is wrong is added to the problems."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
}
_CASE_IS_FREE = ("RetryAction",)
"""EvaluateOnExit's action. Source: API reference, EvaluateOnExit."""


def reader(shape: Any, known: dict[str, Reader]) -> Reader:
    """The reader of a botocore shape.

    Args:
        shape: from a botocore service model.
        known: readers made so far, by the shape's name; this one joins them.
    """
    found = known.get(shape.name)
    if found is None:
        make = {"structure": _structure, "list": _list, "map": _map}.get(shape.type_name)
        found = known[shape.name] = make(shape, known) if make else _scalar(shape)
    return found


def _structure(shape: Any, known: dict[str, Reader]) -> Reader:
    members = {name: reader(member, known) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def read(value: Any, path: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            return _refuse(value, path, "be an object", problems)
        start = f"{path}." if path else ""
        problems.extend(
            _problem(None, start + name, "not be null") for name in required if value.get(name) is None
        )
        return {
            name: members[name](item, start + name, problems)
            for name, item in value.items()
            if item is not None and name in members
        }

    return read


def _list(shape: Any, known: dict[str, Reader]) -> Reader:
    member, limit = reader(shape.member, known), _length(shape)
    plain = shape.member.type_name == "string" and not shape.member.metadata

    def read(value: Any, path: str, problems: list[str]) -> Any:
        if not isinstance(value, list):
            return _refuse(value, path, "be a list", problems)
        limit(value, path, problems)
        if plain and all(type(item) is str for item in value):
            return value
        return [
            member(item, f"{path}.{number}.member", problems) for number, item in enumerate(value, start=1)
        ]

    return read


def _map(shape: Any, known: dict[str, Reader]) -> Reader:
    of_key, of_value, limit = reader(shape.key, known), reader(shape.value, known), _most(shape)

    def read(value: Any, path: str, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            return _refuse(value, path, "be an object", problems)
        limit(value, path, problems)
        return {
            of_key(key, f"{path}.key", problems): of_value(item, f"{path}.{key}.member", problems)
            for key, item in value.items()
        }

    return read


def _scalar(shape: Any) -> Reader:
    types = _TYPES[shape.type_name]
    article = "an" if shape.type_name == "integer" else "a"
    limits = [_length(shape) if types == (str,) else _range(shape), _enum(shape)]
    checks = [check for check in limits if check is not _anything]

    def read(value: Any, path: str, problems: list[str]) -> Any:
        # JSON's true is no number, although Python's is.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            return _refuse(value, path, f"be {article} {shape.type_name}", problems)
        for check in checks:
            check(value, path, problems)
        return value

    return read


Check = Callable[[Any, str, list[str]], None]


def _anything(value: Any, path: str, problems: list[str]) -> None:
    """Nothing is wrong."""


def _length(shape: Any) -> Check:
    return _between(shape.metadata.get("min"), shape.metadata.get("max"), "have length", len)


def _most(shape: Any) -> Check:
    """The length of a map: AWS takes empty tags, although the model asks for one at least."""
    return _between(None, shape.metadata.get("max"), "have length", len)


def _range(shape: Any) -> Check:
    return _between(shape.metadata.get("min"), shape.metadata.get("max"), "have value", lambda value: value)


def _between(least: int | None, most: int | None, what: str, measure: Callable[[Any], float]) -> Check:
    if least is None and most is None:
        return _anything

    def check(value: Any, path: str, problems: list[str]) -> None:
        size = measure(value)
        if least is not None and size < least:
            problems.append(_problem(value, path, f"{what} greater than or equal to {least}"))
        if most is not None and size > most:
            problems.append(_problem(value, path, f"{what} less than or equal to {most}"))

    return check


def _enum(shape: Any) -> Check:
    allowed = getattr(shape, "enum", None)
    if not allowed:
        return _anything
    fold = str.upper if shape.name in _CASE_IS_FREE else str
    text = f"satisfy enum value set: [{', '.join(allowed)}]"

    def check(value: Any, path: str, problems: list[str]) -> None:
        if fold(value) not in allowed:
            problems.append(_problem(value, path, text))

    return check


def _refuse(value: Any, path: str, must: str, problems: list[str]) -> Any:
    problems.append(_problem(value, path, must))
    return value


def _problem(value: Any, path: str, must: str) -> str:
    """The sentence that AWS's services share for a member that breaks a rule."""
    given = "null" if value is None else f"'{value}'"
    return f"Value {given} at '{path}' failed to satisfy constraint: Member must {must}"
