"""Compute environments: FARGATE and FARGATE_SPOT, managed.

Source: API reference; user guide, "Compute environment parameters", "Updating compute environments" and
"AWS Batch on AWS Fargate".
"""

from typing import Any

from fargo.local.batch import names, tags
from fargo.local.batch.errors import AlreadyExists, ClientError, InvalidRequest
from fargo.local.batch.pages import check_count, page
from fargo.local.batch.records import Environment, Wire
from fargo.local.batch.store import SETTLE_MS, Region, Store, new_id
from fargo.local.moto_side import ACCOUNT

_FARGATE = ("FARGATE", "FARGATE_SPOT")
_ON_FARGATE = ("type", "maxvCpus", "subnets", "securityGroupIds")
_UPDATABLE = ("maxvCpus", "subnets", "securityGroupIds")
_SERVICE_LINKED = ":role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
_ENVIRONMENTS_MAX = 50
"""Per region. Source of this and of the queues: user guide, "AWS Batch service quotas"."""
_SUBNETS_MAX = 16
_GROUPS_MAX = 5
_JOBS_LEFT = (
    "CLIENT_ERROR - Terminate the jobs of this Fargate compute environment, and wait for their end, before "
    "it is deleted"
)


def create(store: Store, region: Region, params: Wire) -> Wire:
    """CreateComputeEnvironment."""
    name = names.check("computeEnvironmentName", params["computeEnvironmentName"])
    if name in region.environments:
        raise AlreadyExists
    if len(region.environments) >= _ENVIRONMENTS_MAX:
        raise ClientError(
            f"A region can have at most {_ENVIRONMENTS_MAX} compute environments; delete one first."
        )
    resources = _resources(params)
    uid = new_id()
    arn = region.arn("compute-environment", name)
    environment = Environment(
        name=name,
        arn=arn,
        settles_at=store.clock.now() + SETTLE_MS,
        wire={
            "computeEnvironmentName": name,
            "computeEnvironmentArn": arn,
            "ecsClusterArn": f"arn:aws:ecs:{region.name}:{ACCOUNT}:cluster/AWSBatch-{name}-{uid}",
            "tags": tags.check(params.get("tags", {})),
            "type": params["type"],
            "state": params.get("state", "ENABLED"),
            "computeResources": resources,
            "serviceRole": _role(params.get("serviceRole")),
            "containerOrchestrationType": "ECS",
            "uuid": uid,
            **{key: params[key] for key in ("ecsSettings", "context") if key in params},
        },
    )
    region.environments[name] = environment
    store.touch(environment)
    store.changed.notify_all()
    return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}


def update(store: Store, region: Region, params: Wire) -> Wire:
    """UpdateComputeEnvironment."""
    environment = existing(region, params["computeEnvironment"])
    _check_update(environment, params)
    if not settled(store, environment):
        raise ClientError("Cannot update, resource is being modified.")
    changes = params.get("computeResources", {})
    # An empty list changes nothing on Fargate. Source: API reference, ComputeResourceUpdate.
    merged = environment.wire["computeResources"] | {
        key: value for key, value in changes.items() if value != []
    }
    _check(merged)
    environment.wire["computeResources"] = merged
    for key in ("state", "serviceRole", "ecsSettings", "context"):
        if key in params:
            environment.wire[key] = _role(params[key]) if key == "serviceRole" else params[key]
    environment.wire.pop("statusReason", None)
    environment.wire["status"] = "UPDATING"
    environment.settles_at = store.clock.now() + SETTLE_MS
    store.touch(environment)
    store.changed.notify_all()
    return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}


def describe(store: Store, region: Region, params: Wire) -> Wire:
    """DescribeComputeEnvironments: those named, unknown ones left out; without names, all."""
    wanted = params.get("computeEnvironments")
    if wanted:
        check_count("computeEnvironments", wanted)
        found = [env for env in map(region.environment, wanted) if env]
    else:
        found = list(region.environments.values())
    items, token = page(found, params, most=100)
    answer: Wire = {"computeEnvironments": [_wire(store, environment) for environment in items]}
    return answer | ({"nextToken": token} if token else {})


def delete(store: Store, region: Region, params: Wire) -> Wire:
    """DeleteComputeEnvironment: refused while it is enabled or in a queue; INVALID while it has jobs."""
    environment = region.environment(params["computeEnvironment"])
    if environment is None or environment.deleting:
        return {}
    if any(environment.arn in queue.environments for queue in region.queues.values()):
        raise ClientError("Cannot delete, found existing JobQueue relationship.")
    if environment.wire["state"] != "DISABLED":
        raise ClientError("Cannot delete, compute environment state must be DISABLED.")
    if not settled(store, environment):
        raise ClientError("Cannot delete, resource is being modified.")
    if environment.used_vcpu:
        environment.wire |= {"status": "INVALID", "statusReason": _JOBS_LEFT}
    else:
        environment.deleting = True
        environment.settles_at = store.clock.now() + SETTLE_MS
    store.touch(environment)
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


