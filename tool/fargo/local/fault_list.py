"""What may be asked for as a fault, checked with sentences that say what is allowed."""

import difflib
import fnmatch
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from fargo.local.calls import operation_names, service_names

_HOUR = 3600
KINDS = ("throttle", "error", "unavailable", "drop_request", "drop_answer", "slow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to which calls.

    Attributes:
        service: as boto3 names it, such as `batch`; with wildcards.
        operation: as the API names it, such as `SubmitJob`; with wildcards.
        kind: one of `KINDS`.
        rate: the share of calls that it strikes, 0 to 1.
        seed: of the chance; the same seed strikes the same calls.
        after: how many calls pass first.
        times: how many calls it strikes before it is spent; None for no end.
        seconds: how long a slow answer takes; None with every other kind.
        limit_per_second: calls above this many a second are struck, instead of a share of them.
    """

    service: str = "*"
    operation: str = "*"
    kind: str
    rate: float = 1.0
    seed: int = 0
    after: int = 0
    times: int | None = None
    seconds: float | None = None
    limit_per_second: float | None = None


class NotAFault(ValueError):
    """What was asked for is no fault: a sentence about what is wrong and what is allowed."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


_Check = tuple[Callable[[Any], bool], str]

_CHECKS: dict[str, _Check] = {
    "service": (lambda v: isinstance(v, str), "a name such as batch or s3, with wildcards"),
    "operation": (lambda v: isinstance(v, str), "a name such as SubmitJob, with wildcards"),
    "kind": (lambda v: isinstance(v, str) and v in KINDS, f"one of {', '.join(KINDS)}"),
    "rate": (lambda v: _is_number(v) and 0 <= v <= 1, "a number from 0 to 1"),
    "seed": (lambda v: _is_whole(v, 0), "a whole number from 0"),
    "after": (lambda v: _is_whole(v, 0), "a whole number from 0"),
    "times": (lambda v: _is_whole(v, 1), "a whole number from 1"),
    "seconds": (lambda v: _is_number(v) and 0 < v <= _HOUR, "a number above 0 and at most 3600"),
    "limit_per_second": (lambda v: _is_number(v) and v > 0, "a number above 0"),
}


def parse(content: Any) -> list[Fault]:
    """The faults of a list as JSON has it.

    Raises:
        NotAFault: something in it is none.
    """
    if not isinstance(content, list):
        raise NotAFault('expected a list of faults, such as [{"service": "batch", "kind": "throttle"}]')
    return [_fault(item, f"fault {number}") for number, item in enumerate(content, start=1)]


def _fault(item: Any, where: str) -> Fault:
    if not isinstance(item, dict):
        raise NotAFault(f'{where} is not an object such as {{"kind": "throttle"}}')
    allowed = [field.name for field in fields(Fault)]
    for name, value in item.items():
        if name not in allowed:
            raise NotAFault(f"{where} has {name!r}, which no fault has; allowed are {', '.join(allowed)}")
        holds, words = _CHECKS[name]
        if not holds(value):
            raise NotAFault(f"{where}: {name} must be {words}, not {json.dumps(value)}")
    given = {"kind": "throttle", **item} if "limit_per_second" in item else item
    if "kind" not in given:
        raise NotAFault(f"{where} has no kind; {_CHECKS['kind'][1]}")
    fault = Fault(**given)
    _check_pairs(fault, item, where)
    _check_names(fault, where)
    return fault


def _check_pairs(fault: Fault, item: dict[str, Any], where: str) -> None:
    if (fault.kind == "slow") != (fault.seconds is not None):
        raise NotAFault(f"{where}: seconds belong to the kind slow, and slow needs them")
    if fault.limit_per_second and (fault.kind != "throttle" or "rate" in item):
        raise NotAFault(f"{where}: limit_per_second throttles what is above it; leave kind and rate out")


def _check_names(fault: Fault, where: str) -> None:
    """A misspelt name would never strike, and the test that relies on it would pass."""
    services = service_names()
    if not fnmatch.filter(services, fault.service):
        raise NotAFault(f"{where}: there is no service {fault.service!r}{_like(fault.service, services)}")
    if fault.operation == "*" or fault.service not in services:
        return
    operations = operation_names(fault.service)
    if not fnmatch.filter(operations, fault.operation):
        like = _like(fault.operation, operations)
        raise NotAFault(f"{where}: {fault.service} has no operation {fault.operation!r}{like}")


def _like(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=3)
    return f"; near it are {', '.join(near)}" if near else "; names are as boto3 and the API have them"
