"""What can be asked of AWS Batch again and again, each at its own pace."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from fargo.aws.batch import DESCRIBE_MAX, Batch
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.watch.seen import FrontSeen, JobsSeen, QueuesSeen, RunsSeen, Seen

LIVE_SECONDS = 5.0
LIVE_CALLS = 3
"""Up to so many calls a round a round comes every LIVE_SECONDS; with more it takes longer."""
YOUNG_SECONDS = 2.0
YOUNG = timedelta(minutes=1)
DISCOVERY_SECONDS = 15.0
WHOLE = timedelta(minutes=1)
"""How often a queue's jobs are listed whole."""
OVERLAP = timedelta(minutes=1)
"""How far back what is new is asked for: a job may be listed later than one that was created after it."""
FRONT_SECONDS = 30.0
QUEUES_SECONDS = 30.0
RUNS_SECONDS = 30.0
LISTED_FIRST = (JobState.FAILED, *(state for state in reversed(JobState) if not state.finished))
"""The states of children in the order in which people ask for them; SUCCEEDED only where somebody does."""
DESCRIBED_A_ROUND = 5
"""Calls for children that left the lists between two rounds."""


class JobsFeed:
    """Jobs by their ids: one call for 100, and an array's parent speaks for its children.

    Attributes:
        ids: may be replaced at any time.
        young_until: until then a round comes every YOUNG_SECONDS.
    """

    def __init__(self, name: str, ids: Sequence[str] = (), *, young_until: datetime | None = None) -> None:
        self.name = name
        self.ids = tuple(ids)
        self.young_until = young_until

    def seconds(self) -> float:
        """As often as the calls allow that it takes, and more often while the jobs are young."""
        calls = -(-len(self.ids) // DESCRIBE_MAX)
        if self.young_until and datetime.now(UTC) < self.young_until and calls <= 1:
            return YOUNG_SECONDS
        return LIVE_SECONDS * max(calls / LIVE_CALLS, 1)

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
        left = sorted(self._live - listed)[: DESCRIBED_A_ROUND * DESCRIBE_MAX]
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
