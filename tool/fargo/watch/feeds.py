"""What can be asked of AWS Batch again and again, each at its own pace."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from fargo.aws.batch import DESCRIBE_MAX, Batch
from fargo.logs import Tail
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.watch.seen import FrontSeen, JobsSeen, LinesSeen, QueuesSeen, RunsSeen, Seen

LIVE_SECONDS = 5.0
LIVE_CALLS = 3
"""Up to so many calls a round a round comes every LIVE_SECONDS; with more it takes longer."""
YOUNG_SECONDS = 0.5
"""The first pause, where somebody waits for a run: it grows with what has passed, up to LIVE_SECONDS."""
AGING = 30
"""It grows by a second in so many."""
DISCOVERY_SECONDS = 15.0
WHOLE = timedelta(minutes=1)
"""How often a queue's jobs are listed whole."""
OVERLAP = timedelta(minutes=1)
"""How far back what is new is asked for: a job may be listed later than one that was created after it."""
FAILURES_SECONDS = 15.0
LINES_SECONDS = 1.0
QUIET = timedelta(minutes=1)
"""After so long without a line they are asked for every LIVE_SECONDS."""
FRONT_SECONDS = 30.0
QUEUES_SECONDS = 30.0
RUNS_SECONDS = 30.0
LISTED_FIRST = (JobState.FAILED, *(state for state in reversed(JobState) if not state.finished))
"""The states of children in the order in which people ask for them; SUCCEEDED only where somebody does."""
CALLS_A_ROUND = 5
"""Calls for what may be many: children that left the lists between two rounds, arrays with new failures."""


