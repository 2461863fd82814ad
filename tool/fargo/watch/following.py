"""One run, looked at until it ends: snapshots, the lines of its containers, and what hindered the looking."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.aws.batch import Batch
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable, WaitTimeout
from fargo.logs import Tail
from fargo.model.job import Job, JobState
from fargo.model.log import LogEvent
from fargo.model.run import APPEARS_SECONDS, Run, RunSnapshot
from fargo.watch.feeds import FailedFeed, JobsFeed, LinesFeed
from fargo.watch.pace import Pace
from fargo.watch.poller import Poller
from fargo.watch.seen import JobsSeen, LinesSeen, Recovered, Seen, Trouble
from fargo.watch.store import Store

RUN = "run"
SETTLE_SECONDS = 2.0
"""How long lines may still arrive after a container's end."""
LAST_PAUSE = 0.5
LAST_ROUNDS = 2
"""Looks at why children failed, once all has ended: some arrays a look."""
PATIENCE_SECONDS = 60.0
"""How long AWS may be out of reach before watching is given up."""

WatchEvent = RunSnapshot | LogEvent | Trouble | Recovered


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


def of_store(run: Run, store: Store, at: datetime) -> RunSnapshot:
    """The same by a store, with the children of its arrays that were listed."""
    return of(run, store.jobs, at, [child for each in run.job_ids for child in store.children(each)])


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
        self._poller = Poller(watcher.batch, clock=watcher.clock, wait=self._wait)
        self._poller.add(JobsFeed(RUN, run.job_ids, age=lambda: watcher.clock() - self._started))
        self._failures = FailedFeed(lambda: self._jobs) if watcher.failures else None
        self._lines = LinesFeed(watcher.tail, lambda: self._jobs) if watcher.tail else None
        for feed in (self._failures, self._lines):
            if feed is not None:
                self._poller.add(feed)
        self._asked_why = self._whole = False

    @property
    def _jobs(self) -> tuple[Job, ...]:
        return tuple(self._store.jobs[each] for each in self._run.job_ids if each in self._store.jobs)

    def events(self) -> Iterator[WatchEvent]:
        for event in self._poller.events():
            if isinstance(event, Trouble):
                self._bear(event)
            if isinstance(event, Trouble | Recovered):
                yield event
            else:
                yield from self._taken(event)
        if self._over is None:
            raise WaitTimeout(
                f"{self._run.id} has not ended within {self._by.timeout or 0:g} s",
                f"it goes on: `fargo wait {self._run.id}`",
            )
        self._ask_why()
        yield from self._last_lines()
        yield self._state(self._over.at)

    def _taken(self, event: Seen) -> Iterator[WatchEvent]:
        if isinstance(event, LinesSeen):
            yield from event.events
        elif isinstance(event, JobsSeen):
            changed = self._store.apply(event)
            if event.feed == RUN:
                self._answered = self._by.clock()
                self._whole |= event.last  # before that, some jobs are not known yet
                if event.last:
                    yield from self._looked(event.at)
            elif changed and self._whole:
                yield self._state(event.at)

    def _looked(self, at: datetime) -> Iterator[RunSnapshot]:
        state = self._state(at)
        if _is_over(state, watched=self._by.clock() - self._started):
            self._over = state
            self._poller.close()
            return
        if not self._asked_why and any(dict(job.counts).get(JobState.FAILED) for job in state.jobs):
            self._asked_why = True  # the first failure is told of at once, further ones in their turn
            self._poller.hurry(FailedFeed.name)
        yield state

    def _state(self, at: datetime) -> RunSnapshot:
        return of_store(self._run, self._store, at)

    def _ask_why(self) -> None:
        """Why the last ones failed; where AWS does not tell, how it ended is known all the same."""
        with suppress(AwsError):
            for _ in range(LAST_ROUNDS if self._failures else 0):
                for seen in self._failures.look(self._by.batch) if self._failures else ():
                    if isinstance(seen, JobsSeen):
                        self._store.apply(seen)

    def _last_lines(self) -> Iterator[LogEvent | Trouble]:
        """What arrives after the end; how the run ended is known, so that no trouble here may hide it."""
        if self._lines is None:
            return
        quiet_since = last_answer = self._by.clock()
        pace = Pace()
        while self._by.clock() - quiet_since < SETTLE_SECONDS:
            try:
                for seen in self._lines.look(self._by.batch):
                    last_answer = self._by.clock()
                    if isinstance(seen, LinesSeen) and seen.events:
                        quiet_since = last_answer
                        yield from seen.events
                pace.well()
            except AwsError as error:
                if self._by.clock() - last_answer > self._by.patience:
                    return
                pace.trouble(throttled=isinstance(error, AwsThrottled))
                quiet_since = self._by.clock() + pace.pause(LAST_PAUSE)
                yield self._trouble(error, pace)
            self._by.sleep(pace.pause(LAST_PAUSE))

    @staticmethod
    def _trouble(error: AwsError, pace: Pace) -> Trouble:
        wait = pace.pause(LAST_PAUSE)
        return Trouble(feed=LinesFeed.name, at=datetime.now(UTC), error=error, times=pace.times, pause=wait)

    def _wait(self, wake: threading.Event, seconds: float) -> None:
        del wake  # nobody hurries it
        if self._by.timeout is not None:
            left = self._started + self._by.timeout - self._by.clock()
            if left <= 0:
                self._poller.close()
                return
            seconds = min(seconds, left)
        self._by.sleep(seconds)

    def _bear(self, trouble: Trouble) -> None:
        """Raise what cannot be borne: how the run stands must be known, why and what is written need not."""
        error = trouble.error
        if trouble.feed != RUN:
            if not isinstance(error, AwsThrottled | AwsUnreachable):
                self._poller.remove(trouble.feed)  # refused once, it will be again
        elif isinstance(error, AwsThrottled):
            self._answered = self._by.clock()
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
