"""What a check found: fine, a warning, something missing, or that it could not be told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fargo.errors import FargoError


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It could not be told; `found` says why."""


class Group(StrEnum):
    """What checks stand together, in the order in which a user would mend them."""

    MACHINE = "this machine"
    PROJECT = "project"
    ACCOUNT = "account"
    PERMISSIONS = "permissions"
    QUOTAS = "quotas"
    STACK = "deployed stack"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        found: what there is, in words.
        needed: what fargo needs, such as `1.9 or newer`; empty where there is nothing to compare.
        hint: the next step where it is not right: a command, where one does it.
    """

    name: str
    verdict: Verdict
    found: str
    needed: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The checks of a group, as they are shown."""

    group: Group
    checks: tuple[Check, ...]


Look = Callable[[], Iterator[Check]]
"""Looks at something, changes nothing, and may raise a `FargoError`: that is then what was found."""


def ok(name: str, found: str, needed: str = "") -> Check:
    """It is as it should be."""
    return Check(name, Verdict.OK, found, needed)


def warning(name: str, found: str, hint: str, needed: str = "") -> Check:
    """It works, but not all of it, or not for long."""
    return Check(name, Verdict.WARNING, found, needed, hint)


def missing(name: str, found: str, hint: str, needed: str = "") -> Check:
    """Nothing works without it."""
    return Check(name, Verdict.MISSING, found, needed, hint)


def unknown(name: str, why: str, hint: str = "") -> Check:
    """It could not be told."""
    return Check(name, Verdict.UNKNOWN, why, hint=hint)


def guarded(name: str, look: Look, *, otherwise: Verdict = Verdict.MISSING) -> tuple[Check, ...]:
    """What a look gives, as far as it came; its failure is a check of its own and hides no other.

    Args:
        name: of the check that its failure becomes.
        otherwise: what a failure means.
    """
    found: list[Check] = []
    try:
        found.extend(look())
    except FargoError as error:
        found.append(Check(name, otherwise, error.message, hint=error.hint))
    except Exception as error:  # noqa: BLE001 - whoever asks what is wrong is told of all the rest too
        found.append(unknown(name, f"this is a defect of fargo: {type(error).__name__}: {error}"))
    return tuple(found)
