"""What an apply would change, from Terraform's own plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fargo.cost import StandingCost

_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
DANGEROUS = ("replace", "delete")


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that changes: create, update, replace, delete, import or forget."""

    address: str
    action: str

    @property
    def module(self) -> str:
        """The module that it belongs to, such as `network`; empty in the root module."""
        parts = self.address.split(".")
        return parts[1].partition("[")[0] if parts[0] == "module" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployPlan:
    """What `up` or `down` would do.

    Attributes:
        file: Terraform's plan: exactly this is applied.
        changes: dangers first.
        drift: what others changed and this plan puts back.
        outputs_change: whether an output changes, though no resource does.
        standing: what the stack costs each month once applied.
    """

    file: Path
    account_id: str
    region: str
    image_tag: str
    changes: tuple[Change, ...]
    drift: tuple[Change, ...]
    outputs_change: bool
    standing: StandingCost

    @property
    def empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not self.changes and not self.outputs_change


def changes_of(shown: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes in `terraform show -json`'s answer, dangers first."""
    return _ordered(shown.get("resource_changes", ()))


def drift_of(shown: Mapping[str, Any]) -> tuple[Change, ...]:
    """What others changed and an apply puts back.

    Terraform also lists what AWS itself filled in since; that leads to no change and is left out.
    """
    changed = {change.address for change in changes_of(shown)}
    return tuple(drift for drift in _ordered(shown.get("resource_drift", ())) if drift.address in changed)


def outputs_change(shown: Mapping[str, Any]) -> bool:
    """Whether any output gets another value."""
    changes = shown.get("output_changes", {}).values()
    return any(change["actions"] != ["no-op"] for change in changes)


def _ordered(items: Any) -> tuple[Change, ...]:
    found = [Change(item["address"], action) for item in items if (action := _action(item["change"]))]
    return tuple(sorted(found, key=lambda change: (change.action not in DANGEROUS, change.address)))


def _action(change: Mapping[str, Any]) -> str:
    if change.get("importing"):
        return "import"
    return _ACTIONS.get(tuple(change["actions"]), "")
