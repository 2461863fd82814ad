"""What a run's waiting jobs wait in: queues, their environments and networks, the jobs that come before."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from fargo.aws import network, quotas
from fargo.aws.batch_answers import Environment, Front, Queue
from fargo.aws.calls import THREADS
from fargo.errors import AwsError
from fargo.model import hops
from fargo.model.hops import Hop
from fargo.model.job import Job, JobState

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.quotas import Quotas
    from fargo.aws.session import Session
    from fargo.model.network import Network
    from fargo.model.run import RunSnapshot

T = TypeVar("T")

_UNKNOWN = Front()

WAITING = (JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE, JobState.STARTING)
ARRAYS = 5
"""Of so many arrays the first child in each state is asked for: AWS Batch says there why it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A queue where jobs of the run wait.

    Attributes:
        arn: as the ledger has it.
        queue: as it stands; None where it is not there any more.
        environments: as they stand, in the order in which it uses them.
        front: which jobs are next, and what its jobs take.
        quota: vCPUs of Fargate that the account may use at once, for the kind of its first environment; None:
            not known.
        free: addresses left in the subnets of its environments; None: not known.
        hops: what is missing on the way from there to what a task needs to start.
    """

    arn: str
    queue: Queue | None
    environments: tuple[Environment, ...] = ()
    front: Front = _UNKNOWN
    quota: int | None = None
    free: int | None = None
    hops: tuple[Hop, ...] = ()

    @property
    def name(self) -> str:
        """The queue's."""
        return self.queue.name if self.queue else self.arn.rpartition("/")[2]

    @property
    def usable(self) -> tuple[Environment, ...]:
        """The environments that start jobs."""
        return tuple(each for each in self.environments if each.state == "ENABLED" and each.status == "VALID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the waiting jobs of a run wait in.

    Attributes:
        places: the queues where some of them are, by ARN.
        after: the jobs that they wait for, as they stand, by id.
        heads: of some arrays, the first child in each state in which some of them wait.
        networks: those that were read, by the subnets in them that tasks start in.
        unread: sentences: what could not be read.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    after: Mapping[str, Job] = field(default_factory=dict)
    heads: Mapping[tuple[str, JobState], Job] = field(default_factory=dict)
    networks: Mapping[tuple[str, ...], "Network"] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def waiting_containers(job: Job, *states: JobState) -> int:
    """How many containers of a job have not started, in these states or in any; none of a job that ended."""
    if job.state.finished:
        return 0
    return sum(count for state, count in job.containers.items() if state in (states or WAITING))


def look(session: "Session", batch: "Batch", state: "RunSnapshot") -> Surroundings:
    """Ask AWS for what the run's waiting jobs wait in; nothing is asked where none waits.

    Some twenty calls, most of them at once. What cannot be read is not known, and `unread` says so.

    Raises:
        AwsError: AWS Batch itself cannot be asked.
    """
    jobs = {job.id: job for job in state.jobs if waiting_containers(job)}
    waves = [wave for wave in state.run.waves if jobs.keys() & set(wave.job_ids)]
    if not waves:
        return Surroundings()
    arns = tuple(dict.fromkeys(wave.queue for wave in waves))
    queues = {queue.arn: queue for queue in batch.queues(arns)}
    used = {arn for queue in queues.values() for arn in queue.environments}
    environments = {each.arn: each for each in batch.environments(used)}
    unread: list[str] = []
    first = {wave.queue: next(id_ for id_ in wave.job_ids if id_ in jobs) for wave in waves}
    found, networks = _Reading(session, batch, unread).all(queues, environments, first)
    after = batch.describe(tuple(dict.fromkeys(id_ for wave in waves for id_ in wave.after)))
    return Surroundings(
        places={arn: found.get(arn, Place(arn=arn, queue=None)) for arn in arns},
        after={job.id: job for job in after},
        heads=_heads(batch, jobs.values()),
        networks=networks,
        unread=tuple(dict.fromkeys(unread)),
    )


def _heads(batch: "Batch", jobs: Iterable[Job]) -> dict[tuple[str, JobState], Job]:
    arrays = [job for job in jobs if job.size][:ARRAYS]
    wanted = [(job.id, state) for job in arrays for state in WAITING if waiting_containers(job, state)]
    with ThreadPoolExecutor(THREADS) as pool:
        pages = pool.map(lambda each: next(batch.children(each[0], each[1], size=1), ()), wanted)
        return {each: page[0] for each, page in zip(wanted, pages, strict=True) if page}


class _Reading:
    """Reads what may be missing: what AWS refuses is put down, and the rest is read all the same."""

    def __init__(self, session: "Session", batch: "Batch", unread: list[str]) -> None:
        self._session = session
        self._batch = batch
        self._unread = unread

    def all(
        self, queues: Mapping[str, Queue], environments: Mapping[str, Environment], first: Mapping[str, str]
    ) -> "tuple[dict[str, Place], Seen]":
        """The queues, each with a waiting job of the run, which says what its task needs; the networks."""
        # A boto3 session makes its clients in one thread; the clients serve them all.
        ec2 = self._session.client("ec2")
        of_queue = {
            arn: tuple(environments[each] for each in queue.environments if each in environments)
            for arn, queue in queues.items()
        }
        sets = {each.subnets for found in of_queue.values() for each in found if each.subnets}
        with ThreadPoolExecutor(THREADS) as pool:
            fronts = {arn: pool.submit(self._read, self._batch.glance, arn) for arn in queues}
            tasks = {arn: pool.submit(self._read, self._batch.raw, first[arn]) for arn in queues}
            networks = {each: pool.submit(self._read, network.read, ec2, each) for each in sets}
            limits = quotas.read(self._session)
        seen = {subnets: there for subnets, reading in networks.items() if (there := reading.result())}
        places = {
            arn: Place(
                arn=arn,
                queue=queue,
                environments=of_queue[arn],
                front=fronts[arn].result() or _UNKNOWN,
                quota=_quota(of_queue[arn], limits),
                free=_free(of_queue[arn], seen),
                hops=_hops(of_queue[arn], seen, tasks[arn].result() or {}),
            )
            for arn, queue in queues.items()
        }
        return places, seen

    def _read(self, call: Callable[..., T], *given: Any) -> T | None:
        try:
            return call(*given)
        except AwsError as error:
            self._unread.append(error.message)
            return None


Seen = Mapping[tuple[str, ...], "Network"]


def _quota(environments: tuple[Environment, ...], limits: "Quotas") -> int | None:
    if not environments:
        return None
    spot = environments[0].kind == "FARGATE_SPOT"
    return (limits.fargate_spot_vcpus if spot else limits.fargate_vcpus).value


def _free(environments: tuple[Environment, ...], seen: Seen) -> int | None:
    found = [(seen.get(each.subnets), each.subnets) for each in environments]
    counts = [there.free(subnets) for there, subnets in found if there]
    return max(counts, default=None)


def _hops(environments: tuple[Environment, ...], seen: Seen, task: Mapping[str, Any]) -> tuple[Hop, ...]:
    container = task.get("container", {})
    wanted = hops.services(
        container.get("image", ""),
        (each["valueFrom"] for each in container.get("secrets", ())),
        container.get("logConfiguration", {}).get("logDriver", "awslogs"),
    )
    public = container.get("networkConfiguration", {}).get("assignPublicIp") == "ENABLED"
    missing = (
        hop
        for each in environments
        if (there := seen.get(each.subnets))
        for hop in hops.missing(there, each.subnets, each.groups, wanted, public=public)
    )
    return tuple(dict.fromkeys(missing))
