"""Queued jobs → free capacity → attempts, and the timers of those that run.

A queue is drained first in, first out: what does not fit holds up what is behind it. A job fits
where a compute environment of its queue, in their order, has vCPUs left under its maxvCpus, and
where this machine has room for one more container. Queues of a higher priority go first.

One thread does it all. It decides under the store's lock and acts (talks to the executor) outside
of it, in the order in which it decided.
"""

import heapq
import itertools
import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable

from fargo.local.batch.attempts import AttemptRunner
from fargo.local.batch.retry import retries
from fargo.local.batch.store import Attempt, Environment, Job, Queue, Store
from fargo.local.executors import Executor, Outcome
from fargo.model.job import JobState

_log = logging.getLogger(__name__)

STOP_GRACE_MS = 30_000
"""Between SIGTERM and SIGKILL: ECS's default stop timeout."""
TIMED_OUT = "Job attempt duration exceeded timeout"
TOO_LARGE = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet "
    "the CPU requirement of the job."
)
"""Source of this and the next: user guide, "Jobs stuck in a RUNNABLE status"."""
LIMITED = "Canceled by JobStateTimeLimit action due to reason: "

Call = Callable[[], None]


class Scheduler:
    """Drives every job from SUBMITTED to its end."""

    def __init__(self, store: Store, executor: Executor, runner: AttemptRunner) -> None:
        self._store = store
        self._executor = executor
        self._runner = runner
        self._calls: deque[Call] = deque()
        self._timers: list[tuple[int, int, Call]] = []
        self._order = itertools.count()
        self._used_vcpu = 0.0
        self._used_memory = 0
        self._closed = False
        threading.Thread(target=self._loop, name="scheduler", daemon=True).start()

    def close(self) -> None:
        """Start nothing any more."""
        with self._store.changed:
            self._closed = True
            self._store.changed.notify_all()

    def cancel(self, job: Job, reason: str) -> None:
        """CancelJob, under the lock.

        A RUNNABLE job fails when it reaches its queue's head; a running one goes on.
        """
        if job.state in (JobState.SUBMITTED, JobState.PENDING):
            job.cancelled = True
            self._finish(job, JobState.FAILED, reason)
        elif job.state is JobState.RUNNABLE and not job.cancelled:
            job.cancelled, job.end_reason = True, reason
            self._store.changed.notify_all()

    def terminate(self, job: Job, reason: str) -> None:
        """TerminateJob, under the lock: a job that waits fails now, one that runs is stopped."""
        if job.state.finished:
            return
        job.terminated = True
        if job.current:
            self._stop(job.current, reason)
        else:
            self._finish(job, JobState.FAILED, reason)

    # What an attempt tells, from the executor's threads.

    def started(self, job: Job, attempt: Attempt) -> None:
        """The attempt's container runs."""
        with self._store.changed:
            attempt.started = job.started = self._store.clock.now()
            if job.timeout_s:
                self._after(job.timeout_s * 1000, lambda: self._time_out(job, attempt))
            self._store.move(job, JobState.RUNNING)

    def ended(self, job: Job, attempt: Attempt, outcome: Outcome) -> None:
        """The attempt is over: the job too, or it goes back to its queue's head."""
        with self._store.changed:
            self._release(job, attempt)
            attempt.stopped = self._store.clock.now()
            attempt.exit_code, attempt.reason = outcome.exit_code, outcome.reason
            attempt.status_reason = attempt.stop_reason or outcome.status_reason
            job.current = None
            job.attempts.append(attempt)
            if attempt.stop_reason:
                self._finish(job, JobState.FAILED, attempt.stop_reason)
            elif outcome.exit_code == 0:
                self._finish(job, JobState.SUCCEEDED, attempt.status_reason)
            elif retries(job.retry, attempt):
                job.started = None
                job.queue.runnable.appendleft(job)
                self._store.move(job, JobState.RUNNABLE)
            else:
                self._finish(job, JobState.FAILED, attempt.status_reason)

    # The thread. Everything below runs under the lock, but for the calls.

    def _loop(self) -> None:
        while True:
            with self._store.changed:
                self._decide()
                while not self._calls and not self._closed:
                    self._store.changed.wait(self._pause())
                    self._decide()
                if self._closed:
                    return
                calls, self._calls = self._calls, deque()
            for call in calls:
                try:
                    call()
                except Exception:  # noqa: BLE001 - one job's trouble must not stop the others
                    _log.exception("the scheduler met an error and goes on")

    def _decide(self) -> None:
        while self._store.submitted:
            job = self._store.submitted.popleft()
            if not job.state.finished:
                job.queue.runnable.append(job)
                self._store.move(job, JobState.RUNNABLE)
        now = self._store.clock.now()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()
        queues = [queue for region in self._store.regions.values() for queue in region.queues.values()]
        for queue in sorted(queues, key=lambda queue: -queue.priority):
            self._drain(queue)

    def _drain(self, queue: Queue) -> None:
        while queue.runnable:
            job = queue.runnable[0]
            if job.state.finished:
                queue.runnable.popleft()
            elif job.cancelled:
                queue.runnable.popleft()
                self._finish(job, JobState.FAILED, job.end_reason)
            else:
                environment = self._room(job)
                if environment is None:
                    return
                queue.runnable.popleft()
                self._begin(job, environment)

    def _room(self, job: Job) -> Environment | None:
        """The compute environment to run `job` in now; None while there is no room."""
        region = self._store.regions[job.region]
        known = [environment for arn in job.queue.environments if (environment := region.environment(arn))]
        if not job.status_reason and all(job.vcpu > environment.max_vcpu for environment in known):
            self._block(job, TOO_LARGE)
        if not self._machine_has_room(job):
            return None
        for environment in known:
            if environment.enabled and environment.used_vcpu + job.vcpu <= environment.max_vcpu:
                return environment
        return None

    def _block(self, job: Job, reason: str) -> None:
        """The head of its queue can never run as things are; the queue's time limits begin."""
        self._store.move(job, JobState.RUNNABLE, reason)
        for action in job.queue.wire["jobStateTimeLimitActions"]:
            if reason.startswith(action["reason"]):
                self._after(action["maxTimeSeconds"] * 1000, lambda: self._limit(job, reason))

    def _limit(self, job: Job, reason: str) -> None:
        if job.state is JobState.RUNNABLE and job.status_reason == reason:
            job.cancelled = True
            self._finish(job, JobState.FAILED, LIMITED + reason.partition(" ")[0])

    def _machine_has_room(self, job: Job) -> bool:
        vcpu, memory = self._share(job.vcpu, job.memory_mib)
        capacity = self._executor.capacity()
        return capacity is None or (
            self._used_vcpu + vcpu <= capacity.vcpu and self._used_memory + memory <= capacity.memory_mib
        )

    def _share(self, vcpu: float, memory_mib: int) -> tuple[float, int]:
        """What a container takes of this machine: one that is larger than it takes all."""
        capacity = self._executor.capacity()
        if capacity is None:
            return vcpu, memory_mib
        return min(vcpu, capacity.vcpu), min(memory_mib, capacity.memory_mib)

    def _begin(self, job: Job, environment: Environment) -> None:
        vcpu, memory = self._share(job.vcpu, job.memory_mib)
        attempt = Attempt(
            number=len(job.attempts) + 1,
            task_id=uuid.uuid4().hex,
            environment=environment,
            vcpu=vcpu,
            memory_mib=memory,
        )
        job.current = attempt
        environment.used_vcpu += job.vcpu
        self._used_vcpu += vcpu
        self._used_memory += memory
        self._store.move(job, JobState.STARTING)
        self._calls.append(lambda: self._runner.launch(job, attempt, self))

    def _release(self, job: Job, attempt: Attempt) -> None:
        attempt.environment.used_vcpu -= job.vcpu
        self._used_vcpu -= attempt.vcpu
        self._used_memory -= attempt.memory_mib

    def _stop(self, attempt: Attempt, reason: str) -> None:
        """SIGTERM now, SIGKILL after the grace; the first reason stays."""
        if attempt.stop_reason:
            return
        attempt.stop_reason = reason
        self._calls.append(lambda: self._executor.stop(attempt.task_id))
        self._after(STOP_GRACE_MS, lambda: self._calls.append(lambda: self._executor.kill(attempt.task_id)))
        self._store.changed.notify_all()

    def _time_out(self, job: Job, attempt: Attempt) -> None:
        if job.current is attempt:
            self._stop(attempt, TIMED_OUT)

    def _finish(self, job: Job, state: JobState, reason: str) -> None:
        job.stopped = self._store.clock.now()
        self._store.move(job, state, reason)

    def _after(self, milliseconds: int, call: Call) -> None:
        heapq.heappush(self._timers, (self._store.clock.now() + milliseconds, next(self._order), call))
        self._store.changed.notify_all()

    def _pause(self) -> float | None:
        """Real seconds until the next timer."""
        if not self._timers:
            return None
        return self._store.clock.real_seconds(self._timers[0][0] - self._store.clock.now())
