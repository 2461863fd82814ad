"""What Terraform says when it fails → the error that says what to do."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fargo.errors import UPGRADE, FargoError, NewerState, StalePlan, TerraformFailed, TerraformMissing
from fargo.terraform.events import Diagnostic
from fargo.terraform.locks import locked

PLAN_AGAIN = "plan again: `fargo up`, or `fargo plan --out FILE` for a plan in a file"
INSTALL = "install it: https://developer.hashicorp.com/terraform/install"

_VERSION = re.compile(r"Terraform\s+(?:version\s+)?v?(\d+(?:\.\d+)+)")


def failed(command: str, failures: Sequence[Diagnostic], errors: str) -> FargoError:
    """The error for a Terraform that ended with one.

    Args:
        command: what it did, such as `apply`.
        failures: its diagnostics, where it gave any.
        errors: what it wrote besides.
    """
    said = "\n".join(map(_sentence, failures)) or errors.strip() or "it said nothing"
    flat = " ".join(said.split())  # what is not JSON is wrapped to lines
    for known, explain in _KNOWN.items():
        if known in flat:
            return explain(said)
    return TerraformFailed(f"terraform {command} failed:\n{said}")


def _sentence(failure: Diagnostic) -> str:
    where = f"{failure.address}: " if failure.address else ""
    return f"{where}{failure.summary}" + (f"\n  {failure.detail}" if failure.detail else "")


def _version(said: str) -> str:
    match = _VERSION.search(said)
    return match[1] if match else "here"


def _newer(said: str) -> FargoError:
    return NewerState(f"the state was written by a newer Terraform than {_version(said)}", INSTALL)


def _newer_provider(_said: str) -> FargoError:
    return NewerState(
        "the state was written by a newer version of the AWS provider, so by a newer fargo",
        UPGRADE,
    )


def _old(said: str) -> FargoError:
    return TerraformMissing(f"Terraform {_version(said)} is too old for this stack", INSTALL)


def _stale(_said: str) -> FargoError:
    return StalePlan("the plan is stale: the state has changed since it was made", PLAN_AGAIN)


def _foreign(_said: str) -> FargoError:
    return StalePlan("the plan was made for another state than the one that is here", PLAN_AGAIN)


def _other_tools(_said: str) -> FargoError:
    return StalePlan("the plan was made with another version of Terraform or of its provider", PLAN_AGAIN)


# Terraform 1.11's own words (internal/backend/local, internal/command, internal/states/statefile).
# The first that fits counts: a state that cannot be read also fails to be locked.
_KNOWN: dict[str, Callable[[str], FargoError]] = {
    "which is not supported by Terraform": _newer,
    "Error acquiring the state lock": lambda said: locked(said, datetime.now(UTC)),
    "Saved plan is stale": _stale,
    "Saved plan does not match the given state": _foreign,
    "plan files cannot be transferred between different Terraform versions": _other_tools,
    "Inconsistent dependency lock file": _other_tools,
    "managed by newer provider version": _newer_provider,
    "Unsupported Terraform Core version": _old,
}
