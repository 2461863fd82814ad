"""Job queues."""

from collections.abc import Callable
from typing import Any

from casebook import API, GUIDE, Feature, holds, refused, same
from world import HOLD, World, order_of

_feature = Feature("Job queues")
_case = _feature.case

_CREATE = API.format("CreateJobQueue")
_UPDATE = API.format("UpdateJobQueue")
_DELETE = API.format("DeleteJobQueue")
_DESCRIBE = API.format("DescribeJobQueues")
_LIMIT = API.format("JobStateTimeLimitAction")

LIMIT = {
    "reason": "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "state": "RUNNABLE",
    "maxTimeSeconds": 600,
    "action": "CANCEL",
}


def _described(world: World, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = world.call("DescribeJobQueues", jobQueues=[name])["jobQueues"][0]
    return answer


@_case(
    "A new queue becomes VALID, is ENABLED, and knows its environments by ARN", API.format("JobQueueDetail")
)
def queue_becomes_valid(world: World) -> None:
    environment = world.environment()
    found = _described(world, world.queue(environment, priority=7))
    same("state", found["state"], "ENABLED")
    same("status", found["status"], "VALID")
    same("priority", found["priority"], 7)
    (entry,) = found["computeEnvironmentOrder"]
    holds("an ARN", entry["computeEnvironment"].endswith(f":compute-environment/{environment}"))


@_case("state may be left out: the queue is ENABLED", _CREATE)
def queue_is_enabled_by_default(world: World) -> None:
    request = _request(world)
    del request["state"]
    world.call("CreateJobQueue", **request)
    same("state", _described(world, request["jobQueueName"])["state"], "ENABLED")


@_case("A name is used once", _CREATE)
def queue_name_twice(world: World) -> None:
    environment = world.environment()
    name = world.queue(environment)
    order = order_of(environment)
    refused(
        world, "CreateJobQueue", jobQueueName=name, priority=1, state="ENABLED", computeEnvironmentOrder=order
    )


@_case("A queue has up to three environments", _CREATE)
def queue_of_four_environments(world: World) -> None:
    environments = [world.environment() for _ in range(4)]
    world.queue(*environments[:3])
    order = order_of(*environments)
    refused(
        world,
        "CreateJobQueue",
        jobQueueName=world.name(),
        priority=1,
        state="ENABLED",
        computeEnvironmentOrder=order,
    )


@_case("A queue is found by its ARN as by its name", _DESCRIBE)
def queue_by_arn(world: World) -> None:
    arn = _described(world, world.queue())["jobQueueArn"]
    same("ARN", _described(world, arn)["jobQueueArn"], arn)


@_case("maxResults makes pages, and nextToken leads through all of them", _DESCRIBE)
def queues_come_in_pages(world: World) -> None:
    environment = world.environment()
    names = {world.queue(environment) for _ in range(3)}
    page = world.call("DescribeJobQueues", maxResults=2)
    same("a page", len(page["jobQueues"]), 2)
    seen = [each["jobQueueName"] for each in page["jobQueues"]]
    while page.get("nextToken"):
        page = world.call("DescribeJobQueues", maxResults=2, nextToken=page["nextToken"])
        seen += [each["jobQueueName"] for each in page["jobQueues"]]
    same("repeated", len(seen), len(set(seen)))
    holds("all are there", names <= set(seen))


@_case("The priority can be updated", _UPDATE)
def queue_is_updated(world: World) -> None:
    name = world.queue()
    world.call("UpdateJobQueue", jobQueue=name, priority=9)
    same("priority", _described(world, name)["priority"], 9)


@_case("A queue that is ENABLED is not deleted", _DELETE)
def queue_enabled_is_not_deleted(world: World) -> None:
    refused(world, "DeleteJobQueue", jobQueue=world.queue())


@_case("Deleting a DISABLED queue ends its jobs, and then it is gone", _DELETE, runs=True)
def queue_deleted_ends_its_jobs(world: World) -> None:
    name = world.queue()
    job_id = world.submit(HOLD, jobQueue=name)
    world.wait(job_id, "RUNNING")
    world.delete_queue(name)
    world.wait(job_id, "FAILED")


@_case("A DISABLED queue takes no jobs", _UPDATE)
def queue_disabled_takes_no_jobs(world: World) -> None:
    name = world.queue()
    world.call("UpdateJobQueue", jobQueue=name, state="DISABLED")
    refused(world, "SubmitJob", **world.job_request(jobQueue=name))


@_case("Jobs that are in a queue when it is DISABLED can finish", _UPDATE, runs=True)
def queue_disabled_finishes_its_jobs(world: World) -> None:
    name = world.queue(max_vcpus=1)
    one = {"jobQueue": name, "jobDefinition": world.definition(vcpu="1", memory="2048")}
    first = world.submit(HOLD, **one)
    second = world.submit(**one)
    world.wait(first, "RUNNING")
    world.call("UpdateJobQueue", jobQueue=name, state="DISABLED")
    world.call("TerminateJob", jobId=first, reason="make room")
    world.wait(second, "SUCCEEDED")


@_case("jobStateTimeLimitActions are kept and shown", _CREATE)
def queue_keeps_its_limits(world: World) -> None:
    same(
        "actions",
        _described(world, world.queue(jobStateTimeLimitActions=[LIMIT])).get("jobStateTimeLimitActions"),
        [LIMIT],
    )


@_case("A queue without a scheduling policy cannot get one", _CREATE)
def queue_gets_no_policy_later(world: World) -> None:
    arn = world.call("CreateSchedulingPolicy", name=world.name(), fairsharePolicy={})["arn"]
    refused(world, "UpdateJobQueue", jobQueue=world.queue(), schedulingPolicyArn=arn)


def _limit(**changes: object) -> Callable[[World], dict[str, Any]]:
    return lambda world: _request(world, jobStateTimeLimitActions=[{**LIMIT, **changes}])


def _request(world: World, **more: object) -> dict[str, Any]:
    order = order_of(world.environment())
    return {
        "jobQueueName": world.name(),
        "priority": 1,
        "state": "ENABLED",
        "computeEnvironmentOrder": order,
        **more,
    }


# fmt: off
REFUSALS = tuple(
    _feature.refusal(name, rule, document, "CreateJobQueue", request)
    for name, rule, document, request in (
        ("queue_on_an_unknown_environment", "The environments must exist", _CREATE, lambda world: _request(world, computeEnvironmentOrder=order_of(world.name()))),
        ("queue_with_a_wrong_name", "A name has letters, digits, hyphens and underscores only", _CREATE, lambda world: _request(world, jobQueueName="with spaces")),
        ("queue_with_129_letters", "A name has up to 128 letters", _CREATE, lambda world: _request(world, jobQueueName="q" * 129)),
        ("queue_with_a_wrong_state", "A state is ENABLED or DISABLED", _CREATE, lambda world: _request(world, state="PAUSED")),
        ("queue_with_51_tags", "A resource has up to 50 tags", GUIDE.format("tag-restrictions"), lambda world: _request(world, tags={f"k{n}": "v" for n in range(51)})),
        ("queue_limit_of_599_seconds", "A limit is at least 600 seconds", _LIMIT, _limit(maxTimeSeconds=599)),
        ("queue_limit_of_86401_seconds", "A limit is at most 86,400 seconds", _LIMIT, _limit(maxTimeSeconds=86_401)),
        ("queue_limit_that_terminates", "On Fargate the only action is CANCEL", _LIMIT, _limit(action="TERMINATE")),
        ("queue_limit_while_running", "The only state with a limit is RUNNABLE", _LIMIT, _limit(state="RUNNING")),
        ("queue_limit_for_an_unknown_reason", "The reason is one that Batch acts upon", GUIDE.format("job_stuck_in_runnable_time_limit_actions"), _limit(reason="UNDETERMINED")),
    )
)
# fmt: on

UNKNOWN = _feature.refusal(
    "queue_unknown_is_not_updated",
    "A queue that does not exist cannot be updated",
    _UPDATE,
    "UpdateJobQueue",
    lambda world: {"jobQueue": world.name(), "priority": 2},
)