def status(store: Store, environment: Environment) -> str:
    """Its status now, INVALID among them."""
    found = store.status(environment)
    return "INVALID" if found == "VALID" and environment.wire.get("status") == "INVALID" else found


def settled(store: Store, environment: Environment) -> bool:
    """Whether no earlier request is still being carried out."""
    return status(store, environment) in ("VALID", "INVALID")


def _resources(params: Wire) -> Wire:
    """The compute resources of a request to create an environment, checked."""
    if params["type"] != "MANAGED":
        raise ClientError(
            "The local AWS offers compute environments of type MANAGED only: AWS runs unmanaged ones on EC2"
        )
    if "eksConfiguration" in params:
        raise ClientError("The local AWS does not offer EKS; leave eksConfiguration out")
    if "unmanagedvCpus" in params:
        raise InvalidRequest("unmanagedvCpus is not applicable for managed compute environments.")
    resources: Wire | None = params.get("computeResources")
    if resources is None:
        raise InvalidRequest("ComputeResources must be provided for a MANAGED compute environment")
    _check(resources)
    return resources


def _check(resources: dict[str, Any]) -> None:
    if resources["type"] not in _FARGATE:
        raise ClientError(
            "The local AWS offers compute resources of type FARGATE and FARGATE_SPOT, "
            f"not {resources['type']}"
        )
    _refuse_ec2(resources)
    if resources["maxvCpus"] < 1:
        raise InvalidRequest("computeResources.maxvCpus must be at least 1.")
    if not 1 <= len(resources.get("subnets", [])) <= _SUBNETS_MAX:
        raise InvalidRequest(f"Fargate compute resources need 1 to {_SUBNETS_MAX} subnets.")
    if not 1 <= len(resources.get("securityGroupIds", [])) <= _GROUPS_MAX:
        raise InvalidRequest(f"Fargate compute resources need 1 to {_GROUPS_MAX} securityGroupIds.")


def _refuse_ec2(resources: dict[str, Any]) -> None:
    """Any number counts, a minvCpus of 0 too; what is empty does not."""
    for key, value in resources.items():
        if key not in _ON_FARGATE and value not in ("", [], {}):
            raise InvalidRequest(f"{key} is not applicable for Fargate.")


def _check_update(environment: Environment, params: Wire) -> None:
    changes = params.get("computeResources", {})
    given = {*params} & {
        "state",
        "computeResources",
        "serviceRole",
        "unmanagedvCpus",
        "ecsSettings",
        "context",
    }
    if not given:
        raise ClientError("One of [state | compute-resources | service-role | unmanaged-vcpus] is required.")
    if "unmanagedvCpus" in params:
        raise ClientError("unmanagedvCpus is not applicable for managed compute environments.")
    others = {key for key in changes if key not in (*_UPDATABLE, "minvCpus", "desiredvCpus")}
    others |= {*params} & {"updatePolicy"}
    if others:
        raise ClientError(
            "The following parameters can't be updated for Fargate compute environment: "
            f"{', '.join(sorted(others))}."
        )
    _refuse_ec2(changes)
    linked = environment.wire["serviceRole"].endswith(_SERVICE_LINKED)
    if "serviceRole" in params and _role(params["serviceRole"]).endswith(_SERVICE_LINKED) != linked:
        raise ClientError(
            "A compute environment cannot change between the service-linked role and another; make a new one"
        )
    network = sorted(key for key in ("securityGroupIds", "subnets") if changes.get(key))
    if network and not linked:
        raise ClientError(
            f"Following fields [{', '.join(network)}] can be updated only for a compute environment having a "
            "Batch Service Linked Role."
        )


def _role(given: str | None) -> str:
    """The full ARN of a service role; the service-linked one where none is given."""
    if not given:
        return f"arn:aws:iam::{ACCOUNT}{_SERVICE_LINKED}"
    return given if given.startswith("arn:") else f"arn:aws:iam::{ACCOUNT}:role/{given.lstrip('/')}"


def _wire(store: Store, environment: Environment) -> Wire:
    found = status(store, environment)
    reason = {"statusReason": "ComputeEnvironment Healthy"} if found == "VALID" else {}
    return {**environment.wire, "status": found, **reason}
