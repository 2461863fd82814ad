"""The log group of events, read for some runs, or for one job."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from fargo.aws.logs import Logs, Query
from fargo.history.event import Event, event_from
from fargo.history.pattern import Which, of_job, of_runs
from fargo.history.stories import Stories
from fargo.model.job import Job, JobState
from fargo.model.log import Span, milliseconds
from fargo.model.run import Run
from fargo.model.timeline import Move

PAGES = 50
"""Answers that are read to one question at the most, of up to 1 MB each; five a second or so are allowed."""
LONGEST = timedelta(days=30)
"""How long after its last submission a run is looked for: a Fargate task ends within 14 days."""
LATE = timedelta(minutes=10)
"""How much later than it happened an event may arrive, and how much clocks may differ."""


class History:
    """Reads events as they are asked for, and remembers none.

    Args:
        logs: makes the log group that the stack's rule writes to, once somebody asks: most never do. Where
            the group is not there, no event is.
        pages: answers that are read of one question at the most.
    """

    def __init__(self, logs: Callable[[], Logs], *, pages: int = PAGES) -> None:
        self._logs, self._pages = logs, pages

    def ended(self, runs: Sequence[Run], job_ids: Collection[str]) -> dict[str, Job]:
        """How these jobs of the runs ended, as far as events tell; single jobs and arrays, no children.

        Reading ends with the last of them: of several old runs it is one question.

        Raises:
            AwsError: AWS is out of reach or refuses.
        """
        stories, left = Stories(), set(job_ids)
        for event in self._of_runs(runs, Which.JOBS):
            if event.job.id in left and stories.take(event).job.state.finished:
                left.discard(event.job.id)
                if not left:
                    break
        return {story.job.id: story.job for story in stories.all if story.job.state.finished}

    def stories(self, run: Run, which: Which = Which.ALL) -> Stories:
        """What events tell of all jobs of a run, children among them.

        Raises:
            AwsError: AWS is out of reach or refuses.
        """
        stories = Stories()
        for event in self._of_runs((run,), which):
            stories.take(event)
        return stories

    def children(self, run: Run, job_ids: Collection[str], state: JobState) -> Iterator[Job]:
        """The children of these arrays that ended so, each once.

        Args:
            state: SUCCEEDED or FAILED.

        Raises:
            AwsError: AWS is out of reach or refuses.
        """
        seen: set[str] = set()
        which = Which.FAILED if state is JobState.FAILED else Which.ENDED
        for event in self._of_runs((run,), which):
            job = event.job
            if job.parent in job_ids and job.state is state and job.id not in seen:
                seen.add(job.id)
                yield job

    def job(self, run: Run, job_id: str) -> Job | None:
        """How one job of a run stood last, the child of an array perhaps; None where no event tells.

        Raises:
            AwsError: AWS is out of reach or refuses.
        """
        stories = Stories()
        for event in self._read(of_job(job_id), run.created, run.last.created + LONGEST):
            stories.take(event)
        story = stories.get(job_id)
        return story.job if story else None

    def moves(self, job: Job) -> tuple[Move, ...]:
        """When a job came into each of its states; nothing where no event tells.

        Raises:
            AwsError: AWS is out of reach or refuses.
        """
        if job.created is None:
            return ()
        stories = Stories()
        for event in self._read(of_job(job.id), job.created, job.stopped or _now()):
            stories.take(event)
        story = stories.get(job.id)
        return story.moves if story else ()

    def _of_runs(self, runs: Sequence[Run], which: Which) -> Iterator[Event]:
        if not runs:
            return
        since = min(run.created for run in runs)
        until = max(run.last.created for run in runs) + LONGEST
        for pattern in of_runs([run.id for run in runs], which):
            yield from self._read(pattern, since, until)

    def _read(self, pattern: str, since: datetime, until: datetime) -> Iterator[Event]:
        span = Span(milliseconds(since - LATE), milliseconds(until + LATE))
        pages = self._logs().filter(Query(), span, pattern=pattern)
        for page in islice(pages, self._pages):
            yield from _understood(line.text for line in page.events)


def _understood(lines: Iterable[str]) -> Iterator[Event]:
    return (event for line in lines if (event := event_from(line)))


def _now() -> datetime:
    return datetime.now(UTC)
