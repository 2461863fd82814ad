"""One run, looked at until it ends: snapshots, the lines of its containers, and what hindered the looking."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.aws.batch import Batch
from fargo.errors import AwsThrottled, AwsUnreachable, WaitTimeout
from fargo.logs import Tail
from fargo.model.job import Job, JobState
from fargo.model.log import LogEvent
from fargo.model.run import APPEARS_SECONDS, Run, RunSnapshot
from fargo.watch.feeds import FailedFeed, JobsFeed, LinesFeed
from fargo.watch.poller import Poller
from fargo.watch.seen import JobsSeen, LinesSeen, Seen, Trouble
from fargo.watch.store import Store

SETTLE_SECONDS = 2.0
"""How long lines may still arrive after a container's end."""
PATIENCE_SECONDS = 60.0
"""How long AWS may be out of reach before watching is given up."""

WatchEvent = RunSnapshot | LogEvent | Trouble


def snapshots(runs: Sequence[Run], batch: Batch) -> tuple[RunSnapshot, ...]:
    """How the runs stand now: one DescribeJobs call per 100 jobs of all of them together."""
    known = {job.id: job for job in batch.describe([job_id for run in runs for job_id in run.job_ids])}
    at = datetime.now(UTC)
    return tuple(of(run, known, at) for run in runs)


def snapshot(run: Run, batch: Batch) -> RunSnapshot:
    """How one run stands now."""
    return snapshots((run,), batch)[0]


def of(run: Run, known: dict[str, Job], at: datetime, children: Sequence[Job] = ()) -> RunSnapshot:
    """How a run stands by what is known of its jobs."""
    jobs = tuple(known[job_id] for job_id in run.job_ids if job_id in known)
    gone = len(run.job_ids) - len(jobs)
    return RunSnapshot(run=run, at=at, jobs=jobs, gone=gone, children=tuple(children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """What watching needs.

    Attributes:
        tail: None where nobody reads the lines.
        failures: whether the failed children of arrays are asked for, to tell why.
        clock: seconds that only grow.
        timeout: seconds until `WaitTimeout`; None for no limit.
    """

    batch: Batch
    tail: Tail | None
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    failures: bool = False
    timeout: float | None = None
    patience: float = PATIENCE_SECONDS

    def watch(self, run: Run) -> Iterator[WatchEvent]:
        """Snapshots and lines until every job ended; the last event is the last snapshot.

        Being throttled only slows it down, for as long as that lasts.

        Raises:
            WaitTimeout: the timeout passed first.
            AwsUnreachable: no answer for as long as patience lasts.
            AwsDenied: the credentials no longer hold.
        """
        yield from _Following(self, run).events()


class _Following:
    """One watching: its poller, what it saw, and since when it waits for an answer."""

    def __init__(self, watcher: Watcher, run: Run) -> None:
        self._by, self._run = watcher, run
        self._store = Store()
        self._started = self._answered = watcher.clock()
        self._over: RunSnapshot | None = None
        self._quiet_since = 0.0
        self._why = watcher.failures
        self._poller = Poller(watcher.batch, clock=watcher.clock, wait=self._wait)
        self._poller.add(JobsFeed("run", run.job_ids, age=lambda: watcher.clock() - self._started))
        if watcher.failures:
            self._poller.add(FailedFeed(lambda: self._jobs))
        if watcher.tail:
            self._poller.add(LinesFeed(watcher.tail, lambda: self._jobs))

    @property
    def _jobs(self) -> tuple[Job, ...]:
        return tuple(self._store.jobs[each] for each in self._run.job_ids if each in self._store.jobs)

    def events(self) -> Iterator[WatchEvent]:
        for event in self._poller.events():
            if isinstance(event, Trouble):
                self._bear(event)
                yield event
            else:
                yield from self._taken(event)
        if self._over is None:
            assert self._by.timeout is not None  # noqa: S101 # nothing else closes the poller before the end
            raise WaitTimeout(
                f"{self._run.id} has not ended within {self._by.timeout:g} s",
                f"it goes on: `fargo wait {self._run.id}`",
            )
        yield self._over

    def _taken(self, event: Seen) -> Iterator[WatchEvent]:
        self._answered = self._by.clock()
        if isinstance(event, LinesSeen):
            if event.events:
                self._quiet_since = self._answered
            yield from event.events
        elif isinstance(event, JobsSeen):
            changed = self._store.apply(event)
            if event.feed == FailedFeed.name:
                self._why = self._why and not event.last
            if self._by.failures and self._first_failure():
                self._poller.hurry(FailedFeed.name)
            if changed or (event.last and event.feed == "run"):
                yield from self._snapshot(event.at)

    def _first_failure(self) -> bool:
        """Whether children have failed, and nobody has asked yet why."""
        asked = any(job.parent for job in self._store.jobs.values())
        return not asked and any(dict(job.counts).get(JobState.FAILED) for job in self._jobs)

    def _snapshot(self, at: datetime) -> Iterator[RunSnapshot]:
        children = [job for job in self._store.jobs.values() if job.parent]
        state = of(self._run, self._store.jobs, at, children)
        if self._over is None and not _is_over(state, watched=self._by.clock() - self._started):
            yield state
            return
        if self._over is None:
            self._poller.remove("run")
            self._poller.hurry()  # what is still to be told: why, and the last lines
            self._quiet_since = self._by.clock()
        self._over = state

    def _wait(self, wake: threading.Event, seconds: float) -> None:
        del wake  # nobody hurries it
        now = self._by.clock()
        if self._over is not None:
            settled = self._by.tail is None or now - self._quiet_since >= SETTLE_SECONDS
            if (settled and not self._why) or now - self._answered > self._by.patience:
                self._poller.close()
                return
            seconds = min(seconds, SETTLE_SECONDS)
        elif self._by.timeout is not None:
            left = self._started + self._by.timeout - now
            if left <= 0:
                self._poller.close()
                return
            seconds = min(seconds, left)
        self._by.sleep(seconds)

    def _bear(self, trouble: Trouble) -> None:
        """Raise what cannot be borne. How it ended is known at the end: then nothing may hide that."""
        error = trouble.error
        if isinstance(error, AwsThrottled) and self._over is None:
            self._answered = self._by.clock()
        elif self._over is not None:
            self._quiet_since = self._by.clock() + trouble.pause
        elif not isinstance(error, AwsUnreachable):
            raise error
        elif self._by.clock() - self._answered > self._by.patience:
            error.hint = f"the jobs may go on; come back with `fargo wait {self._run.id}`"
            raise error


def _is_over(state: RunSnapshot, *, watched: float) -> bool:
    """Whether nothing more will come: AWS Batch may not show yet what was submitted a moment ago."""
    if any(not job.state.finished for job in state.jobs):
        return False
    return not state.appearing or watched >= APPEARS_SECONDS
