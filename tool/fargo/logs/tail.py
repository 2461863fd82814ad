"""The lines that are new since the last look, each once."""

import time
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from operator import attrgetter

from fargo.aws.logs import EVERYTHING, Logs
from fargo.logs.forward import Forward
from fargo.logs.reader import merged
from fargo.logs.recent import Recent
from fargo.logs.sources import Sources
from fargo.model.job import Job
from fargo.model.log import LogEvent, LogSource, Span

QUERIES_MAX = 4
"""How many queries by name one look may cost; more streams than they hold are read by their prefix."""


class Tail:
    """Reads on from where it stopped.

    The stream of a single job is read on by GetLogEvents and its token. Those of arrays' children are read
    by FilterLogEvents: the last 30 seconds again, so that late lines are seen, and what was given before
    is left out. A stream that is new is read from its beginning.

    Memory: what is new since the last call, and the ids of the lines of 30 seconds.

    Args:
        logs: the log group.
        sources: what learns the streams; without one, arrays' children are not read.
        span: lines of this time only.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        logs: Logs,
        sources: Sources | None = None,
        *,
        span: Span = EVERYTHING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logs = logs
        self._span = span
        self.sources = sources or Sources(None)
        self._taken = 0
        self._single: list[LogSource] = []
        self._children: dict[str, LogSource] = {}
        self._forwards: dict[str, Forward] = {}
        self._recent = Recent(clock)
        self._unseen: list[LogEvent] = []

    def start(self, jobs: Iterable[Job], logs: Logs | None = None) -> Iterator[LogEvent]:
        """The lines that there are by now, oldest first, in as little memory as `Reader` takes.

        To be read to its end before the first `poll`, which gives what comes after them.

        Args:
            jobs: whose streams are to be learned first; none where `sources` knows them already.
            logs: the same group for this reading, such as one that is more patient.

        Raises:
            AwsError: as it is read.
        """
        self.sources.learn(jobs)
        new = self._new()
        logs = logs or self._logs
        singles = [self._forward(source, logs) for source in new if not _is_child(source)]
        children = filter(self._recent.add, merged(logs, _children(new), self._span))
        yield from merge(*singles, children, key=attrgetter("at"))
        self._take(new)

    def poll(self, jobs: Iterable[Job] = ()) -> list[LogEvent]:
        """The lines that are new since the last call, oldest first.

        A stream that is not there yet gives none: it appears when its container starts.

        Args:
            jobs: whose streams are to be learned first, as in `start`.

        Raises:
            AwsError: the lines that were read before it come with the next call.
        """
        self.sources.learn(jobs)
        new = self._new()
        for source in (*self._single, *(source for source in new if not _is_child(source))):
            self._unseen += self._forward(source, self._logs)
        again = merged(self._logs, self._children, self._again(), most=QUERIES_MAX)
        self._unseen += filter(self._recent.add, again)
        # Of these none was given, so that a reading that breaks off is simply done once more.
        begun = list(merged(self._logs, _children(new), self._span))
        self._unseen += filter(self._recent.add, begun)
        self._take(new)
        events, self._unseen = self._unseen, []
        return sorted(events, key=attrgetter("at"))

    def _again(self) -> Span:
        """From the lines on that may have been late."""
        return self._span.within(self._recent.begin, None)

    def _new(self) -> list[LogSource]:
        return list(islice(self.sources.known.values(), self._taken, None))

    def _take(self, new: list[LogSource]) -> None:
        """What is new has been read from its beginning."""
        self._taken += len(new)
        self._children |= _children(new)
        self._single += (source for source in new if not _is_child(source))

    def _forward(self, source: LogSource, logs: Logs) -> Iterator[LogEvent]:
        if source.stream not in self._forwards:
            self._forwards[source.stream] = Forward(source, self._span)
        return self._forwards[source.stream].read(logs)


def _is_child(source: LogSource) -> bool:
    return ":" in source.job_id


def _children(sources: Iterable[LogSource]) -> dict[str, LogSource]:
    return {source.stream: source for source in sources if _is_child(source)}
