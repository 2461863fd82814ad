"""Terraform: init, plan, apply, output. The only place that runs it."""

import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fargo.errors import TerraformMissing
from fargo.terraform.events import (
    Diagnostic,
    Message,
    Outputs,
    Phase,
    Planned,
    Progress,
    TerraformEvent,
    parse,
)
from fargo.terraform.failures import INSTALL, failed
from fargo.terraform.locks import Lock
from fargo.terraform.process import Process, arguments, environment

__all__ = [
    "Diagnostic",
    "Lock",
    "Message",
    "Outputs",
    "Phase",
    "Planned",
    "Progress",
    "Resource",
    "Terraform",
    "TerraformEvent",
    "binary",
]

MINIMUM = (1, 9)
"""Variables that validate against each other came with it; `terraform/versions.tf` says the same."""
NEEDED = "{}.{} or newer".format(*MINIMUM)
PROVIDER = (5, 100)
"""The AWS provider: this minor version of it or a later one, of this major; the same file says so."""
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")
"""What people and their CI run fargo on."""


def binary(environ: Mapping[str, str]) -> str:
    """Terraform's path.

    Raises:
        TerraformMissing: there is none on PATH.
    """
    found = shutil.which("terraform", path=environ.get("PATH"))
    if found is None:
        raise TerraformMissing("terraform is not on the PATH", INSTALL)
    return found


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in the state: `kind` is Terraform's type, `values` its attributes."""

    address: str
    kind: str
    values: Mapping[str, Any]


class Terraform:
    """Terraform in one folder.

    Args:
        folder: the root module.
        environ: fargo's own environment.
        more: what the child gets besides: credentials, endpoint, CLI configuration.
    """

    def __init__(self, folder: Path, *, environ: Mapping[str, str], more: Mapping[str, str]) -> None:
        self.folder = folder
        self._binary = binary(environ)
        self._environ = environment(environ, more)
        self._running: Process | None = None
        self._stop = False

    def version(self) -> str:
        """Its version.

        Raises:
            TerraformMissing: it is older than fargo needs.
        """
        found = str(json.loads(self._capture("version", json=True))["terraform_version"])
        if tuple(int(part) for part in found.split(".")[:2]) < MINIMUM:
            raise TerraformMissing(f"Terraform {found} is too old: {NEEDED} is needed", INSTALL)
        return found

    def init(self) -> None:
        """Install the provider and set up the backend. A state in another backend stays there, untouched."""
        self._capture("init", input=False, no_color=True, reconfigure=True)

    def lock_platforms(self) -> None:
        """Note in the lock file what the provider's packages for other machines must hash to."""
        self._capture("providers lock", *(f"-platform={each}" for each in PLATFORMS), no_color=True)

    def plan(
        self, out: Path, *, destroy: bool = False, refresh: bool = True, targets: Collection[str] = ()
    ) -> Iterator[TerraformEvent]:
        """Plan into a file.

        Args:
            out: where the plan is written.
            destroy: plan to remove everything.
            refresh: ask AWS how things stand; else the state is believed.
            targets: plan these addresses alone and what they need; none: everything.
        """
        chosen = {"destroy": destroy, "refresh": refresh, "target": list(targets)}
        return self._stream("plan", out=str(out), lock_timeout="10s", **chosen)

    def apply(self, plan: Path) -> Iterator[TerraformEvent]:
        """Apply exactly this plan."""
        return self._stream("apply", str(plan), lock_timeout="10s")

    def show(self, plan: Path) -> dict[str, Any]:
        """A plan as data (Terraform documentation, "JSON Output Format")."""
        shown: dict[str, Any] = json.loads(self._capture("show", str(plan), json=True, no_color=True))
        return shown

    def outputs(self) -> dict[str, Any]:
        """The outputs in the state, as `terraform output -json` gives them."""
        found: dict[str, Any] = json.loads(self._capture("output", json=True, no_color=True))
        return found

    def resources(self) -> tuple[Resource, ...]:
        """What is in the state, without lookups; none where there is no state."""
        return tuple(
            Resource(item["address"], item["type"], item.get("values", {}))
            for item in self._state()
            if item["mode"] == "managed"
        )

    def keep(self, addresses: Collection[str]) -> None:
        """Take the mark of a failed creation from these, where they have it: a plan then mends them.

        Args:
            addresses: resources that exist.
        """
        for item in self._state() if addresses else ():
            if item.get("tainted") and item["address"] in addresses:
                self._capture("untaint", item["address"], lock_timeout="10s")

    def _state(self) -> Iterator[dict[str, Any]]:
        state = json.loads(self._capture("show", json=True, no_color=True))
        return _resources(state.get("values", {}).get("root_module", {}))

    def forget(self, addresses: list[str]) -> None:
        """Take resources out of the state and leave them standing."""
        if addresses:
            self._capture("state rm", *addresses, lock_timeout="10s")

    def unlock(self, lock: str) -> None:
        """Break the state's lock: only where the process that holds it is dead.

        Args:
            lock: its id.
        """
        self._capture("force-unlock", lock, force=True)

    def interrupt(self) -> None:
        """Ask what runs, or is about to, to end; it writes the state first."""
        self._stop = True
        if self._running:
            self._running.interrupt()

    def _start(self, argv: list[str]) -> Process:
        self._running = Process(argv, folder=self.folder, environ=self._environ)
        if self._stop:
            self._running.interrupt()
        return self._running

    def _end(self) -> None:
        self._running, self._stop = None, False

    def _stream(self, command: str, *args: str, **options: Any) -> Iterator[TerraformEvent]:
        argv = arguments(self._binary, command, *args, json=True, input=False, **options)
        process = self._start(argv)
        failures: list[Diagnostic] = []
        for line in process.lines():
            for event in parse(line):
                if isinstance(event, Diagnostic) and event.severity == "error":
                    failures.append(event)
                if isinstance(event, Progress) and event.phase is Phase.FAILED and process.interrupted:
                    event = replace(event, phase=Phase.STOPPED)  # noqa: PLW2901 # the same, better known
                yield event
        self._end()
        if process.code != 0:
            raise failed(command, failures, process.errors)

    def _capture(self, command: str, *args: str, **options: Any) -> str:
        argv = arguments(self._binary, command, *args, **options)
        process = self._start(argv)
        out = "".join(process.lines())
        self._end()
        if process.code != 0:
            raise failed(command, (), process.errors or out)
        return out


def _resources(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
