"""Changes of a plan's JSON, which break one promise each: what `terraform show -json` would say then."""

import copy
from collections.abc import Callable
from typing import Any

Values = dict[str, Any]
Shown = dict[str, Any]
Change = Callable[[Shown], None]


def changed(shown: Shown, change: Change) -> Shown:
    """A plan with a change; the plan itself stays."""
    new = copy.deepcopy(shown)
    change(new)
    return new


def _resources(module: Shown) -> list[Shown]:
    return [
        *module.get("resources", []),
        *(each for child in module.get("child_modules", []) for each in _resources(child)),
    ]


def _values(shown: Shown, address: str) -> Values:
    """The values of the resource at an address, to be changed."""
    root = shown["planned_values"]["root_module"]
    (found,) = [each for each in _resources(root) if each["address"] == address]
    return found["values"]  # type: ignore[no-any-return]


def put(address: str, **new: Any) -> Change:
    """A resource with other values."""
    return lambda shown: _values(shown, address).update(new)


def drop(address: str) -> Change:
    """A plan without a resource."""

    def change(shown: Shown) -> None:
        def without(module: Shown) -> None:
            module["resources"] = [each for each in module.get("resources", []) if each["address"] != address]
            for child in module.get("child_modules", []):
                without(child)

        assert _values(shown, address)
        without(shown["planned_values"]["root_module"])

    return change


def add(kind: str, **given: Any) -> Change:
    """A resource of this kind, beside the stack's."""
    new = {"address": f"{kind}.new", "mode": "managed", "type": kind, "values": given}
    return lambda shown: shown["planned_values"]["root_module"].setdefault("resources", []).append(new)


def rules(address: str, side: str, change: Callable[[list[Values]], list[Values]]) -> Change:
    """The rules of a group, a list or a table on one side."""

    def change_side(shown: Shown) -> None:
        found = _values(shown, address)
        found[side] = change(found[side])

    return change_side


def rule(**new: Any) -> Callable[[list[Values]], list[Values]]:
    """One rule more, like those that are there."""
    return lambda there: [{**there[0], "prefix_list_ids": [], "security_groups": [], **new}, *there]


def text(address: str, field: str, before: str, after: str) -> Change:
    """A policy or other JSON in a field, with one text instead of another."""

    def change(shown: Shown) -> None:
        found = _values(shown, address)
        assert before in found[field], f"{before} is not in {found[field]}"
        found[field] = found[field].replace(before, after)

    return change
