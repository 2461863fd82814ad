"""What an apply would change, from Terraform's own plan."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fargo import cost
from fargo.cost import PACKAGED, Prices, StandingCost
from fargo.deploy.attributes import Attribute, attributes_of
from fargo.terraform import Outputs, Planned

_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
DANGEROUS = ("replace", "delete")
HOLDS_DATA = frozenset({"aws_cloudwatch_log_group", "aws_ecr_repository", "aws_kms_key", "aws_s3_bucket"})
"""What goes with one of these does not come back: objects, images, log lines, and all that a key encrypts."""

_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that changes: create, update, replace, delete, import or forget.

    Attributes:
        attributes: what changes in it, for an update or a replacement.
        replace_because: the attributes that cannot change in place.
        tainted: it is replaced because its creation did not end well.
        deposed: it is the old one, left over from a replacement that did not end.
    """

    address: str
    action: str
    attributes: tuple[Attribute, ...] = ()
    replace_because: tuple[str, ...] = ()
    tainted: bool = False
    deposed: bool = False

    @property
    def module(self) -> str:
        """The module that it belongs to, such as `network`; empty in the root module."""
        parts = _INDEX.sub("", self.address).split(".")
        return parts[1] if parts[0] == "module" else ""

    @property
    def type(self) -> str:
        """Its type, such as `aws_vpc`."""
        return _INDEX.sub("", self.address).split(".")[-2:][0]

    @property
    def data_loss(self) -> bool:
        """Whether data goes with it."""
        return self.action in DANGEROUS and self.type in HOLDS_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployPlan:
    """What `up` or `down` would do.

    Attributes:
        file: Terraform's plan: exactly this is applied.
        changes: dangers first.
        drift: what others changed and this plan puts back.
        outputs_change: whether an output changes, though no resource does.
        outputs: what the state puts out now, as `terraform output -json` gives it.
        standing: what the stack costs each month once applied.
        standing_now: what it costs now; None where nothing is deployed.
        refreshed: whether AWS was asked how things stand; else the state was believed.
        adopt: whether it takes over what another state of the name made.
    """

    file: Path
    account_id: str
    region: str
    image_tag: str
    changes: tuple[Change, ...] = ()
    drift: tuple[Change, ...] = ()
    outputs_change: bool = False
    outputs: Mapping[str, Any] = field(default_factory=dict)
    standing: StandingCost
    standing_now: StandingCost | None = None
    refreshed: bool = True
    adopt: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not self.changes and not self.outputs_change

    @property
    def cost_change(self) -> float:
        """By how many US dollars a month the standing cost changes."""
        return self.standing.monthly - (self.standing_now.monthly if self.standing_now else 0.0)


def changes_of(shown: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes in `terraform show -json`'s answer, dangers first and among them the loss of data."""
    return _ordered(shown.get("resource_changes", ()))


def drift_of(shown: Mapping[str, Any]) -> tuple[Change, ...]:
    """What others changed and an apply puts back, with the attributes that it puts back.

    Terraform also lists what AWS itself filled in since; that leads to no change and is left out.
    """
    planned = {change.address: change for change in changes_of(shown)}
    found = []
    for drift in _ordered(shown.get("resource_drift", ())):
        change = planned.get(drift.address)
        if change is None:
            continue
        undone = {attribute.top for attribute in change.attributes}
        attributes = tuple(each for each in drift.attributes if each.top in undone)
        if attributes or drift.action == "delete":
            found.append(Change(drift.address, drift.action, attributes))
    return tuple(found)


def outputs_change(shown: Mapping[str, Any]) -> bool:
    """Whether any output gets another value."""
    changes = shown.get("output_changes", {}).values()
    return any(change["actions"] != ["no-op"] for change in changes)


def outputs_now(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs in the state, as `terraform output -json` gives them; empty where there is none.

    Not from `prior_state`: Terraform has worked out there already what they will be.
    """
    found = shown.get("output_changes", {}).items()
    return {name: {"value": change["before"]} for name, change in found if change.get("before") is not None}


def changes_nothing(said: Iterable[object]) -> bool:
    """Whether a plan's events say that it changes no resource and no output.

    Args:
        said: the events of the plan.
    """
    actions = []
    for event in said:
        if isinstance(event, Planned):
            return False
        if isinstance(event, Outputs):
            actions += [output.get("action") for output in event.values.values()]
    return set(actions) == {"noop"}


def image_changes(said: Iterable[object], before: str, after: str) -> tuple[Change, ...]:
    """The changes that a plan's events tell of, where they are a new image's and no other.

    Args:
        said: the events of the plan.
        before: the tag of the image that was applied last.
        after: that of the new one.

    Returns:
        New revisions of job definitions; empty where anything else would change.
    """
    attributes = (Attribute("image", before, after),)
    changes = []
    for event in said:
        if isinstance(event, Outputs):
            changed = {name for name, output in event.values.items() if output.get("action") != "noop"}
            if not changed <= {"image_tag", "job_definitions"}:
                return ()
        if isinstance(event, Planned):
            change = Change(event.address, event.action, attributes)
            if (change.type, change.action) != ("aws_batch_job_definition", "update"):
                return ()
            changes.append(change)
    return tuple(changes)


def standing_then(shown: Mapping[str, Any], zones: int, prices: Prices = PACKAGED) -> StandingCost:
    """The standing cost once applied.

    Args:
        zones: of the project file, where the plan does not know them yet.
    """
    outputs = shown.get("planned_values", {}).get("outputs", {})
    names = outputs.get("zones", {}).get("value")
    endpoints = outputs.get("interface_endpoints", {}).get("value") or ()
    return cost.standing(endpoints, len(names) if names else zones, prices)


def standing_now(shown: Mapping[str, Any], prices: Prices = PACKAGED) -> StandingCost | None:
    """The standing cost now; None where nothing is deployed."""
    outputs = outputs_now(shown)
    return standing_of(outputs, prices) if "interface_endpoints" in outputs else None


def standing_of(outputs: Mapping[str, Any], prices: Prices = PACKAGED) -> StandingCost:
    """The standing cost of a stack with these outputs, as `terraform output -json` gives them."""
    return cost.standing(outputs["interface_endpoints"]["value"], len(outputs["zones"]["value"]), prices)


def _ordered(items: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    found = [change for item in items if (change := _change(item))]
    return tuple(
        sorted(found, key=lambda each: (not each.data_loss, each.action not in DANGEROUS, each.address))
    )


def _change(item: Mapping[str, Any]) -> Change | None:
    change = item["change"]
    action = _ACTIONS.get(tuple(change["actions"]), "")
    if change.get("importing") and action not in DANGEROUS:
        action = "import"
    if not action:
        return None
    because = _forcing(change.get("replace_paths", ()))
    differing = attributes_of(change) if action in ("update", "replace", "import") else ()
    if action == "replace":  # all that AWS fills in is new then, and says nothing
        forcing = {path.split(".")[0] for path in because}
        differing = tuple(each for each in differing if not each.unknown or each.top in forcing)
    return Change(
        item["address"],
        action,
        differing,
        because,
        tainted=item.get("action_reason") == "replace_because_tainted",
        deposed="deposed" in item,
    )


def _forcing(paths: Iterable[Iterable[Any]]) -> tuple[str, ...]:
    """`[["compute_resources", 0, "type"]]` → `compute_resources.type`."""
    return tuple(".".join(part for part in path if isinstance(part, str)) for path in paths)
