"""SubmitJob and DescribeJobs. Source: API reference."""

from fargo.local.batch import containers, definitions, names, tags
from fargo.local.batch.errors import ClientError
from fargo.local.batch.records import Children, Definition, Job, Queue, Spec, Wire
from fargo.local.batch.store import Region, Store, new_id
from fargo.local.batch.wire import detail
from fargo.model.fargate import Size
from fargo.model.job import JobState

_DESCRIBE_MAX = 100
_DEPENDS_MAX = 20
_ARRAY_SIZES = range(2, 10_001)
_PRIORITIES = range(10_000)
_NOT_YET = {
    "nodeOverrides": "multi-node jobs",
    "eksPropertiesOverride": "jobs on EKS",
    "ecsPropertiesOverride": "jobs with several containers",
    "consumableResourcePropertiesOverride": "consumable resources",
}


def submit(store: Store, region: Region, params: Wire) -> Wire:
    """SubmitJob: a job in SUBMITTED; the scheduler takes it from there."""
    for key, what in _NOT_YET.items():
        if params.get(key):
            raise ClientError(f"The local AWS does not offer {what} ({key})")
    name = names.check("jobName", params["jobName"])
    queue = _open_queue(region, params["jobQueue"])
    definition = definitions.find(region, params["jobDefinition"])
    if "FARGATE" not in definition.wire["platformCapabilities"]:
        raise ClientError(
            f"Job definition {definition.arn} is not for FARGATE, and job queue {queue.arn} is."
        )
    store.numbers += 1
    spec = _spec(store, region, params, queue, definition)
    job = Job(spec=spec, children=Children.of(spec.size) if spec.size else None)
    region.jobs[job.id] = job
    store.submitted.append(job)
    store.move(job, JobState.SUBMITTED)
    return {"jobArn": job.arn, "jobName": name, "jobId": job.id}


def describe(_store: Store, region: Region, params: Wire) -> Wire:
    """DescribeJobs: up to 100, unknown ones left out."""
    wanted = params["jobs"]
    if not wanted:
        raise ClientError("Must specify at least one job.")
    if len(wanted) > _DESCRIBE_MAX:
        raise ClientError(f"Number of jobs must be at most {_DESCRIBE_MAX}, and {len(wanted)} were given.")
    return {"jobs": [detail(job) for text in wanted if (job := region.job(text))]}


def _spec(store: Store, region: Region, params: Wire, queue: Queue, definition: Definition) -> Spec:
    container, size = _container(definition.wire, params)
    job_id = new_id()
    children = _array_size(params)
    return Spec(
        id=job_id,
        arn=region.arn("job", job_id),
        name=params["jobName"],
        region=region.name,
        queue=queue,
        definition=definition,
        created=store.clock.now(),
        number=store.numbers,
        container=container,
        overrides=params.get("containerOverrides", {}),
        parameters={**definition.wire["parameters"], **params.get("parameters", {})},
        retry=_retry(definition.wire, params),
        timeout_s=_timeout(definition.wire, params),
        tags=tags.check(params.get("tags", {})),
        propagate_tags=bool(params.get("propagateTags", definition.wire.get("propagateTags"))),
        vcpu=size.vcpu,
        memory_mib=size.memory_mib,
        size=children,
        depends_on=_depends_on(region, params.get("dependsOn", []), children),
        share=_share(queue, params),
        priority=_priority(queue, definition.wire, params),
    )


def _open_queue(region: Region, text: str) -> Queue:
    queue = region.queue(text)
    if queue is None:
        raise ClientError(f"Job queue {text} does not exist.")
    if queue.deleting or queue.wire["state"] != "ENABLED":
        raise ClientError(f"Job queue {text} is DISABLED and takes no jobs.")
    return queue


def _array_size(params: Wire) -> int:
    if "arrayProperties" not in params:
        return 0
    size = int(params["arrayProperties"].get("size", 0))
    if size not in _ARRAY_SIZES:
        raise ClientError("arrayProperties.size must be between 2 and 10000.")
    return size


def _depends_on(region: Region, links: list[Wire], size: int) -> list[Wire]:
    """The dependencies, each one that can be met."""
    if len(links) > _DEPENDS_MAX:
        raise ClientError(f"A job can depend on at most {_DEPENDS_MAX} jobs, and {len(links)} were given.")
    for link in links:
        kind, job_id = link.get("type"), link.get("jobId")
        if kind and not size:
            raise ClientError(f"A dependency of type {kind} is for array jobs.")
        if kind == "SEQUENTIAL" and job_id:
            raise ClientError("A dependency of type SEQUENTIAL must not name a jobId.")
        if kind == "SEQUENTIAL":
            continue
        if not job_id:
            raise ClientError("A dependency must name a jobId.")
        target = region.job(job_id)
        if target is None:
            raise ClientError(f"Job {job_id}, which dependsOn names, does not exist.")
        if kind == "N_TO_N" and (target.children is None or target.children.size != size):
            raise ClientError(f"A dependency of type N_TO_N needs an array job of the same size as {job_id}.")
    return links


def _share(queue: Queue, params: Wire) -> str:
    fair = bool(queue.wire.get("schedulingPolicyArn"))
    share = str(params.get("shareIdentifier", ""))
    if fair and not share:
        raise ClientError(
            "shareIdentifier must be specified: the job queue has a fair-share scheduling policy."
        )
    if share and not fair:
        raise ClientError(
            "shareIdentifier must not be specified: the job queue has no fair-share scheduling policy."
        )
    if share and not names.is_share(share):
        raise ClientError("shareIdentifier must have up to 255 letters and digits.")
    return share


def _priority(queue: Queue, definition: Wire, params: Wire) -> int:
    said = params.get("schedulingPriorityOverride", definition.get("schedulingPriority"))
    if said is None and queue.wire.get("schedulingPolicyArn"):
        # In no page of AWS's: https://github.com/nextflow-io/nextflow/pull/3505
        raise ClientError(
            "Either schedulingPriority in job definition or schedulingPriorityOverride should be specified."
        )
    priority = int(said or 0)
    if priority not in _PRIORITIES:
        raise ClientError("schedulingPriorityOverride must be between 0 and 9999.")
    return priority


def _container(definition: Wire, params: Wire) -> tuple[Wire, Size]:
    """The definition's container with the overrides in it, and its size."""
    container = dict(definition["containerProperties"])
    overrides = params.get("containerOverrides", {})
    for key in ("vcpus", "memory", "instanceType"):
        if overrides.get(key):
            raise ClientError(f"{key} is not applicable for Fargate. Use resource requirements instead.")
    containers.check_command(overrides.get("command", []))
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
    return container, containers.check_size(container)


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
