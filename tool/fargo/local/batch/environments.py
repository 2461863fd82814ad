"""Compute environments: FARGATE and FARGATE_SPOT, managed.

Source: API reference; user guide, "Compute environment parameters" and "AWS Batch on AWS Fargate".
"""

import re
from typing import Any

from fargo.local.batch.errors import ClientError
from fargo.local.batch.pages import page
from fargo.local.batch.store import SETTLE_MS, Environment, Region, Store, Wire, new_id
from fargo.local.moto_side import ACCOUNT

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")
_FARGATE = ("FARGATE", "FARGATE_SPOT")
_EC2_ONLY = (
    "allocationStrategy",
    "minvCpus",
    "desiredvCpus",
    "instanceTypes",
    "imageId",
    "ec2KeyPair",
    "instanceRole",
    "placementGroup",
    "bidPercentage",
    "spotIamFleetRole",
    "launchTemplate",
    "ec2Configuration",
)
_SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
_MAX_SUBNETS = 16


def create(store: Store, region: Region, params: Wire) -> Wire:
    """CreateComputeEnvironment."""
    name = params["computeEnvironmentName"]
    if not _NAME.match(name):
        raise ClientError(
            f"computeEnvironmentName must match the pattern {_NAME.pattern}, and {name!r} does not"
        )
    if name in region.environments:
        raise ClientError("Object already exists")
    if params["type"] != "MANAGED":
        raise ClientError("The local AWS offers compute environments of type MANAGED only")
    resources = params.get("computeResources")
    if resources is None:
        raise ClientError("computeResources must be provided for a MANAGED compute environment")
    _check(resources)
    uid = new_id()
    arn = region.arn("compute-environment", name)
    region.environments[name] = Environment(
        name=name,
        arn=arn,
        settles_at=store.clock.now() + SETTLE_MS,
        wire={
            "computeEnvironmentName": name,
            "computeEnvironmentArn": arn,
            "ecsClusterArn": f"arn:aws:ecs:{region.name}:{ACCOUNT}:cluster/AWSBatch-{name}-{uid}",
            "tags": params.get("tags", {}),
            "type": params["type"],
            "state": params.get("state", "ENABLED"),
            "computeResources": resources,
            "serviceRole": params.get("serviceRole") or _SERVICE_ROLE,
            "containerOrchestrationType": "ECS",
            "uuid": uid,
        },
    )
    store.changed.notify_all()
    return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}


def update(store: Store, region: Region, params: Wire) -> Wire:
    """UpdateComputeEnvironment."""
    environment = existing(region, params["computeEnvironment"])
    if environment.deleting:
        raise ClientError("Cannot update, resource is being modified.")
    changes = params.get("computeResources", {})
    merged = {**environment.wire["computeResources"], **changes}
    _check(merged)
    environment.wire["computeResources"] = merged
    for key in ("state", "serviceRole", "updatePolicy"):
        if key in params:
            environment.wire[key] = params[key]
    environment.wire["status"] = "UPDATING"
    environment.settles_at = store.clock.now() + SETTLE_MS
    store.changed.notify_all()
    return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}


def describe(store: Store, region: Region, params: Wire) -> Wire:
    """DescribeComputeEnvironments: those named, unknown ones left out; without names, all."""
    wanted = params.get("computeEnvironments")
    if wanted:
        found = [env for env in map(region.environment, wanted) if env]
    else:
        found = list(region.environments.values())
    items, token = page(found, params, most=100)
    answer: Wire = {"computeEnvironments": [_wire(store, environment) for environment in items]}
    return answer | ({"nextToken": token} if token else {})


def delete(store: Store, region: Region, params: Wire) -> Wire:
    """DeleteComputeEnvironment: refused while it is enabled, in a queue, or has jobs."""
    environment = region.environment(params["computeEnvironment"])
    if environment is None or environment.deleting:
        return {}
    if any(environment.arn in queue.environments for queue in region.queues.values()):
        raise ClientError("Cannot delete, found existing JobQueue relationship.")
    if environment.wire["state"] != "DISABLED":
        raise ClientError("Cannot delete, compute environment state must be DISABLED.")
    environment.deleting = True
    environment.settles_at = store.clock.now() + SETTLE_MS
    return {}


def existing(region: Region, name: str) -> Environment:
    """The compute environment of that name or ARN.

    Raises:
        ClientError: there is none.
    """
    environment = region.environment(name)
    if environment is None:
        raise ClientError(f"Compute environment {name} does not exist.")
    return environment


def _check(resources: dict[str, Any]) -> None:
    if resources["type"] not in _FARGATE:
        raise ClientError(
            "The local AWS offers compute resources of type FARGATE and FARGATE_SPOT, "
            f"not {resources['type']}"
        )
    misplaced = [key for key in _EC2_ONLY if resources.get(key)]
    if misplaced:
        raise ClientError(f"{', '.join(misplaced)} must not be specified for Fargate compute resources.")
    if resources["maxvCpus"] < 1:
        raise ClientError("computeResources.maxvCpus must be at least 1.")
    if not 1 <= len(resources.get("subnets", [])) <= _MAX_SUBNETS:
        raise ClientError("Fargate compute resources need 1 to 16 subnets.")
    if not resources.get("securityGroupIds"):
        raise ClientError("securityGroupIds must be specified for Fargate compute resources.")


def _wire(store: Store, environment: Environment) -> Wire:
    status = store.status(environment)
    healthy = {"statusReason": "ComputeEnvironment Healthy"} if status == "VALID" else {}
    return {**environment.wire, "status": status, **healthy}