class JobsFeed:
    """Jobs by their ids: one call for 100, and an array's parent speaks for its children.

    Args:
        age: how many seconds somebody has waited for them; None: nobody does.

    Attributes:
        ids: may be replaced at any time.
    """

    def __init__(self, name: str, ids: Sequence[str] = (), *, age: Callable[[], float] | None = None) -> None:
        self.name = name
        self.ids = tuple(ids)
        self._age = age

    def seconds(self) -> float:
        """As often as the calls allow that it takes, and more often while the jobs are young."""
        calls = -(-len(self.ids) // DESCRIBE_MAX)
        slow = LIVE_SECONDS * max(calls / LIVE_CALLS, 1)
        return slow if self._age is None else min(YOUNG_SECONDS * max(calls, 1) + self._age() / AGING, slow)

    def look(self, batch: Batch) -> Iterator[Seen]:
        """All of them, 100 a call."""
        ids = self.ids
        for start in range(0, len(ids), DESCRIBE_MAX):
            some = ids[start : start + DESCRIBE_MAX]
            jobs = batch.describe(some)
            known = {job.id for job in jobs}
            yield JobsSeen(
                feed=self.name,
                at=datetime.now(UTC),
                jobs=jobs,
                gone=tuple(job_id for job_id in some if job_id not in known),
                last=start + DESCRIBE_MAX >= len(ids),
            )


class ChildrenFeed:
    """An array's children, the failed ones first: those of a state are listed again when its count changed.

    Attributes:
        succeeded: whether somebody wants to see those that succeeded, too; may be set at any time.
    """

    def __init__(self, array_id: str, *, succeeded: bool = False) -> None:
        self.name = f"children of {array_id}"
        self.array_id = array_id
        self.succeeded = succeeded
        self._counts: dict[JobState, int] = {}
        self._live: set[str] = set()
        self._calls = 1

    def seconds(self) -> float:
        """The longer, the more calls a round takes."""
        return LIVE_SECONDS * max(self._calls / LIVE_CALLS, 1)

    def look(self, batch: Batch) -> Iterator[Seen]:
        """The parent, then those children that may have changed, then what left the lists."""
        parents = batch.describe([self.array_id])
        gone = () if parents else (self.array_id,)
        calls = 1
        yield self._seen(parents, gone=gone)
        counts = dict(parents[0].counts) if parents else {}
        listed: set[str] = set()
        live: set[str] = set()
        for state in self._states(counts):
            for page in batch.children(self.array_id, state):
                calls += 1
                listed.update(job.id for job in page)
                live.update(job.id for job in page if not job.state.finished)
                yield self._seen(page)
        left = sorted(self._live - listed)[: CALLS_A_ROUND * DESCRIBE_MAX]
        for start in range(0, len(left), DESCRIBE_MAX):
            calls += 1
            yield self._seen(batch.describe(left[start : start + DESCRIBE_MAX]))
        self._live = live | (self._live - listed - set(left))
        self._counts, self._calls = counts, calls

    def _states(self, counts: dict[JobState, int]) -> list[JobState]:
        """Those whose children may have changed; where they live they may, whatever the count says."""
        wanted = (*LISTED_FIRST, JobState.SUCCEEDED) if self.succeeded else LISTED_FIRST
        return [
            state
            for state in wanted
            if counts.get(state) and (not state.finished or counts[state] != self._counts.get(state))
        ]

    def _seen(self, jobs: tuple[Job, ...], gone: tuple[str, ...] = ()) -> JobsSeen:
        return JobsSeen(feed=self.name, at=datetime.now(UTC), jobs=jobs, gone=gone, last=False)


class FailedFeed:
    """Why children fail: the first page of an array's failed ones, each time their count has changed.

    Args:
        jobs: the jobs, of which arrays are looked at.
    """

    name = "failures"

    def __init__(self, jobs: Callable[[], Sequence[Job]]) -> None:
        self._jobs = jobs
        self._known: dict[str, int] = {}

    def seconds(self) -> float:
        """The pause between two looks."""
        return FAILURES_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """A call for each array with new failures, a few a round; the others' turn comes with the next.

        AWS Batch may count a failure before it lists it: then that array is asked again.
        """
        wanted = [
            (job.id, failed) for job in self._jobs() if (failed := dict(job.counts).get(JobState.FAILED))
        ]
        changed = [each for each in wanted if self._known.get(each[0]) != each[1]][:CALLS_A_ROUND]
        for array_id, failed in changed:
            page = next(batch.children(array_id, JobState.FAILED), ())
            if page:
                self._known[array_id] = failed
            yield JobsSeen(feed=self.name, at=datetime.now(UTC), jobs=page, last=False)


class LinesFeed:
    """The lines that containers write.

    Args:
        jobs: whose.
    """

    name = "lines"

    def __init__(self, tail: Tail, jobs: Callable[[], Sequence[Job]]) -> None:
        self._tail, self._jobs = tail, jobs
        self._spoke = datetime.now(UTC)
        self._learning: Iterator[None] | None = None

    def seconds(self) -> float:
        """More often while something comes, or streams are still to be found."""
        lively = self._learning is not None or datetime.now(UTC) - self._spoke < QUIET
        return LINES_SECONDS if lively else LIVE_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """Streams that are new, some calls a look, all of them once the jobs have ended; then new lines."""
        del batch
        jobs = self._jobs()
        ended = all(job.state.finished for job in jobs)
        learning = self._learning if self._learning and not ended else self._tail.sources.steps(jobs)
        self._learning = None
        for calls, _ in enumerate(learning, 1):
            yield LinesSeen(feed=self.name, at=datetime.now(UTC), events=(), last=False)
            if calls == CALLS_A_ROUND and not ended:
                self._learning = learning
                break
        events = tuple(self._tail.poll())
        now = datetime.now(UTC)
        if events:
            self._spoke = now
        yield LinesSeen(feed=self.name, at=now, events=events)


class QueueFeed:
    """The jobs of a queue, whosever they are: all of them once a minute, what is new in between."""

    def __init__(self, queue: str) -> None:
        self.name = f"jobs of {queue.rpartition('/')[2]}"
        self.queue = queue
        self._newest: datetime | None = None
        self._whole: datetime | None = None

    def seconds(self) -> float:
        """The pause between two looks for what is new."""
        return DISCOVERY_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """Everything, or what is new."""
        now = datetime.now(UTC)
        if self._newest is None or self._whole is None or now - self._whole >= WHOLE:
            for state in JobState:
                pages = batch.in_state(self.queue, state)
                for page in [next(pages, ())] if state.finished else pages:  # finished: the newest thousand
                    yield self._seen(page)
            self._whole = now
            self._newest = self._newest or now
            return
        for page in batch.created_after(self.queue, self._newest - OVERLAP):
            yield self._seen(page)

    def _seen(self, jobs: tuple[Job, ...]) -> JobsSeen:
        created = [job.created for job in jobs if job.created]
        self._newest = max([*created, *([self._newest] if self._newest else [])], default=None)
        return JobsSeen(feed=self.name, at=datetime.now(UTC), jobs=jobs, last=False)


class QueuesFeed:
    """The queues themselves: enabled or not, and what AWS says of them."""

    name = "queues"

    def __init__(self, queues: Sequence[str]) -> None:
        self.queues = tuple(queues)

    def seconds(self) -> float:
        """The pause between two looks."""
        return QUEUES_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """The queues, then their compute environments."""
        queues = batch.queues(self.queues)
        yield QueuesSeen(feed=self.name, at=datetime.now(UTC), queues=queues, last=False)
        found = batch.environments({arn for queue in queues for arn in queue.environments})
        yield QueuesSeen(feed=self.name, at=datetime.now(UTC), queues=queues, environments=found)


class FrontFeed:
    """The front of a queue: which jobs start next."""

    def __init__(self, queue: str) -> None:
        self.name = f"front of {queue.rpartition('/')[2]}"
        self.queue = queue

    def seconds(self) -> float:
        """The pause between two looks."""
        return FRONT_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """The front as it is now."""
        front = batch.front(self.queue)
        yield FrontSeen(feed=self.name, at=datetime.now(UTC), queue=self.queue, job_ids=front)


class RunsFeed:
    """The latest runs, by their ledgers.

    Args:
        load: reads them, newest first.
    """

    name = "runs"

    def __init__(self, load: Callable[[], Sequence[Run]]) -> None:
        self._load = load

    def seconds(self) -> float:
        """The pause between two looks."""
        return RUNS_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """The ledgers as they are now; it takes calls of Amazon S3 alone."""
        del batch
        yield RunsSeen(feed=self.name, at=datetime.now(UTC), runs=tuple(self._load()))
