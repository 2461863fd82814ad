"""Queued jobs → free capacity → attempts, and the timers of those that run.

A queue's order says which job is next; what does not fit holds up what is behind it. A job fits where a
compute environment of its queue, in their order, has vCPUs left under its maxvCpus, and where this machine
has room for one more container. Queues of a higher priority go first.

One thread does it all. It decides under the store's lock and acts (talks to the executor) outside of it, in
the order in which it decided.
"""

import heapq
import itertools
import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable

from fargo.local.batch import arrays, recover
from fargo.local.batch.attempts import AttemptRunner
from fargo.local.batch.capacity import Room
from fargo.local.batch.lifecycle import Lifecycle
from fargo.local.batch.records import Attempt, Environment, Job, Queue
from fargo.local.batch.retry import retries
from fargo.local.batch.store import Store
from fargo.local.executors import Executor, Outcome
from fargo.model.job import JobState

_log = logging.getLogger(__name__)

STOP_GRACE_MS = 30_000
"""Between SIGTERM and SIGKILL: ECS's default stop timeout."""
TIMED_OUT = "Job attempt duration exceeded timeout"
INTERRUPTED = "Your Spot Task was interrupted."
CUT_OFF = "The local AWS ended while the task ran"
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
        self._room = Room(store, executor)
        self._lives = Lifecycle(store)
        self._calls: deque[Call] = deque()
        self._timers: list[tuple[int, int, Call]] = []
        self._order = itertools.count()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)

    def start(self) -> int:
        """Take up what was kept, and begin.

        Returns:
            How many containers were cut off by the end of the last server.
        """
        cut = 0
        with self._store.changed:
            unfinished = recover.unfinished(self._store)
            # The last first: each that is tried again goes to the head of its queue.
            for each in reversed([each for job in unfinished for each in recover.cut_off(job)]):
                cut += 1
                self._ended(each, Outcome(status_reason=CUT_OFF))
            for job in unfinished:
                if job.state is JobState.SUBMITTED:
                    self._store.submitted.append(job)
                else:
                    self._lives.resume(job)
            self._store.keeper.flush()
        self._thread.start()
        return cut

    def close(self) -> None:
        """Start nothing any more."""
        with self._store.changed:
            self._closed = True
            self._store.changed.notify_all()
        self._thread.join()

    def cancel(self, job: Job, reason: str) -> None:
        """CancelJob, under the lock: what has a container goes on."""
        self._lives.cancel(self._lives.alone(job), reason)

    def terminate(self, job: Job, reason: str) -> None:
        """TerminateJob, under the lock: what waits fails now, what runs is stopped, children too."""
        job = self._lives.alone(job)
        job.terminated = True
        self._store.keeper.note(job)
        if job.children:
            job.end_reason = job.end_reason or reason
            for child in list(job.children.held.values()):
                if not child.state.finished:
                    self.terminate(child, reason)
        if job.current:
            self._stop(job, job.current, reason)
        else:
            self._lives.fail(job, reason)

    def interrupt(self, job: Job) -> bool:
        """Take back the Fargate Spot capacity of a job that runs, under the lock; whether it ran.

        SIGTERM now, SIGKILL after the stop timeout; the retry strategy says what follows.
        Source: user guide, "Fargate Spot" and ECS developer guide, "Fargate Spot termination notices".
        """
        if job.current is None or job.current.started is None or job.current.stop_reason:
            return False
        self._stop(job, job.current, INTERRUPTED, retryable=True)
        return True

    # What an attempt tells, from the executor's threads.

    def started(self, job: Job, attempt: Attempt) -> None:
        """The attempt's container runs."""
        with self._store.changed:
            if job.current is not attempt or attempt.started:
                return
            attempt.started = job.started = self._store.clock.now()
            if job.spec.timeout_s:
                self._after(job.spec.timeout_s * 1000, lambda: self._time_out(job, attempt))
            self._store.move(job, JobState.RUNNING)

    def ended(self, job: Job, attempt: Attempt, outcome: Outcome) -> None:
        """The attempt is over: the job too, or it goes back to its queue's head."""
        with self._store.changed:
            if job.current is not attempt:
                return
            if self._closed:
                # Cut off by the end of the server: so it is found at the next start.
                return
            self._room.give_back(job, attempt, self._store.clock.now())
            self._ended(job, outcome)

    def _ended(self, job: Job, outcome: Outcome) -> None:
        attempt = job.current
        if attempt is None:
            return
        attempt.stopped = self._store.clock.now()
        attempt.exit_code, attempt.reason = outcome.exit_code, outcome.reason
        attempt.status_reason = attempt.stop_reason or outcome.status_reason
        job.current = None
        job.attempts = (*job.attempts, attempt)
        if attempt.stop_reason and not attempt.retryable:
            self._lives.finish(job, JobState.FAILED, attempt.stop_reason)
        elif outcome.exit_code == 0 and not attempt.stop_reason:
            self._lives.finish(job, JobState.SUCCEEDED, attempt.status_reason)
        elif not job.terminated and retries(job.spec.retry, attempt):
            job.started = None
            job.spec.queue.order.push_front(job)
            self._store.move(job, JobState.RUNNABLE)
        else:
            self._lives.finish(job, JobState.FAILED, attempt.status_reason)

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
                _try(call)

    def _decide(self) -> None:
        while self._store.submitted:
            _try(self._lives.settle, self._store.submitted.popleft())
        now = self._store.clock.now()
        while self._timers and self._timers[0][0] <= now:
            _try(heapq.heappop(self._timers)[2])
        queues = [queue for region in self._store.regions.values() for queue in region.queues.values()]
        for queue in sorted(queues, key=lambda queue: -queue.priority):
            if len(queue.order):
                _try(self._drain, queue, now)
        _try(self._store.keeper.flush)

    def _drain(self, queue: Queue, now: int) -> None:
        while (entry := queue.order.head(queue.usage, now)) is not None:
            if entry.children and arrays.next_index(entry) is None:
                queue.order.remove(entry)
            elif entry.cancelled:
                self._lives.fail(entry, entry.end_reason)
            else:
                environment = self._room.find(entry.spec, now)
                if environment is None:
                    self._block(entry)
                    return
                queue.moved = now
                self._begin(self._take(entry), environment)

    def _take(self, entry: Job) -> Job:
        """The job at the head: the entry, or the next child of the array that stands there."""
        index = arrays.next_index(entry) if entry.children else None
        if index is None:
            entry.spec.queue.order.remove(entry)
            return entry
        return arrays.hold(entry, index)

    def _begin(self, job: Job, environment: Environment) -> None:
        attempt = self._room.take(job, uuid.uuid4().hex, environment)
        job.current = attempt
        self._store.move(job, JobState.STARTING)
        self._calls.append(lambda: self._runner.launch(job, attempt, self))

    def _block(self, entry: Job) -> None:
        """No room for the head of its queue: one that can never have any says so; its time limits begin."""
        if self._room.fits(entry.spec):
            if entry.status_reason:
                self._store.move(entry, JobState.RUNNABLE)
            return
        if entry.status_reason:
            return
        job = entry
        if entry.children:
            job = self._take(entry)
            job.spec.queue.order.push_front(job)
        self._store.move(job, JobState.RUNNABLE, TOO_LARGE)
        for action in job.spec.queue.wire["jobStateTimeLimitActions"]:
            if TOO_LARGE.startswith(action["reason"]):
                self._after(action["maxTimeSeconds"] * 1000, lambda: self._limit(job))

    def _limit(self, job: Job) -> None:
        if job.status_reason == TOO_LARGE and not self._room.fits(job.spec):
            job.cancelled = True
            self._lives.fail(job, LIMITED + TOO_LARGE.partition(" ")[0])

    def _stop(self, job: Job, attempt: Attempt, reason: str, *, retryable: bool = False) -> None:
        """SIGTERM now, SIGKILL after the grace; the first reason stays, but for one that allowed a retry."""
        first = not attempt.stop_reason
        if first or attempt.retryable:
            attempt.stop_reason, attempt.retryable = reason, retryable
        self._store.keeper.note(job)
        if not first:
            return
        self._calls.append(lambda: self._executor.stop(attempt.task_id))
        self._after(STOP_GRACE_MS, lambda: self._calls.append(lambda: self._executor.kill(attempt.task_id)))
        self._store.changed.notify_all()

    def _time_out(self, job: Job, attempt: Attempt) -> None:
        if job.current is attempt:
            self._stop(job, attempt, TIMED_OUT)

    def _after(self, milliseconds: int, call: Call) -> None:
        heapq.heappush(self._timers, (self._store.clock.now() + milliseconds, next(self._order), call))
        self._store.changed.notify_all()

    def _pause(self) -> float | None:
        """Real seconds until the next timer, or until it is time to look again."""
        if not self._timers:
            return None
        return self._store.clock.pause(self._timers[0][0] - self._store.clock.now())


def _try(call: Callable[..., None], *given: object) -> None:
    """One job's trouble must not stop the others."""
    try:
        call(*given)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("the scheduler met an error and goes on")
