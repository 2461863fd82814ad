"""What the service keeps: compute environments, queues, definitions and jobs, per region.

Everything is read and changed under `Store.changed`, one lock for all; its waiters are the scheduler.
"""

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fargo.local.clock import Clock
from fargo.local.moto_side import ACCOUNT
from fargo.model.job import JobState

SETTLE_MS = 50
"""How long a compute environment or a queue is CREATING, UPDATING or DELETING; minutes on AWS."""

Wire = dict[str, Any]
"""A structure in the words of the API."""


@dataclass(slots=True, kw_only=True, eq=False)
class Environment:
    """A compute environment. `used_vcpu` is what its starting and running jobs take."""

    name: str
    arn: str
    wire: Wire
    settles_at: int
    deleting: bool = False
    used_vcpu: float = 0.0

    @property
    def enabled(self) -> bool:
        """Whether it may start jobs."""
        return self.wire["state"] == "ENABLED" and not self.deleting

    @property
    def max_vcpu(self) -> float:
        """All that its jobs together may take."""
        return float(self.wire["computeResources"]["maxvCpus"])


@dataclass(slots=True, kw_only=True, eq=False)
class Queue:
    """A job queue; its jobs by state, and those RUNNABLE in their order."""

    name: str
    arn: str
    wire: Wire
    settles_at: int
    deleting: bool = False
    jobs: dict[JobState, dict[str, "Job"]] = field(default_factory=lambda: {state: {} for state in JobState})
    runnable: deque["Job"] = field(default_factory=deque)

    @property
    def priority(self) -> int:
        """Higher first."""
        return int(self.wire["priority"])

    @property
    def environments(self) -> list[str]:
        """The ARNs of its compute environments, in their order."""
        order = sorted(self.wire["computeEnvironmentOrder"], key=lambda entry: entry["order"])
        return [entry["computeEnvironment"] for entry in order]

    @property
    def active(self) -> list["Job"]:
        """Jobs that have not ended."""
        return [job for state, jobs in self.jobs.items() if not state.finished for job in jobs.values()]


@dataclass(slots=True, kw_only=True, eq=False)
class Definition:
    """One revision of a job definition."""

    name: str
    revision: int
    arn: str
    wire: Wire

    @property
    def active(self) -> bool:
        """Whether it was not deregistered."""
        return bool(self.wire["status"] == "ACTIVE")


@dataclass(slots=True, kw_only=True, eq=False)
class Attempt:
    """One container of a job.

    Attributes:
        stop_reason: why we end it (terminated, timed out); empty where it ends by itself.
    """

    number: int
    task_id: str
    environment: Environment
    vcpu: float
    memory_mib: int
    log_stream: str = ""
    started: int | None = None
    stopped: int | None = None
    exit_code: int | None = None
    reason: str = ""
    status_reason: str = ""
    stop_reason: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One job. `container` is the definition's with the overrides in it, as DescribeJobs shows it."""

    id: str
    arn: str
    name: str
    region: str
    queue: Queue
    definition: Definition
    created: int
    container: Wire
    parameters: dict[str, str]
    retry: Wire
    timeout_s: int | None
    tags: dict[str, str]
    propagate_tags: bool
    vcpu: float
    memory_mib: int
    state: JobState = JobState.SUBMITTED
    status_reason: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    current: Attempt | None = None
    started: int | None = None
    stopped: int | None = None
    cancelled: bool = False
    terminated: bool = False
    end_reason: str = ""

    @property
    def last(self) -> Attempt | None:
        """The attempt that runs, or the last that did."""
        return self.current or (self.attempts[-1] if self.attempts else None)


@dataclass(slots=True, kw_only=True)
class Region:
    """All that one region holds, by name."""

    name: str
    environments: dict[str, Environment] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of `kind/name` of AWS Batch here."""
        return f"arn:aws:batch:{self.name}:{ACCOUNT}:{kind}/{name}"

    def environment(self, name: str) -> Environment | None:
        """By name or ARN."""
        return self.environments.get(name.rpartition("compute-environment/")[2])

    def queue(self, name: str) -> Queue | None:
        """By name or ARN."""
        return self.queues.get(name.rpartition("job-queue/")[2])


OnChange = Callable[[Job], None]


class Store:
    """Every region, the lock, and the one place where a job changes its state."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.regions: dict[str, Region] = {}
        self.submitted: deque[Job] = deque()
        self.on_change: OnChange = lambda _job: None

    def region(self, name: str) -> Region:
        """The region, settled: what was being deleted and is done is gone."""
        region = self.regions.setdefault(name, Region(name=name))
        now = self.clock.now()
        for queue in [queue for queue in region.queues.values() if queue.deleting]:
            if queue.settles_at <= now and not queue.active:
                del region.queues[queue.name]
        for environment in [env for env in region.environments.values() if env.deleting]:
            if environment.settles_at <= now and not environment.used_vcpu:
                del region.environments[environment.name]
        return region

    def move(self, job: Job, state: JobState, reason: str = "") -> None:
        """Change a job's state; told to `on_change`, and to whoever waits for the lock."""
        job.queue.jobs[job.state].pop(job.id, None)
        job.state = state
        job.status_reason = reason
        job.queue.jobs[state][job.id] = job
        self.on_change(job)
        self.changed.notify_all()

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
