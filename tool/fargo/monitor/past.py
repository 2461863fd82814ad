"""The jobs of runs that no queue lists any more: AWS Batch is asked for them by id, then the events."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from fargo.aws.batch import Batch
from fargo.model.job import Job
from fargo.model.run import Run
from fargo.watch import JobsFeed, JobsSeen, Seen

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
        for seen in JobsFeed(self.name, wanted).look(batch):
            if isinstance(seen, JobsSeen):
                forgotten.update(seen.gone)
                # Whether they are gone the events say.
                yield replace(seen, gone=(), last=False)
        if forgotten:
            of_them = [run for run in runs if not forgotten.isdisjoint(run.job_ids)]
            found = tuple(self._recall(of_them, forgotten))
            gone = tuple(sorted(forgotten - {job.id for job in found}))
            yield JobsSeen(feed=self.name, at=datetime.now(UTC), jobs=found, gone=gone)
        self._asked.update(wanted)
