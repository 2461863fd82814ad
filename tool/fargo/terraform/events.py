"""Terraform's `-json` lines → events.

Source: Terraform documentation, "Machine-readable UI"; its major version is checked, keys and
types that are not known are passed over.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fargo.errors import TerraformFailed

UI_MAJOR = "1"


class Phase(StrEnum):
    """Where the work on one resource stands."""

    STARTED = "started"
    GOING_ON = "going on"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """Given up after an interrupt was passed on."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource to be worked on: `action` is create, update, delete, replace or import."""

    address: str
    action: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Work on one resource; `seconds` since it started."""

    address: str
    action: str
    phase: Phase
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What Terraform or the provider has to say; `severity` is error or warning."""

    severity: str
    summary: str
    detail: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A line for people, such as the answer to an interrupt."""

    text: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """What becomes of the outputs: of a plan each one's `action`, of an apply each one's `value`."""

    values: dict[str, Any]


TerraformEvent = Planned | Progress | Diagnostic | Message | Outputs

_PHASES = {
    "apply_start": Phase.STARTED,
    "apply_progress": Phase.GOING_ON,
    "apply_complete": Phase.DONE,
    "apply_errored": Phase.FAILED,
}


def parse(line: str) -> Iterator[TerraformEvent]:
    """One line of a `-json` stream → no event or one.

    Raises:
        TerraformFailed: the stream is of a major version that fargo does not read.
    """
    try:
        item = json.loads(line)
    except ValueError:
        if line.strip():
            yield Message(line.rstrip())
        return
    kind = item.get("type", "")
    if kind == "version":
        _check(str(item.get("ui", UI_MAJOR)))
    elif kind == "diagnostic":
        yield _diagnostic(item["diagnostic"])
    elif kind == "outputs":
        yield Outputs(item["outputs"])
    elif kind == "log" and item.get("@level") != "debug":
        yield Message(item.get("@message", ""))
    else:
        yield from _of_a_resource(kind, item)


def _of_a_resource(kind: str, item: dict[str, Any]) -> Iterator[TerraformEvent]:
    """Lookups are left out: they change nothing."""
    if kind == "planned_change":
        address = item["change"]["resource"]["addr"]
        if not is_data(address):
            yield Planned(address, item["change"]["action"])
    elif kind in _PHASES:
        hook = item["hook"]
        address, seconds = hook["resource"]["addr"], float(hook.get("elapsed_seconds", 0))
        if not is_data(address):
            yield Progress(address, hook.get("action", ""), _PHASES[kind], seconds)


def is_data(address: str) -> bool:
    """Whether an address is a lookup, which is never created or removed."""
    return address.startswith("data.") or ".data." in address


def _diagnostic(found: dict[str, Any]) -> Diagnostic:
    return Diagnostic(
        found.get("severity", "error"),
        found.get("summary", ""),
        found.get("detail", ""),
        found.get("address", ""),
    )


def _check(ui: str) -> None:
    if ui.partition(".")[0] != UI_MAJOR:
        raise TerraformFailed(
            f"this Terraform speaks version {ui} of its machine-readable output; fargo reads {UI_MAJOR}",
            "upgrade fargo: python3 -m pip install --upgrade fargo",
        )
