"""How a run stands, again and again until it ends: the one polling loop."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.aws.batch import Batch
from fargo.aws.logs import LogEvent
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable, WaitTimeout
from fargo.logs import Tail
from fargo.model.run import Run, RunSnapshot

INTERVAL_SECONDS = (0.5, 5.0)
"""The first pause between two looks, and the longest: a young run is looked at more often."""
SETTLE_SECONDS = 2.0
"""How long lines may still arrive after a container's end."""
PATIENCE_SECONDS = 60.0
"""How long AWS may be out of reach before watching is given up."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """AWS did not answer; what was seen last still stands, and is asked again in `pause` seconds."""

    error: AwsError
    pause: float


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

        Raises:
            WaitTimeout: the timeout passed first.
            AwsUnreachable: no answer for as long as patience lasts.
            AwsDenied: the credentials no longer hold.
        """
        started = last_answer = self.clock()
        pause = INTERVAL_SECONDS[0]
        while True:
            try:
                state = snapshot(run, self.batch)
                lines = self.tail.poll(state.jobs) if self.tail else []
            except (AwsThrottled, AwsUnreachable) as error:
                if self.clock() - last_answer > self.patience:
                    error.hint = f"the jobs may go on; come back with `fargo wait {run.id}`"
                    raise
                pause = min(pause * 2, INTERVAL_SECONDS[1])
                yield Trouble(error, pause)
            else:
                last_answer = self.clock()
                pause = min(INTERVAL_SECONDS[0] + (last_answer - started) / 30, INTERVAL_SECONDS[1])
                yield from lines
                if state.finished or not state.jobs:
                    yield from self._last_lines(state)
                    yield state
                    return
                yield state
            if self.timeout is not None and self.clock() - started > self.timeout:
                raise WaitTimeout(
                    f"{run.id} has not ended within {self.timeout:g} s", f"it goes on: `fargo wait {run.id}`"
                )
            self.sleep(pause)

    def _last_lines(self, state: RunSnapshot) -> Iterator[LogEvent]:
        if self.tail is None:
            return
        quiet_since = self.clock()
        while self.clock() - quiet_since < SETTLE_SECONDS:
            self.sleep(INTERVAL_SECONDS[0])
            if lines := self.tail.poll(state.jobs):
                quiet_since = self.clock()
                yield from lines
