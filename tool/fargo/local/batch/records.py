"""What the service keeps, as plain records: from compute environments to a job's attempts.

A job that was submitted is one `Spec`, and one `Job` for what becomes of it. An array's children share
its spec; a child has a `Job` of its own only once something happened to it alone, so that an array of
ten thousand costs no more than any other job until it runs.
"""

from dataclasses import dataclass, field
from typing import Any

from fargo.local.batch.order import Order
from fargo.model.job import JobState

Wire = dict[str, Any]
"""A structure in the words of the API."""

WAITING = (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE)
"""States of a job that has no container."""


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
class Policy:
    """A scheduling policy."""

    name: str
    arn: str
    wire: Wire


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
class Queue:
    """A job queue.

    Attributes:
        jobs: by state; single jobs and array parents, as ListJobs shows them.
        order: which of its RUNNABLE jobs is next; an array stands in it once for all its children.
        usage: vCPUs that its jobs have now, by share identifier.
        moved: when the front of the queue changed last.
    """

    name: str
    arn: str
    wire: Wire
    settles_at: int
    order: Order
    deleting: bool = False
    jobs: dict[JobState, dict[str, "Job"]] = field(default_factory=lambda: {state: {} for state in JobState})
    usage: dict[str, float] = field(default_factory=dict)
    moved: int = 0

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
class Attempt:
    """One container of a job.

    Attributes:
        vcpu, memory_mib: what it takes of this machine, no more than there is.
        stop_reason: why we end it (terminated, timed out, interrupted); empty where it ends by itself.
        retryable: whether the job's retry strategy is asked though we ended it.
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
    retryable: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Spec:
    """What was submitted.

    Attributes:
        created: milliseconds since 1970.
        number: counts submissions; older ones go first.
        container: the definition's with the overrides in it, as DescribeJobs shows it.
        overrides: as they were given.
        size: children of an array job; 0 for a single one.
    """

    id: str
    arn: str
    name: str
    region: str
    queue: Queue
    definition: Definition
    created: int
    number: int
    container: Wire
    overrides: Wire
    parameters: dict[str, str]
    retry: Wire
    timeout_s: int | None
    tags: dict[str, str]
    propagate_tags: bool
    vcpu: float
    memory_mib: int
    size: int = 0
    depends_on: list[Wire] = field(default_factory=list)
    share: str = ""
    priority: int = 0

    @property
    def sequential(self) -> bool:
        """Whether its children run one after the other."""
        return any(link.get("type") == "SEQUENTIAL" for link in self.depends_on)

    @property
    def one_by_one(self) -> bool:
        """Whether its children become RUNNABLE each on its own, and not all at once."""
        return self.sequential or bool(self.paired)

    @property
    def paired(self) -> list[str]:
        """The arrays whose children its own wait for, one by one."""
        return [link["jobId"] for link in self.depends_on if link.get("type") == "N_TO_N"]


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """What becomes of a submission: of a single job, of an array as a whole, or of one of its children.

    Attributes:
        parent, index: of a child.
        children: of an array.
        attempts: those that ended.
        current: the one that starts or runs.
        waits: how many jobs it depends on have not ended yet.
        end_reason: why it was cancelled or terminated, while it has not ended.
    """

    spec: Spec
    parent: "Job | None" = None
    index: int = 0
    children: "Children | None" = None
    state: JobState = JobState.SUBMITTED
    status_reason: str = ""
    attempts: tuple[Attempt, ...] = ()
    current: Attempt | None = None
    started: int | None = None
    stopped: int | None = None
    cancelled: bool = False
    terminated: bool = False
    end_reason: str = ""
    waits: int = 0

    @property
    def id(self) -> str:
        """The job's id; a child's is its array's, a colon, and its index."""
        return self.spec.id if self.parent is None else f"{self.spec.id}:{self.index}"

    @property
    def arn(self) -> str:
        """The ARN, with the same ending as the id."""
        return self.spec.arn if self.parent is None else f"{self.spec.arn}:{self.index}"

    @property
    def share(self) -> str:
        """The share identifier; empty on a queue that is first in, first out."""
        return self.spec.share

    @property
    def priority(self) -> int:
        """Within its share, higher first."""
        return self.spec.priority

    @property
    def vcpu(self) -> float:
        """Of one container."""
        return self.spec.vcpu

    @property
    def last(self) -> Attempt | None:
        """The attempt that runs, or the last that did."""
        return self.current or (self.attempts[-1] if self.attempts else None)


@dataclass(slots=True, kw_only=True, eq=False)
class Children:
    """The children of an array.

    Attributes:
        counts: how many are in which state, kept with every move.
        held: those with a `Job` of their own, by index.
        rest: the state of all the others; with why and when, where it is an end.
        front: no child before this index is among the rest.
    """

    size: int
    counts: dict[JobState, int]
    held: dict[int, Job] = field(default_factory=dict)
    rest: JobState = JobState.SUBMITTED
    rest_reason: str = ""
    rest_stopped: int | None = None
    front: int = 0
    updated: int = 0

    @classmethod
    def of(cls, size: int) -> "Children":
        """As many, all SUBMITTED."""
        counts = dict.fromkeys(JobState, 0)
        return cls(size=size, counts=counts | {JobState.SUBMITTED: size})

    @property
    def left(self) -> int:
        """How many are among the rest."""
        return self.size - len(self.held)

    @property
    def ended(self) -> int:
        """How many will never change again."""
        return self.counts[JobState.SUCCEEDED] + self.counts[JobState.FAILED]
