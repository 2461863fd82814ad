"""Scheduling policies: how the shares of a job queue are weighed.

Source: API reference, CreateSchedulingPolicy, FairsharePolicy and ShareAttributes; user guide, "Scheduling
policies".
"""

from itertools import combinations
from typing import Any

from fargo.local.batch import names, tags
from fargo.local.batch.errors import AlreadyExists, ClientError
from fargo.local.batch.order import FairShare
from fargo.local.batch.pages import check_count, page
from fargo.local.batch.records import Policy, Wire
from fargo.local.batch.store import Region, Store

_POLICIES_MAX = 500
_SHARES_MAX = 500
_WEIGHT_MIN, _WEIGHT_MAX = 0.0001, 999.9999
_DECAY_MAX_S = 604_800
_RESERVATION_MAX = 99


def create(store: Store, region: Region, params: Wire) -> Wire:
    """CreateSchedulingPolicy."""
    name = names.check("name", params["name"])
    if name in region.policies:
        raise AlreadyExists
    if len(region.policies) >= _POLICIES_MAX:
        raise ClientError(
            f"An account can have at most {_POLICIES_MAX} scheduling policies; delete one first."
        )
    arn = region.arn("scheduling-policy", name)
    policy = Policy(
        name=name,
        arn=arn,
        wire={
            "name": name,
            "arn": arn,
            "fairsharePolicy": _fair(params),
            "tags": tags.check(params.get("tags", {})),
        },
    )
    region.policies[name] = policy
    store.touch(policy)
    return {"name": name, "arn": arn}


def update(store: Store, region: Region, params: Wire) -> Wire:
    """UpdateSchedulingPolicy: the queues that use it go by it from now on."""
    policy = existing(region, params["arn"])
    fair = _fair(params)
    if "fairsharePolicy" in params:
        policy.wire["fairsharePolicy"] = fair
    store.touch(policy)
    for queue in region.queues.values():
        if queue.wire.get("schedulingPolicyArn") == policy.arn and isinstance(queue.order, FairShare):
            queue.order.tune(policy.wire)
    store.changed.notify_all()
    return {}


def describe(_store: Store, region: Region, params: Wire) -> Wire:
    """DescribeSchedulingPolicies: up to 100, unknown ones left out."""
    arns = params["arns"]
    check_count("arns", arns)
    return {"schedulingPolicies": [policy.wire for arn in arns if (policy := _find(region, arn))]}


def list_policies(_store: Store, region: Region, params: Wire) -> Wire:
    """ListSchedulingPolicies: their ARNs."""
    items, token = page(list(region.policies.values()), params, most=100)
    answer: Wire = {"schedulingPolicies": [{"arn": policy.arn} for policy in items]}
    return answer | ({"nextToken": token} if token else {})


def delete(store: Store, region: Region, params: Wire) -> Wire:
    """DeleteSchedulingPolicy: refused while a queue uses it."""
    policy = _find(region, params["arn"])
    if policy is None:
        return {}
    users = [
        queue.name for queue in region.queues.values() if queue.wire.get("schedulingPolicyArn") == policy.arn
    ]
    if users:
        raise ClientError(
            f"Cannot delete, scheduling policy {policy.arn} is used by job queue {users[0]}; "
            "delete that queue or give it another policy first."
        )
    del region.policies[policy.name]
    store.forget(policy)
    return {}


def existing(region: Region, arn: str) -> Policy:
    """The scheduling policy of that ARN.

    Raises:
        ClientError: there is none.
    """
    policy = _find(region, arn)
    if policy is None:
        raise ClientError(f"Scheduling policy {arn} does not exist.")
    return policy


def _find(region: Region, arn: str) -> Policy | None:
    policy = region.policies.get(arn.rpartition("scheduling-policy/")[2])
    return policy if policy and policy.arn == arn else None


def _fair(params: Wire) -> dict[str, Any]:
    """The fair-share policy of a request, checked; an empty one where none is given."""
    if params.get("quotaSharePolicy"):
        raise ClientError(
            "quotaSharePolicy is for service jobs, which the local AWS does not offer; give a "
            "fairsharePolicy for jobs on Fargate"
        )
    fair: dict[str, Any] = params.get("fairsharePolicy", {})
    _within("computeReservation", fair.get("computeReservation", 0), 0, _RESERVATION_MAX)
    _within("shareDecaySeconds", fair.get("shareDecaySeconds", 0), 0, _DECAY_MAX_S)
    shares = fair.get("shareDistribution", [])
    if len(shares) > _SHARES_MAX:
        raise ClientError(f"shareDistribution can have at most {_SHARES_MAX} share identifiers.")
    for share in shares:
        if not names.is_share(share["shareIdentifier"]):
            raise ClientError(
                "shareIdentifier can have up to 255 letters and digits, and an asterisk at its end; "
                f"{share['shareIdentifier']!r} has something else"
            )
        _within("weightFactor", share.get("weightFactor", 1.0), _WEIGHT_MIN, _WEIGHT_MAX)
    _refuse_overlaps([share["shareIdentifier"] for share in shares])
    return fair


def _within(member: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ClientError(f"{member} must be between {least:g} and {most:.7g}, and {value:g} was given.")


def _refuse_overlaps(identifiers: list[str]) -> None:
    for one, other in combinations(sorted(identifiers, key=lambda each: each.rstrip("*")), 2):
        # Sorted, so that a prefix comes before what it covers.
        if one.rstrip("*") == other.rstrip("*") or (one.endswith("*") and other.startswith(one[:-1])):
            raise ClientError(f"Share identifiers must not overlap, and {one} and {other} do.")
