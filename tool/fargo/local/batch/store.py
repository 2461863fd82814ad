"""Every region's records, the one lock for all of them, and the one place where a job changes its state."""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fargo.local.batch import arrays
from fargo.local.batch.keep import Keeper
from fargo.local.batch.records import Definition, Environment, Job, Policy, Queue
from fargo.local.clock import Clock
from fargo.local.moto_side import ACCOUNT
from fargo.model.job import JobState

SETTLE_MS = 50
"""How long a compute environment or a queue is CREATING, UPDATING or DELETING; minutes on AWS."""

Item = Environment | Queue | Definition | Policy


@dataclass(slots=True, kw_only=True)
class Region:
    """All that one region holds, by name.

    Attributes:
        jobs: single jobs and array parents, by id.
        dependents: who waits for a job as a whole, by that job's id.
        pairs: arrays whose children wait for those of another, by the other's id.
    """

    name: str
    environments: dict[str, Environment] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    dependents: dict[str, list[Job]] = field(default_factory=dict)
    pairs: dict[str, list[Job]] = field(default_factory=dict)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of `kind/name` of AWS Batch here."""
        return f"arn:aws:batch:{self.name}:{ACCOUNT}:{kind}/{name}"

    def environment(self, name: str) -> Environment | None:
        """By name or ARN."""
        return self.environments.get(name.rpartition("compute-environment/")[2])

    def queue(self, name: str) -> Queue | None:
        """By name or ARN."""
        return self.queues.get(name.rpartition("job-queue/")[2])

    def job(self, text: str) -> Job | None:
        """By id or ARN: a single job, an array, or (`id:index`) one of its children, to look at."""
        base, colon, index = text.rpartition("job/")[2].partition(":")
        job = self.jobs.get(base)
        return arrays.find(job, index) if job and colon else job


OnChange = Callable[[Job, Sequence[int]], None]
"""Told of a job that changed; with indexes, of these children of it instead."""


class Store:
    """Everything is read and changed under `changed`; its waiters are the scheduler."""

    def __init__(self, clock: Clock, keeper: Keeper) -> None:
        self.clock = clock
        self.keeper = keeper
        self.changed = threading.Condition(threading.RLock())
        self.regions: dict[str, Region] = {}
        self.submitted: deque[Job] = deque()
        self.numbers = 0
        self.on_change: OnChange = lambda _job, _indexes: None

    def region(self, name: str) -> Region:
        """The region, settled: what was being deleted and is done is gone."""
        region = self.regions.setdefault(name, Region(name=name))
        now = self.clock.now()
        for queue in [queue for queue in region.queues.values() if queue.deleting]:
            if queue.settles_at <= now and not queue.active:
                del region.queues[queue.name]
                self.forget(queue)
        for environment in [env for env in region.environments.values() if env.deleting]:
            if environment.settles_at <= now and not environment.used_vcpu:
                del region.environments[environment.name]
                self.forget(environment)
        return region

    def move(self, job: Job, state: JobState, reason: str = "") -> None:
        """Change a job's state; told to `on_change`, to the keeper, and to whoever waits for the lock."""
        if job.parent is None:
            job.spec.queue.jobs[job.state].pop(job.id, None)
            job.spec.queue.jobs[state][job.id] = job
        else:
            children = arrays.children_of(job.parent)
            children.counts[job.state] -= 1
            children.counts[state] += 1
            children.updated = self.clock.now()
        job.state = state
        job.status_reason = reason
        self.keeper.note(job)
        self.on_change(job, ())
        self.changed.notify_all()

    def move_rest(self, parent: Job, state: JobState, reason: str = "") -> list[int]:
        """Change the state of all children that nothing happened to yet, at once.

        Returns:
            Their indexes.
        """
        children = arrays.children_of(parent)
        if not children.left or children.rest is state:
            return []
        indexes = list(arrays.rest_of(parent))
        now = self.clock.now()
        children.counts[children.rest] -= len(indexes)
        children.counts[state] += len(indexes)
        children.rest, children.rest_reason, children.updated = state, reason, now
        children.rest_stopped = now if state.finished else None
        self.keeper.note(parent)
        self.on_change(parent, indexes)
        self.changed.notify_all()
        return indexes

    def touch(self, item: Item) -> None:
        """Keep `item` as it is now."""
        self.keeper.note(item)

    def forget(self, item: Item) -> None:
        """Keep `item` no longer."""
        self.keeper.forget(item)

    def status(self, item: Environment | Queue) -> str:
        """The status of a compute environment or queue now."""
        if item.deleting:
            return "DELETING"
        if self.clock.now() >= item.settles_at:
            return "VALID"
        return str(item.wire.get("status", "CREATING"))


def new_id() -> str:
    """A fresh random id in AWS's form."""
    return str(uuid.uuid4())
