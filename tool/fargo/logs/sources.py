"""Job → containers → log streams: learned as they start, an array's children among them."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING

from fargo.aws.batch import DESCRIBE_MAX
from fargo.model.job import Job, JobState
from fargo.model.log import LogSource

if TYPE_CHECKING:
    from datetime import datetime

    from fargo.aws.batch import Batch

_BEGUN = (JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED)
"""The states of children that have a stream; those that wait may have one of an earlier attempt."""
_WAITING = (JobState.RUNNABLE, JobState.STARTING)


def no_label(job_id: str) -> str:
    """For those who need none."""
    del job_id
    return ""


class Sources:
    """The log streams of jobs: one an attempt of a container.

    Memory: one `LogSource` a stream, and what was seen last of each child.

    Args:
        batch: AWS Batch; None where no array's children are wanted.
        label: a job's id → which container it is; see `Labels`.
        failed: only of containers that failed.

    Attributes:
        failed: see above.
        known: what was learned so far, by stream.
    """

    def __init__(
        self, batch: "Batch | None", label: Callable[[str], str] = no_label, *, failed: bool = False
    ) -> None:
        self._batch = batch
        self._label = label
        self.failed = failed
        self._counts: dict[str, object] = {}
        self._children: dict[str, tuple[JobState, datetime | None]] = {}
        self.known: dict[str, LogSource] = {}

    def learn(self, jobs: Iterable[Job]) -> None:
        """Add the streams that were not known before, as fast as AWS answers; see `steps`."""
        for _ in self.steps(jobs):
            pass

    def steps(self, jobs: Iterable[Job]) -> Iterator[None]:
        """Add the streams that were not known before: each step took one call of AWS Batch.

        Of an array whose counts have changed since, the children are listed (1,000 a call), and those that
        have begun since are described (100 a call).

        Raises:
            AwsError: what was learned before it is known, and the next steps learn the rest.
        """
        for job in jobs:
            if not job.size:
                self._add(job)
            elif self._batch is not None and self._counts.get(job.id) != job.counts:
                whole = yield from self._learn_children(job, self._batch)
                if whole:
                    self._counts[job.id] = job.counts

    def _add(self, job: Job) -> None:
        if self.failed and job.state is not JobState.FAILED:
            return
        label = self._label(job.id)
        for number, attempt in enumerate(job.attempts, 1):
            if attempt.log_stream and attempt.log_stream not in self.known:
                source = LogSource(attempt.log_stream, job.id, label, number)
                self.known[source.stream] = source

    def _learn_children(self, parent: Job, batch: "Batch") -> Generator[None, None, bool]:
        """Describe the children that may have streams which are not known; whether all had theirs."""
        whole = True
        new: list[str] = []
        for page in self._listed(parent, batch):
            new += (child.id for child in page if self._is_new(child))
            yield
            while len(new) >= DESCRIBE_MAX:
                some, new = new[:DESCRIBE_MAX], new[DESCRIBE_MAX:]
                whole &= self._describe(some, batch)
                yield
        if new:
            whole &= self._describe(new, batch)
            yield
        return whole

    def _listed(self, parent: Job, batch: "Batch") -> Iterator[tuple[Job, ...]]:
        counts = dict(parent.counts)
        waiting = _WAITING if parent.tries > 1 else ()
        for state in (JobState.FAILED,) if self.failed else (*waiting, *_BEGUN):
            if counts.get(state):
                yield from batch.children(parent.id, state)

    def _describe(self, ids: list[str], batch: "Batch") -> bool:
        """Add the streams of up to 100 children; whether all that run have told theirs."""
        whole = True
        for child in batch.describe(ids):
            self._add(child)
            if child.state is JobState.RUNNING and len(child.log_streams) < len(child.attempts or "1"):
                whole = False
            else:
                self._children[child.id] = (child.state, child.started)
        return whole

    def _is_new(self, child: Job) -> bool:
        """Whether it has begun once more since it was described; a failure may come without a beginning."""
        seen = self._children.get(child.id)
        if seen is None:
            return True
        state, started = seen
        return child.started != started or (state in _WAITING and child.state not in _WAITING)
