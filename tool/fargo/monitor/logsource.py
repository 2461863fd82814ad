"""What a log pane reads: the lines of a job or of an array's children, and how they stand."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from fargo.aws.batch import Batch
from fargo.errors import AwsError, AwsThrottled
from fargo.logs import Tail
from fargo.model.job import Job
from fargo.model.log import LogEvent
from fargo.monitor.lines import Line, line, mark
from fargo.view.log_lines import not_yet
from fargo.view.text import outcome
from fargo.watch.feeds import LIVE_SECONDS
from fargo.watch.pace import Pace

SECONDS = 2.0
QUIET_SECONDS = 5.0
QUIET_AFTER = 60.0
"""After so many seconds without a line the pause is QUIET_SECONDS."""
SETTLE_SECONDS = 10.0
"""How long lines may still come after a job's end."""
BATCH = 5_000
"""Lines that go to the screen at once."""


class LogSource(Protocol):
    """Where lines come from. All but the names may take a while: they are called in a thread.

    Attributes:
        title: whose lines they are, for people.
        file_name: what a file with them may be called.
    """

    title: str
    file_name: str

    def lines(self) -> Iterator[Sequence[Line]]:
        """Those that are new since the last call, oldest first.

        Raises:
            AwsError: as they are read; the next call goes on.
        """

    def jobs(self) -> Sequence[Job]:
        """Whose lines they are, as is known by now."""


class Lookup:
    """A job in detail: as the board knows it, and by DescribeJobs where it does not. Of one thread.

    Args:
        job_id: the job's.
        known: the board's knowledge; what it holds is frozen, so that any thread may ask.
        batch: AWS Batch, made when it is first needed.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        job_id: str,
        known: Callable[[str], Job | None],
        batch: Callable[[], Batch],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._id, self._known, self._batch, self._clock = job_id, known, batch, clock
        self._own: Job | None = None
        self._asked = -LIVE_SECONDS

    def __call__(self) -> tuple[Job, ...]:
        """The job; none where AWS Batch does not know it.

        Raises:
            AwsError: it had to be asked for.
        """
        job = self._known(self._id)
        if job is None or not job.detailed:
            job = self._described(job)
        return (job,) if job else ()

    def _described(self, listed: Job | None) -> Job | None:
        own = self._own
        if own and own.state.finished:
            return own
        if self._clock() - self._asked >= LIVE_SECONDS:
            self._asked = self._clock()
            self._own = next(iter(self._batch().describe([self._id])), None)
        return self._own or listed


class JobLogs:
    """The lines of a job's attempts, or of an array's children.

    Args:
        tail: makes what reads them; called in the thread that reads.
        jobs: looks up the job, in detail.
    """

    def __init__(
        self, title: str, file_name: str, *, tail: Callable[[], Tail], jobs: Callable[[], Sequence[Job]]
    ) -> None:
        self.title, self.file_name = title, file_name
        self._make, self._look_up = tail, jobs
        self._tail: Tail | None = None
        self._seen: Sequence[Job] = ()
        self._begun = False
        self._attempt = 1

    def jobs(self) -> Sequence[Job]:
        """The job as it was at the last look."""
        return self._seen

    def lines(self) -> Iterator[Sequence[Line]]:
        """Those that are new, each further attempt of a single job below a remark."""
        self._seen = self._look_up()
        self._tail = self._tail or self._make()
        if self._begun:
            yield self._shown(self._tail.poll(self._seen))
            return
        events = self._tail.start(self._seen)
        while some := list(islice(events, BATCH)):
            yield self._shown(some)
        self._begun = True

    def _shown(self, events: Sequence[LogEvent]) -> list[Line]:
        shown = []
        for event in events:
            if not event.label and event.attempt != self._attempt:
                self._attempt = event.attempt
                shown.append(mark(f"try {event.attempt}"))
            again = f"/{event.attempt}" if event.label and event.attempt > 1 else ""
            shown.append(line(event.text, event.at, prefix=event.label + again))
        return shown


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a source gave.

    Attributes:
        lines: what is new.
        note: how the lines stand, in a sentence; empty where they simply come.
        over: whether none will come any more.
    """

    lines: Sequence[Line] = ()
    note: str = ""
    over: bool = False


class Reading:
    """One reading of a source, until its jobs have ended.

    Args:
        source: the lines.
        clock: seconds that only grow.
    """

    def __init__(self, source: LogSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._clock = source, clock
        self._pace = Pace()
        self._spoke = clock()
        self._ended: float | None = None
        self._any = False

    def looks(self) -> Iterator[Look]:
        """Look once: lines as they come, at last how they stand."""
        try:
            for lines in self._source.lines():
                if lines:
                    self._spoke, self._any = self._clock(), True
                    yield Look(lines)
        except AwsError as error:
            self._pace.trouble(throttled=isinstance(error, AwsThrottled))
            yield Look(note=self._trouble(error))
            return
        self._pace.well()
        jobs = self._source.jobs()
        over = self._is_over(jobs)
        yield Look(note=self._note(jobs, over=over), over=over)

    def pause(self) -> float:
        """Seconds until the next look."""
        quiet = self._clock() - self._spoke >= QUIET_AFTER
        return self._pace.pause(QUIET_SECONDS if quiet else SECONDS)

    def _is_over(self, jobs: Sequence[Job]) -> bool:
        if not jobs or not all(job.state.finished for job in jobs):
            self._ended = None
            return False
        if self._ended is None:
            self._ended = self._clock()
        return self._clock() - self._ended >= SETTLE_SECONDS

    def _note(self, jobs: Sequence[Job], *, over: bool) -> str:
        if not jobs:
            return "the job is being looked up"
        if not self._any:
            return ("no lines: " if over else "no lines yet: ") + not_yet(jobs)
        if over:
            why = outcome(jobs[-1])
            return f"{jobs[-1].state.value}{': ' if why else ''}{why}: no more lines come"
        return ""

    def _trouble(self, error: AwsError) -> str:
        again = f"next look in {self.pause():.0f}s, what is shown stays"
        if isinstance(error, AwsThrottled):
            times = f" {self._pace.times} times" if self._pace.times > 1 else ""
            return f"{error.operation or 'CloudWatch Logs'} throttled{times}: {again}"
        return f"{error.message}: {again}"
