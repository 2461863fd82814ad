"""How a run stands, again and again until it ends: the one polling loop."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.aws.batch import Batch
from fargo.aws.logs import LogEvent
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable, WaitTimeout
from fargo.logs import Tail
from fargo.model.run import APPEARS_SECONDS, Run, RunSnapshot
from fargo.watch.seen import Trouble

INTERVAL_SECONDS = (0.5, 5.0)
"""The first pause between two looks, and the longest: a young run is looked at more often."""
SETTLE_SECONDS = 2.0
"""How long lines may still arrive after a container's end."""
PATIENCE_SECONDS = 60.0
"""How long AWS may be out of reach before watching is given up."""


WatchEvent = RunSnapshot | LogEvent | Trouble


def snapshots(runs: Sequence[Run], batch: Batch) -> tuple[RunSnapshot, ...]:
    """How the runs stand now: one DescribeJobs call per 100 jobs of all of them together."""
    known = {job.id: job for job in batch.describe([job_id for run in runs for job_id in run.job_ids])}
    at = datetime.now(UTC)
    found = [tuple(known[job_id] for job_id in run.job_ids if job_id in known) for run in runs]
    return tuple(
        RunSnapshot(run=run, at=at, jobs=jobs, gone=len(run.job_ids) - len(jobs))
        for run, jobs in zip(runs, found, strict=True)
    )


def snapshot(run: Run, batch: Batch) -> RunSnapshot:
    """How one run stands now."""
    return snapshots((run,), batch)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """What watching needs.

    Attributes:
        tail: None where nobody reads the lines.
        clock: seconds that only grow.
        timeout: seconds until `WaitTimeout`; None for no limit.
    """

    batch: Batch
    tail: Tail | None
    clock: Callable[[], float]
    sleep: Callable[[float], None]
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
        started = last_answer = self.clock()
        pause = INTERVAL_SECONDS[0]
        while True:
            state, lines, error = self._look(run)
            if state is not None or isinstance(error, AwsThrottled):
                last_answer = self.clock()
            if error is None:
                pause = min(INTERVAL_SECONDS[0] + (last_answer - started) / 30, INTERVAL_SECONDS[1])
            else:
                pause = min(pause * 2, INTERVAL_SECONDS[1])
            yield from lines
            if state is not None:
                if _is_over(state, watched=self.clock() - started):
                    yield from self._last_lines(state)
                    yield state
                    return
                yield state
            if error is not None:
                if self.clock() - last_answer > self.patience:
                    error.hint = f"the jobs may go on; come back with `fargo wait {run.id}`"
                    raise error
                yield _trouble(error, pause)
            if self.timeout is not None and self.clock() - started > self.timeout:
                raise WaitTimeout(
                    f"{run.id} has not ended within {self.timeout:g} s", f"it goes on: `fargo wait {run.id}`"
                )
            self.sleep(pause)

    def _look(self, run: Run) -> tuple[RunSnapshot | None, list[LogEvent], AwsError | None]:
        """What can be seen now, and the error that hides the rest."""
        state: RunSnapshot | None = None
        try:
            state = snapshot(run, self.batch)
            return state, self.tail.poll(state.jobs) if self.tail else [], None
        except (AwsThrottled, AwsUnreachable) as error:
            return state, [], error

    def _last_lines(self, state: RunSnapshot) -> Iterator[LogEvent | Trouble]:
        """What arrives after the end; how the run ended is known, so that no trouble here may hide it."""
        if self.tail is None:
            return
        quiet_since = last_answer = self.clock()
        pause = INTERVAL_SECONDS[0]
        while self.clock() - quiet_since < SETTLE_SECONDS:
            self.sleep(pause)
            try:
                lines = self.tail.poll(state.jobs)
            except (AwsThrottled, AwsUnreachable) as error:
                if self.clock() - last_answer > self.patience:
                    return
                pause = min(pause * 2, INTERVAL_SECONDS[1])
                quiet_since = self.clock()
                yield _trouble(error, pause)
                continue
            last_answer, pause = self.clock(), INTERVAL_SECONDS[0]
            if lines:
                quiet_since = last_answer
                yield from lines


def _is_over(state: RunSnapshot, *, watched: float) -> bool:
    """Whether nothing more will come: AWS Batch may not show yet what was submitted a moment ago."""
    if any(not job.state.finished for job in state.jobs):
        return False
    return not state.appearing or watched >= APPEARS_SECONDS


def _trouble(error: AwsError, pause: float) -> Trouble:
    return Trouble(feed="run", at=datetime.now(UTC), error=error, times=1, pause=pause)
