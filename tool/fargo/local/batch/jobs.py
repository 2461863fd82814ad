"""SubmitJob, DescribeJobs, CancelJob and TerminateJob, for single jobs. Source: API reference."""

import re

from fargo.local.batch import definitions
from fargo.local.batch.errors import ClientError
from fargo.local.batch.store import Job, Queue, Region, Store, Wire, new_id
from fargo.local.batch.wire import detail
from fargo.model.fargate import Size
from fargo.model.job import JobState

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$")
_DESCRIBE_MAX = 100
_NOT_YET = {
    "arrayProperties": "array jobs",
    "dependsOn": "dependencies",
    "nodeOverrides": "multi-node jobs",
    "eksPropertiesOverride": "jobs on EKS",
    "ecsPropertiesOverride": "jobs with several containers",
    "shareIdentifier": "fair-share scheduling",
    "consumableResourcePropertiesOverride": "consumable resources",
}


def submit(store: Store, region: Region, params: Wire) -> Wire:
    """SubmitJob: a job in SUBMITTED; the scheduler takes it from there."""
    for key, what in _NOT_YET.items():
        if params.get(key):
            raise ClientError(f"The local AWS does not offer {what} yet ({key})")
    name = params["jobName"]
    if not _NAME.match(name):
        raise ClientError(
            "jobName must begin with a letter or digit and have up to 128 letters, digits, hyphens and "
            f"underscores; {name!r} does not"
        )
    queue = _open_queue(region, params["jobQueue"])
    definition = definitions.find(region, params["jobDefinition"])
    if "FARGATE" not in definition.wire["platformCapabilities"]:
        raise ClientError(
            f"Job definition {definition.arn} is not for FARGATE, and job queue {queue.arn} is."
        )
    container, size = _container(definition.wire, params)
    job_id = new_id()
    job = Job(
        id=job_id,
        arn=region.arn("job", job_id),
        name=name,
        region=region.name,
        queue=queue,
        definition=definition,
        created=store.clock.now(),
        container=container,
        parameters={**definition.wire["parameters"], **params.get("parameters", {})},
        retry=_retry(definition.wire, params),
        timeout_s=_timeout(definition.wire, params),
        tags=dict(params.get("tags", {})),
        propagate_tags=bool(params.get("propagateTags", definition.wire.get("propagateTags"))),
        vcpu=size.vcpu,
        memory_mib=size.memory_mib,
    )
    region.jobs[job_id] = job
    store.submitted.append(job)
    store.move(job, JobState.SUBMITTED)
    return {"jobArn": job.arn, "jobName": name, "jobId": job_id}


def describe(_store: Store, region: Region, params: Wire) -> Wire:
    """DescribeJobs: up to 100, unknown ones left out."""
    wanted = params["jobs"]
    if not wanted:
        raise ClientError("Must specify at least one job.")
    if len(wanted) > _DESCRIBE_MAX:
        raise ClientError(f"Number of jobs must be at most {_DESCRIBE_MAX}, and {len(wanted)} were given.")
    found = (region.jobs.get(job_id.rpartition("/")[2]) for job_id in wanted)
    return {"jobs": [detail(job) for job in found if job]}


def find(region: Region, params: Wire) -> Job | None:
    """The job that CancelJob and TerminateJob name; None for an unknown one, which is no error to AWS."""
    if not params["reason"].strip():
        raise ClientError("reason must not be empty.")
    return region.jobs.get(params["jobId"].rpartition("/")[2])


def _open_queue(region: Region, text: str) -> Queue:
    queue = region.queue(text)
    if queue is None:
        raise ClientError(f"Job queue {text} does not exist.")
    if queue.deleting or queue.wire["state"] != "ENABLED":
        raise ClientError(f"Job queue {text} is DISABLED and takes no jobs.")
    return queue


def _container(definition: Wire, params: Wire) -> tuple[Wire, Size]:
    """The definition's container with the overrides in it, and its size."""
    container = dict(definition["containerProperties"])
    overrides = params.get("containerOverrides", {})
    if overrides.get("command"):
        container["command"] = overrides["command"]
    container["environment"] = _merged(
        "name", container["environment"], overrides.get("environment", []), "environment"
    )
    container["resourceRequirements"] = _merged(
        "type",
        container["resourceRequirements"],
        overrides.get("resourceRequirements", []),
        "resourceRequirements",
    )
    return container, definitions.check_size(container)


def _merged(key: str, base: list[Wire], over: list[Wire], what: str) -> list[Wire]:
    """`base` with the entries of `over` replaced or added, by `key`."""
    if any(key not in entry for entry in over):
        raise ClientError(f"Every entry of containerOverrides.{what} needs a {key}.")
    entries = {entry[key]: entry for entry in [*base, *over]}
    reserved = [name for name in entries if str(name).startswith("AWS_BATCH")]
    if key == "name" and reserved:
        raise ClientError(f"Environment variable names starting with AWS_BATCH are reserved: {reserved[0]}")
    return list(entries.values())


def _retry(definition: Wire, params: Wire) -> Wire:
    if "retryStrategy" in params:
        return definitions.check_retry(params["retryStrategy"])
    kept: Wire = definition.get("retryStrategy", {"attempts": 1, "evaluateOnExit": []})
    return kept


def _timeout(definition: Wire, params: Wire) -> int | None:
    timeout = params.get("timeout") or definition.get("timeout")
    if timeout is None:
        return None
    return int(definitions.check_timeout(timeout)["attemptDurationSeconds"])
