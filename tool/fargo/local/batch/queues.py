"""Job queues. Source: API reference, and the user guide's "Job queue parameters"."""

import re

from fargo.local.batch import environments
from fargo.local.batch.errors import ClientError
from fargo.local.batch.pages import page
from fargo.local.batch.store import SETTLE_MS, Queue, Region, Store, Wire

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")
_MAX_ENVIRONMENTS = 3
_LIMIT_SECONDS = range(600, 86_401)
_LIMIT_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
)
"""Source: user guide, "Automatic remediation with jobStateTimeLimitActions"."""


def create(store: Store, region: Region, params: Wire) -> Wire:
    """CreateJobQueue."""
    name = params["jobQueueName"]
    if not _NAME.match(name):
        raise ClientError(f"jobQueueName must match the pattern {_NAME.pattern}, and {name!r} does not")
    if name in region.queues:
        raise ClientError("Object already exists")
    arn = region.arn("job-queue", name)
    wire: Wire = {
        "jobQueueName": name,
        "jobQueueArn": arn,
        "state": params.get("state", "ENABLED"),
        "priority": params["priority"],
        "computeEnvironmentOrder": _order(region, params.get("computeEnvironmentOrder", [])),
        "jobQueueType": "ECS_FARGATE",
        "tags": params.get("tags", {}),
        "jobStateTimeLimitActions": _limits(params.get("jobStateTimeLimitActions", [])),
    }
    _refuse_fair_share(params)
    region.queues[name] = Queue(name=name, arn=arn, wire=wire, settles_at=store.clock.now() + SETTLE_MS)
    store.changed.notify_all()
    return {"jobQueueName": name, "jobQueueArn": arn}


def update(store: Store, region: Region, params: Wire) -> Wire:
    """UpdateJobQueue."""
    queue = region.queue(params["jobQueue"])
    if queue is None:
        raise ClientError(f"Job queue {params['jobQueue']} does not exist.")
    if queue.deleting:
        raise ClientError("Cannot update, resource is being modified.")
    _refuse_fair_share(params)
    changes: Wire = {key: params[key] for key in ("state", "priority") if key in params}
    if "computeEnvironmentOrder" in params:
        changes["computeEnvironmentOrder"] = _order(region, params["computeEnvironmentOrder"])
    if "jobStateTimeLimitActions" in params:
        changes["jobStateTimeLimitActions"] = _limits(params["jobStateTimeLimitActions"])
    queue.wire.update(changes, status="UPDATING")
    queue.settles_at = store.clock.now() + SETTLE_MS
    store.changed.notify_all()
    return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}


def describe(store: Store, region: Region, params: Wire) -> Wire:
    """DescribeJobQueues: those named, unknown ones left out; without names, all."""
    wanted = params.get("jobQueues")
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
    queue.deleting = True
    queue.settles_at = store.clock.now() + SETTLE_MS
    return {}


def _order(region: Region, entries: list[Wire]) -> list[Wire]:
    """The order with full ARNs, checked."""
    if not 1 <= len(entries) <= _MAX_ENVIRONMENTS:
        raise ClientError("computeEnvironmentOrder must name 1 to 3 compute environments.")
    if len({entry["order"] for entry in entries}) < len(entries):
        raise ClientError("computeEnvironmentOrder must not repeat an order.")
    found = [environments.existing(region, entry["computeEnvironment"]) for entry in entries]
    if any(environment.deleting for environment in found):
        raise ClientError("A compute environment that is being deleted cannot join a job queue.")
    return [
        {"order": entry["order"], "computeEnvironment": environment.arn}
        for entry, environment in zip(entries, found, strict=True)
    ]


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


def _refuse_fair_share(params: Wire) -> None:
    if params.get("schedulingPolicyArn"):
        raise ClientError(
            "The local AWS does not offer scheduling policies yet; leave schedulingPolicyArn out"
        )


def _wire(store: Store, queue: Queue) -> Wire:
    status = store.status(queue)
    healthy = {"statusReason": "JobQueue Healthy"} if status == "VALID" else {}
    return {**queue.wire, "status": status, **healthy}
