"""The jobs of runs that no queue lists any more: AWS Batch is asked for them by id, then the events."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime

from fargo.aws.batch import DESCRIBE_MAX, Batch
from fargo.model.job import Job
from fargo.model.run import Run
from fargo.watch import JobsSeen, Seen

PAUSE_SECONDS = 30.0

Recalled = Callable[[Sequence[Run], Collection[str]], Sequence[Job]]


class PastFeed:
    """Asks once for each job of a run that nobody has told of.

    Args:
        recall: how jobs ended that AWS Batch has forgotten, as far as events tell.

    Attributes:
        runs: may be replaced at any time, like `unknown`.
        unknown: the ids of their jobs that nobody has told of.
    """

    name = "past"

    def __init__(self, recall: Recalled) -> None:
        self._recall = recall
        self.runs: tuple[Run, ...] = ()
        self.unknown: tuple[str, ...] = ()
        self._asked: set[str] = set()

    def seconds(self) -> float:
        """The pause between two looks."""
        return PAUSE_SECONDS

    def look(self, batch: Batch) -> Iterator[Seen]:
        """What AWS Batch tells of them, 100 a call, then what events do."""
        runs, wanted = self.runs, [each for each in self.unknown if each not in self._asked]
        forgotten: set[str] = set()
        for start in range(0, len(wanted), DESCRIBE_MAX):
            some = wanted[start : start + DESCRIBE_MAX]
            jobs = batch.describe(some)
            forgotten |= set(some) - {job.id for job in jobs}
            yield JobsSeen(feed=self.name, at=datetime.now(UTC), jobs=jobs, last=False)
        if forgotten:
            of_them = [run for run in runs if not forgotten.isdisjoint(run.job_ids)]
            found = tuple(self._recall(of_them, forgotten))
            gone = tuple(sorted(forgotten - {job.id for job in found}))
            yield JobsSeen(feed=self.name, at=datetime.now(UTC), jobs=found, gone=gone)
        self._asked.update(wanted)
