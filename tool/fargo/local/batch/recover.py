"""The service as it was kept: records built anew from the keeper's rows."""

from collections.abc import Iterator

from fargo.local.batch import arrays, order
from fargo.local.batch.keep import SPEC_MEMBERS
from fargo.local.batch.records import (
    Attempt,
    Children,
    Definition,
    Environment,
    Job,
    Policy,
    Queue,
    Spec,
    Wire,
)
from fargo.local.batch.store import Region, Store
from fargo.model.job import JobState

KEPT_MS = 7 * 24 * 3600 * 1000
"""How long AWS Batch shows a job that ended, at the least. Source: user guide, "Job states"."""


def load(store: Store) -> None:
    """Fill `store` with what its keeper kept; jobs that ended more than seven days ago are dropped."""
    keeper = store.keeper
    for region, name, kept in keeper.rows("policy"):
        here = _region(store, region)
        here.policies[name] = Policy(name=name, arn=here.arn("scheduling-policy", name), wire=kept["wire"])
    for region, name, kept in keeper.rows("environment"):
        here = _region(store, region)
        here.environments[name] = Environment(
            name=name,
            arn=here.arn("compute-environment", name),
            wire=kept["wire"],
            settles_at=0,
            deleting=kept["deleting"],
        )
    for region, name, kept in keeper.rows("queue"):
        here = _region(store, region)
        here.queues[name] = _queue(here, name, kept)
    _load_definitions(store)
    _load_jobs(store)


def unfinished(store: Store) -> list[Job]:
    """Single jobs and arrays that have not ended, in the order in which they were submitted."""
    jobs = (job for region in store.regions.values() for job in region.jobs.values())
    return sorted((job for job in jobs if not job.state.finished), key=lambda job: job.spec.number)


def cut_off(job: Job) -> Iterator[Job]:
    """Of a single job or an array: those whose container ran when the server ended."""
    for each in (job, *(job.children.held.values() if job.children else ())):
        if each.current:
            yield each


def _region(store: Store, name: str) -> Region:
    return store.regions.setdefault(name, Region(name=name))


def _queue(region: Region, name: str, kept: Wire) -> Queue:
    policy = region.policies.get(kept["wire"].get("schedulingPolicyArn", "").rpartition("/")[2])
    return Queue(
        name=name,
        arn=region.arn("job-queue", name),
        wire=kept["wire"],
        settles_at=0,
        order=order.make(policy.wire if policy else None),
        deleting=kept["deleting"],
    )


def _load_definitions(store: Store) -> None:
    for region, _, kept in store.keeper.rows("definition"):
        wire = kept["wire"]
        name, revision = wire["jobDefinitionName"], wire["revision"]
        definition = Definition(name=name, revision=revision, arn=wire["jobDefinitionArn"], wire=wire)
        _region(store, region).definitions.setdefault(name, []).append(definition)
    for here in store.regions.values():
        for revisions in here.definitions.values():
            revisions.sort(key=lambda definition: definition.revision)


def _load_jobs(store: Store) -> None:
    oldest = store.clock.now() - KEPT_MS
    for region, key, kept in store.keeper.rows("job"):
        here = _region(store, region)
        job = _job(here, kept)
        if job.stopped and job.stopped < oldest:
            store.keeper.forget(job)
            continue
        store.numbers = max(store.numbers, job.spec.number)
        here.jobs[key] = job
        job.spec.queue.jobs[job.state][key] = job
    _load_children(store)
    for here in store.regions.values():
        for job in here.jobs.values():
            _count(job)


def _load_children(store: Store) -> None:
    for region, key, kept in store.keeper.rows("child"):
        here = _region(store, region)
        base, _, index = key.partition(":")
        parent = here.jobs.get(base)
        if parent is None:
            store.keeper.drop("child", region, key)
            continue
        child = Job(spec=parent.spec, parent=parent, index=int(index))
        arrays.children_of(parent).held[child.index] = child
        _become(here, child, kept)


def _count(job: Job) -> None:
    children = job.children
    if children is None:
        return
    children.counts = dict.fromkeys(JobState, 0)
    children.counts[children.rest] = children.left
    for child in children.held.values():
        children.counts[child.state] += 1


def _job(region: Region, kept: Wire) -> Job:
    wire = {name: kept["spec"][name] for name in SPEC_MEMBERS}
    name, revision = kept["spec"]["definition"]
    queue = region.queues.get(kept["spec"]["queue"]) or _gone_queue(region, kept["spec"]["queue"])
    definition = region.definitions[name][revision - 1]
    job = Job(spec=Spec(**wire, queue=queue, definition=definition))
    if "children" in kept:
        job.children = Children.of(job.spec.size)
        for member, value in kept["children"].items():
            setattr(job.children, member, value)
        job.children.rest = JobState(job.children.rest)
    _become(region, job, kept)
    return job


def _gone_queue(region: Region, name: str) -> Queue:
    """The queue of jobs that outlived it; in no table, and with nothing in its order."""
    wire = {"jobQueueName": name, "computeEnvironmentOrder": [], "priority": 0, "state": "DISABLED"}
    return _queue(region, name, {"wire": wire, "deleting": True})


def _become(region: Region, job: Job, kept: Wire) -> None:
    """Give `job` what is kept of its course."""
    job.state = JobState(kept["state"])
    job.attempts = tuple(_attempt(region, attempt) for attempt in kept.get("attempts", ()))
    job.current = _attempt(region, kept["current"]) if "current" in kept else None
    job.status_reason = kept.get("status_reason", "")
    job.started, job.stopped = kept.get("started"), kept.get("stopped")
    job.cancelled, job.terminated = kept.get("cancelled", False), kept.get("terminated", False)
    job.end_reason = kept.get("end_reason", "")


def _attempt(region: Region, kept: Wire) -> Attempt:
    """Its compute environment may be gone, or be another of the same name by now."""
    name, cluster = kept.pop("name"), kept.pop("environment")
    environment = region.environments.get(name)
    if environment is None or environment.wire["ecsClusterArn"] != cluster:
        arn = region.arn("compute-environment", name)
        environment = Environment(name=name, arn=arn, wire={"ecsClusterArn": cluster}, settles_at=0)
    return Attempt(**kept, environment=environment)
