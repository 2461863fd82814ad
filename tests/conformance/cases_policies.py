"""Scheduling policies and fair share."""

from collections.abc import Callable
from typing import Any

from casebook import API, Feature, holds, refused, same
from world import HOLD, World

_feature = Feature("Scheduling policies")
_case = _feature.case

_CREATE = API.format("CreateSchedulingPolicy")
_FAIR = API.format("FairsharePolicy")
_SHARE = API.format("ShareAttributes")
_SUBMIT = API.format("SubmitJob")


def _policy(world: World, **fair: object) -> str:
    return str(world.call("CreateSchedulingPolicy", name=world.name(), fairsharePolicy=fair)["arn"])


def _described(world: World, arn: str) -> dict[str, Any]:
    answer: dict[str, Any] = world.call("DescribeSchedulingPolicies", arns=[arn])["schedulingPolicies"][0]
    return answer


@_case("A policy is described as it was made", API.format("DescribeSchedulingPolicies"))
def policy_is_described(world: World) -> None:
    shares = [{"shareIdentifier": "red", "weightFactor": 0.5}]
    found = _described(
        world, _policy(world, shareDecaySeconds=3600, computeReservation=10, shareDistribution=shares)
    )
    same("decay", found["fairsharePolicy"]["shareDecaySeconds"], 3600)
    same("reservation", found["fairsharePolicy"]["computeReservation"], 10)
    same("shares", found["fairsharePolicy"]["shareDistribution"], shares)


@_case("Policies are listed by ARN", API.format("ListSchedulingPolicies"))
def policy_is_listed(world: World) -> None:
    arn = _policy(world)
    token: dict[str, str] = {}
    seen: list[str] = []
    while True:
        page = world.call("ListSchedulingPolicies", **token)
        seen += [each["arn"] for each in page["schedulingPolicies"]]
        if not page.get("nextToken"):
            break
        token = {"nextToken": page["nextToken"]}
    holds("it is there", arn in seen)


@_case("A policy can be updated", API.format("UpdateSchedulingPolicy"))
def policy_is_updated(world: World) -> None:
    arn = _policy(world, shareDecaySeconds=600)
    world.call("UpdateSchedulingPolicy", arn=arn, fairsharePolicy={"shareDecaySeconds": 1200})
    same("decay", _described(world, arn)["fairsharePolicy"]["shareDecaySeconds"], 1200)


@_case("A policy that no queue uses can be deleted", API.format("DeleteSchedulingPolicy"))
def policy_is_deleted(world: World) -> None:
    arn = _policy(world)
    world.call("DeleteSchedulingPolicy", arn=arn)
    same("left", world.call("DescribeSchedulingPolicies", arns=[arn])["schedulingPolicies"], [])


@_case("A policy that a queue uses is not deleted", API.format("DeleteSchedulingPolicy"))
def policy_in_use_is_not_deleted(world: World) -> None:
    arn = _policy(world)
    world.queue(schedulingPolicyArn=arn)
    refused(world, "DeleteSchedulingPolicy", arn=arn)


@_case("A queue with a policy takes only jobs with a shareIdentifier", _SUBMIT)
def policy_needs_a_share(world: World) -> None:
    queue = world.queue(schedulingPolicyArn=_policy(world))
    refused(world, "SubmitJob", **world.job_request(jobQueue=queue))


@_case("A queue without a policy takes no shareIdentifier", _SUBMIT)
def share_needs_a_policy(world: World) -> None:
    refused(world, "SubmitJob", **world.job_request(shareIdentifier="red"))


@_case("A job shows its shareIdentifier and its priority within it", API.format("JobDetail"), runs=True)
def share_is_shown(world: World) -> None:
    queue = world.queue(schedulingPolicyArn=_policy(world))
    job_id = world.submit(jobQueue=queue, shareIdentifier="red", schedulingPriorityOverride=3)
    job = world.wait(job_id, "SUCCEEDED")
    same("share", job["shareIdentifier"], "red")
    same("priority", job["schedulingPriority"], 3)


@_case("Within one share the job of higher schedulingPriority goes first", _SUBMIT, runs=True)
def share_priority_decides(world: World) -> None:
    queue = world.queue(schedulingPolicyArn=_policy(world), max_vcpus=1)
    red = {
        "jobQueue": queue,
        "shareIdentifier": "red",
        "jobDefinition": world.definition(vcpu="1", memory="2048"),
    }
    blocker = world.submit(HOLD, schedulingPriorityOverride=1, **red)
    world.wait(blocker, "RUNNING")
    low = world.submit(schedulingPriorityOverride=1, **red)
    high = world.submit(schedulingPriorityOverride=9, **red)
    for each in (low, high):
        world.wait(each, "RUNNABLE")
    world.call("TerminateJob", jobId=blocker, reason="make room")
    first, second = world.wait(high, "SUCCEEDED"), world.wait(low, "SUCCEEDED")
    holds("the high one ended before the low one began", first["stoppedAt"] <= second["startedAt"])


def _fair(**fair: object) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"name": world.name(), "fairsharePolicy": fair}


def _shares(*shares: tuple[str, float]) -> Callable[[World], dict[str, Any]]:
    return _fair(
        shareDistribution=[{"shareIdentifier": share, "weightFactor": weight} for share, weight in shares]
    )


# fmt: off
REFUSALS = tuple(
    _feature.refusal(name, rule, document, "CreateSchedulingPolicy", request)
    for name, rule, document, request in (
        ("policy_decay_over_a_week", "shareDecaySeconds is at most 604,800", _FAIR, _fair(shareDecaySeconds=604_801)),
        ("policy_reservation_of_100", "computeReservation is at most 99", _FAIR, _fair(computeReservation=100)),
        ("policy_weight_of_1000", "A weightFactor is at most 999.9999", _SHARE, _shares(("red", 1000))),
        ("policy_shares_that_overlap", "The shares of a policy do not overlap", _SHARE, _shares(("User*", 1), ("UserA", 1))),
        ("policy_with_a_wrong_name", "A name has letters, digits, hyphens and underscores only", _CREATE, lambda _: {"name": "with spaces", "fairsharePolicy": {}}),
    )
)
# fmt: on
PRIORITY = _feature.refusal(
    "priority_of_10000",
    "A schedulingPriority is at most 9,999",
    _SUBMIT,
    "SubmitJob",
    lambda world: world.job_request(
        jobQueue=world.queue(schedulingPolicyArn=_policy(world)),
        shareIdentifier="red",
        schedulingPriorityOverride=10_000,
    ),
)
