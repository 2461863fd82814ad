"""The permissions that commands need → an IAM policy that an administrator can attach."""

import json
from collections.abc import Iterable
from typing import Any

from fargo.doctor.grant import Grant, Place, arns

MANAGED_MAX = 6144
"""Characters of a managed policy, white space not counted (IAM user guide, “IAM and AWS STS quotas”)."""


def document(grants: Iterable[Grant], place: Place) -> dict[str, Any]:
    """The policy: a statement for each name that grants have, with all their actions and resources."""
    by_name: dict[str, list[Grant]] = {}
    for grant in grants:
        by_name.setdefault(grant.sid, []).append(grant)
    statements = [_statement(sid, found, place) for sid, found in by_name.items()]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(sid: str, grants: list[Grant], place: Place) -> dict[str, Any]:
    actions = sorted({action for grant in grants for action in grant.actions})
    resources = sorted({arn for grant in grants for arn in arns(grant, place)})
    made = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    asked = condition(grants[0], place)
    return made | ({"Condition": {"StringEquals": asked}} if asked else {})


def condition(grant: Grant, place: Place) -> dict[str, str]:
    """What a request must have: its key → the value."""
    values = place.values()
    return {key: value.format_map(values) for key, value in (grant.condition or {}).items()}


def size(policy: dict[str, Any]) -> int:
    """Its characters as IAM counts them."""
    return len(json.dumps(policy, separators=(",", ":")))


def parts(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """The policy as so many as it needs to be managed policies; one where it fits."""
    found: list[dict[str, Any]] = []
    for statement in policy["Statement"]:
        if found:
            longer = {**found[-1], "Statement": [*found[-1]["Statement"], statement]}
            if size(longer) <= MANAGED_MAX:
                found[-1] = longer
                continue
        found.append({**policy, "Statement": [statement]})
    return found
