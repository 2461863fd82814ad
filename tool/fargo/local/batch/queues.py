"""Job queues. Source: API reference, and the user guide's "Job queue parameters"."""

from collections.abc import Mapping
from typing import Any

from fargo.local.batch import environments, names, order, policies, tags
from fargo.local.batch.errors import AlreadyExists, ClientError
from fargo.local.batch.pages import check_count, page
from fargo.local.batch.records import Queue, Wire
from fargo.local.batch.store import SETTLE_MS, Region, Store

_QUEUES_MAX = 50
_ENVIRONMENTS_MAX = 3
_LIMIT_SECONDS = range(600, 86_401)
_LIMIT_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
)
"""Source: user guide, "Automatic remediation with jobStateTimeLimitActions"."""


def create(store: Store, region: Region, params: Wire) -> Wire:
    """CreateJobQueue: first in, first out, or with a scheduling policy a fair share for everybody."""
    name = names.check("jobQueueName", params["jobQueueName"])
    if name in region.queues:
        raise AlreadyExists
    if len(region.queues) >= _QUEUES_MAX:
        raise ClientError(f"A region can have at most {_QUEUES_MAX} job queues; delete one first.")
    _refuse_others(params)
    arn = region.arn("job-queue", name)
    policy = (
        policies.existing(region, params["schedulingPolicyArn"]) if "schedulingPolicyArn" in params else None
    )
    wire: Wire = {
        "jobQueueName": name,
        "jobQueueArn": arn,
        "state": params.get("state", "ENABLED"),
        "priority": params["priority"],
        "computeEnvironmentOrder": _order(store, region, params.get("computeEnvironmentOrder", [])),
        "jobQueueType": "ECS_FARGATE",
        "tags": tags.check(params.get("tags", {})),
        "jobStateTimeLimitActions": _limits(params.get("jobStateTimeLimitActions", [])),
        **({"schedulingPolicyArn": policy.arn} if policy else {}),
    }
    queue = Queue(
        name=name,
        arn=arn,
        wire=wire,
        settles_at=store.clock.now() + SETTLE_MS,
        order=order.make(policy.wire if policy else None),
    )
    region.queues[name] = queue
    store.touch(queue)
    store.changed.notify_all()
    return {"jobQueueName": name, "jobQueueArn": arn}


def update(store: Store, region: Region, params: Wire) -> Wire:
    """UpdateJobQueue."""
    queue = region.queue(params["jobQueue"])
    if queue is None:
        raise ClientError(f"Job queue {params['jobQueue']} does not exist.")
    if store.status(queue) != "VALID":
        raise ClientError("Cannot update, resource is being modified.")
    _refuse_others(params)
    changes: Wire = {key: params[key] for key in ("state", "priority") if key in params}
    if "computeEnvironmentOrder" in params:
        changes["computeEnvironmentOrder"] = _order(store, region, params["computeEnvironmentOrder"])
    if "jobStateTimeLimitActions" in params:
        changes["jobStateTimeLimitActions"] = _limits(params["jobStateTimeLimitActions"])
    if "schedulingPolicyArn" in params:
        changes["schedulingPolicyArn"] = _change_policy(region, queue, params["schedulingPolicyArn"])
    queue.wire.update(changes, status="UPDATING")
    queue.settles_at = store.clock.now() + SETTLE_MS
    store.touch(queue)
    store.changed.notify_all()
    return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}


def describe(store: Store, region: Region, params: Wire) -> Wire:
    """DescribeJobQueues: those named, unknown ones left out; without names, all."""
    wanted = params.get("jobQueues")
    if wanted:
        check_count("jobQueues", wanted)
    found = [q for q in map(region.queue, wanted) if q] if wanted else list(region.queues.values())
    items, token = page(found, params, most=100)
    answer: Wire = {"jobQueues": [_wire(store, queue) for queue in items]}
    return answer | ({"nextToken": token} if token else {})


def delete(store: Store, region: Region, params: Wire) -> Wire:
    """DeleteJobQueue: refused while it is enabled. The caller terminates its jobs."""
    queue = region.queue(params["jobQueue"])
    if queue is None or queue.deleting:
        return {}
    if queue.wire["state"] != "DISABLED":
        raise ClientError("Cannot delete, job queue state must be DISABLED.")
    if store.status(queue) != "VALID":
        raise ClientError("Cannot delete, resource is being modified.")
    queue.deleting = True
    queue.settles_at = store.clock.now() + SETTLE_MS
    store.touch(queue)
    return {}


def _order(store: Store, region: Region, entries: list[Wire]) -> list[Wire]:
    """The order with full ARNs, checked."""
    if not 1 <= len(entries) <= _ENVIRONMENTS_MAX:
        raise ClientError(f"computeEnvironmentOrder must name 1 to {_ENVIRONMENTS_MAX} compute environments.")
    if len({entry["order"] for entry in entries}) < len(entries):
        raise ClientError("computeEnvironmentOrder must not repeat an order.")
    found = [environments.existing(region, entry["computeEnvironment"]) for entry in entries]
    if len({environment.name for environment in found}) < len(found):
        raise ClientError("computeEnvironmentOrder must not repeat a compute environment.")
    for environment in found:
        status = environments.status(store, environment)
        if status != "VALID":
            raise ClientError(
                f"Compute environment {environment.arn} is {status}; a job queue takes those that are VALID."
            )
    return [
        {"order": entry["order"], "computeEnvironment": environment.arn}
        for entry, environment in zip(entries, found, strict=True)
    ]


def _change_policy(region: Region, queue: Queue, arn: str) -> str:
    """Order a queue by another scheduling policy; its ARN."""
    if not isinstance(queue.order, order.FairShare):
        raise ClientError(
            f"Job queue {queue.name} is first in, first out and cannot get a scheduling policy; "
            "make a new queue with one."
        )
    policy = policies.existing(region, arn)
    queue.order.tune(policy.wire)
    return policy.arn


def _limits(actions: list[Wire]) -> list[Wire]:
    for action in actions:
        if action["reason"] not in _LIMIT_REASONS:
            raise ClientError(
                f"Invalid job reason {action['reason']}; expected is one of {', '.join(_LIMIT_REASONS)}"
            )
        if action["action"] != "CANCEL":
            raise ClientError("jobStateTimeLimitActions.action must be CANCEL for Fargate.")
        if action["maxTimeSeconds"] not in _LIMIT_SECONDS:
            raise ClientError("jobStateTimeLimitActions.maxTimeSeconds must be between 600 and 86400.")
    return actions


def _refuse_others(params: Mapping[str, Any]) -> None:
    """What a queue of service jobs, of EKS or of EC2 would have."""
    if params.get("serviceEnvironmentOrder"):
        raise ClientError(
            "The local AWS does not offer service environments; leave serviceEnvironmentOrder out"
        )
    kind = params.get("jobQueueType", "ECS_FARGATE")
    if kind != "ECS_FARGATE":
        raise ClientError(f"The local AWS offers job queues of type ECS_FARGATE, not {kind}")


def _wire(store: Store, queue: Queue) -> Wire:
    status = store.status(queue)
    healthy = {"statusReason": "JobQueue Healthy"} if status == "VALID" else {}
    return {**queue.wire, "status": status, **healthy}
