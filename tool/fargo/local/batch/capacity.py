"""What the jobs take: vCPUs of an environment, a share of a queue, room on this machine."""

from fargo.local.batch.records import Attempt, Environment, Job, Spec
from fargo.local.batch.store import Store
from fargo.local.executors import Capacity, Executor


class Room:
    """Counts what is taken. Every method is called under the store's lock."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._vcpu = 0.0
        self._memory = 0

    def environments(self, spec: Spec) -> list[Environment]:
        """Those of the job's queue, in its order."""
        region = self._store.regions[spec.region]
        return [found for arn in spec.queue.environments if (found := region.environment(arn))]

    def find(self, spec: Spec, now: int) -> Environment | None:
        """The compute environment to run a container of the job in now; None while there is no room."""
        if not self._machine_has_room(spec):
            return None
        part = 1 - spec.queue.order.reserved(spec.queue.usage, now)
        for environment in self.environments(spec):
            # An empty environment takes any job that fits: a reservation of 99 % must not stop all work.
            most = environment.max_vcpu * (part if environment.used_vcpu else 1)
            if environment.enabled and environment.used_vcpu + spec.vcpu <= most:
                return environment
        return None

    def fits(self, spec: Spec) -> bool:
        """Whether any of its environments is large enough, were it empty."""
        return any(spec.vcpu <= environment.max_vcpu for environment in self.environments(spec))

    def take(self, job: Job, task_id: str, environment: Environment) -> Attempt:
        """The next attempt of `job`, with its room taken."""
        spec = job.spec
        vcpu, memory = self._share(spec)
        attempt = Attempt(
            number=len(job.attempts) + 1,
            task_id=task_id,
            environment=environment,
            vcpu=vcpu,
            memory_mib=memory,
        )
        environment.used_vcpu += spec.vcpu
        usage = spec.queue.usage
        usage[spec.share] = usage.get(spec.share, 0.0) + spec.vcpu
        self._vcpu += vcpu
        self._memory += memory
        return attempt

    def give_back(self, job: Job, attempt: Attempt, now: int) -> None:
        """The room that an attempt took, once it ended."""
        spec = job.spec
        attempt.environment.used_vcpu -= spec.vcpu
        spec.queue.usage[spec.share] -= spec.vcpu
        seconds = (now - attempt.started) / 1000 if attempt.started else 0.0
        spec.queue.order.note(spec.share, spec.vcpu * seconds, now)
        self._vcpu -= attempt.vcpu
        self._memory -= attempt.memory_mib

    def _machine_has_room(self, spec: Spec) -> bool:
        capacity = self._executor.capacity()
        if capacity is None:
            return True
        vcpu, memory = _within(spec, capacity)
        return self._vcpu + vcpu <= capacity.vcpu and self._memory + memory <= capacity.memory_mib

    def _share(self, spec: Spec) -> tuple[float, int]:
        capacity = self._executor.capacity()
        return _within(spec, capacity) if capacity else (spec.vcpu, spec.memory_mib)


def _within(spec: Spec, capacity: Capacity) -> tuple[float, int]:
    """What a container takes of this machine: one that is larger than it takes all."""
    return min(spec.vcpu, capacity.vcpu), min(spec.memory_mib, capacity.memory_mib)
