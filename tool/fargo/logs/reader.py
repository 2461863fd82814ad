"""What log streams hold now, in time order, however many there are, without having all of it in memory."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from fargo.aws.logs import EVERYTHING, PAGE_EVENTS, STREAMS_MAX, Page, Query, streams_of
from fargo.logs.ahead import ahead
from fargo.model.log import LogEvent, LogSource, Span

if TYPE_CHECKING:
    from fargo.aws.logs import Logs

CURSORS_MAX = 16
"""Queries by name that are read side by side; more streams than they hold are read by their prefix."""
HELD_EVENTS = 40_000
"""Events of all queries that are used at once. Fewer would be more calls, and few a second are allowed."""
FIRST_WINDOW_MS = 60_000
"""The last lines are looked for in the last minute, then in the four before, then in the sixteen before…"""
_WINDOW_GROWS = 4


class Reader:
    """The lines of log streams within a span of time.

    One stream is read by GetLogEvents. More are read by FilterLogEvents, which gives a hundred of them in
    time order; up to `CURSORS_MAX` such queries are merged. Beyond that (1,600 streams) all streams of the
    same prefix are one query, and those of other runs are left out: their number does not matter then.

    Memory: two pages a query, the one that is used and the next, which is fetched meanwhile: together
    twice `HELD_EVENTS` events, and of no page more than the 1 MB that AWS puts into one. Besides that the
    names of the streams.

    Args:
        logs: the log group.
        sources: the streams, by name; see `Sources.known`.
        span: which time; the narrower, the less CloudWatch Logs has to search.
    """

    def __init__(self, logs: "Logs", sources: Mapping[str, LogSource], span: Span = EVERYTHING) -> None:
        self._logs = logs
        self._sources = sources
        self._span = span

    def __iter__(self) -> Iterator[LogEvent]:
        """Every line, oldest first.

        Raises:
            AwsError: after the lines that were read before it.
        """
        return self._read(self._span)

    def last(self, count: int, now: int) -> list[LogEvent]:
        """The last so many lines, oldest first: so many are in memory.

        Args:
            count: how many.
            now: the present moment, in milliseconds since 1970.
        """
        if len(self._sources) == 1:
            (source,) = self._sources.values()
            return self._logs.last(source, count, self._span)
        found: list[LogEvent] = []
        for span in _backwards(self._span, now):
            part = deque(self._read(span), maxlen=count - len(found))
            found = [*part, *found]
            if len(found) >= count:
                break
        return found

    def _read(self, span: Span) -> Iterator[LogEvent]:
        if len(self._sources) == 1:
            (source,) = self._sources.values()
            return lines(self._logs.read(source, span=span))
        return merged(self._logs, self._sources, span)


def merged(
    logs: "Logs", sources: Mapping[str, LogSource], span: Span, *, most: int = CURSORS_MAX
) -> Iterator[LogEvent]:
    """The lines of streams by FilterLogEvents, oldest first; see `Reader` and `queries`."""
    asked = queries(sources, most=most)
    limit = min(PAGE_EVENTS, HELD_EVENTS // max(len(asked), 1))
    cursors = [lines(logs.filter(query, span, limit=limit, sources=sources)) for query in asked]
    return cursors[0] if len(cursors) == 1 else merge(*cursors, key=attrgetter("at"))


def lines(pages: Iterator[Page]) -> Iterator[LogEvent]:
    """The lines of pages, two pages in memory."""
    return chain.from_iterable(page.events for page in ahead(pages))


def queries(streams: Iterable[str], *, most: int = CURSORS_MAX) -> tuple[Query, ...]:
    """What to ask for so many streams: by name, or beyond `most` queries by prefix.

    A stream is called `<job definition>/default/<task>` (AWS Batch user guide, "Using CloudWatch Logs").
    """
    names = tuple(streams)
    if len(names) <= most * STREAMS_MAX:
        return streams_of(names)
    prefixes = dict.fromkeys(f"{name.rpartition('/')[0]}/" for name in names)
    return tuple(Query(prefix=prefix) for prefix in prefixes)


def _backwards(whole: Span, now: int) -> Iterator[Span]:
    """The span in pieces, the latest first, each so many times as long as the one after it."""
    begin, width = (now if whole.end is None else whole.end), FIRST_WINDOW_MS
    end = whole.end
    first = whole.begin or 0
    while end is None or end >= first:
        begin = max(begin - width, first)
        yield Span(begin, end)
        end, width = begin - 1, width * _WINDOW_GROWS
