"""CloudWatch Logs: read one stream on from where the last reading ended, or many in time order."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os.path import commonprefix
from typing import Any

from fargo.aws.errors import translated
from fargo.aws.log_pages import Item, items
from fargo.errors import AwsNotFound, AwsThrottled
from fargo.model.log import LogEvent, LogSource, Span

STREAMS_MAX = 100
"""Stream names in one FilterLogEvents call."""
PAGE_EVENTS = 10_000
"""Events in one page, or fewer where they have 1 MB. Source of both: API reference, FilterLogEvents."""
EVERYTHING = Span()
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer's lines, and the token that the next reading goes on from; empty: it was the last."""

    events: tuple[LogEvent, ...]
    token: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which streams a FilterLogEvents call reads: up to `STREAMS_MAX` by name, or all with this prefix."""

    streams: tuple[str, ...] = ()
    prefix: str = ""

    def request(self) -> dict[str, Any]:
        """The same as the call's parameters; without streams and prefix the whole group."""
        if self.streams:
            return {"logStreamNames": list(self.streams)}
        return {"logStreamNamePrefix": self.prefix} if self.prefix else {}


def _raise(error: AwsThrottled) -> None:
    raise error


class Logs:
    """The calls of CloudWatch Logs that fargo uses.

    Args:
        client: a boto3 client for `logs`.
        group: the log group that the jobs write to.
        throttled: told that a call was throttled; where it returns, the call is sent again. By default it
            raises what it is told.
    """

    def __init__(self, client: Any, group: str, throttled: Callable[[AwsThrottled], None] = _raise) -> None:
        self._client = client
        self.group = group
        self._throttled = throttled

    def read(
        self, source: LogSource, token: str = "", span: Span = EVERYTHING, *, limit: int = PAGE_EVENTS
    ) -> Iterator[Page]:
        """What a stream holds from `token` on, page by page, to its present end.

        GetLogEvents ends only where it gives the same token back: a page may be empty or
        short before that (API reference, GetLogEvents).

        Nothing comes of a stream that is not there yet.
        """
        only = {"": source}
        while (answer := self._page(source.stream, token, span, limit=limit)) is not None:
            following = answer["nextForwardToken"]
            yield Page(tuple(_events(items(answer, None), only)), following)
            if following == token:
                return
            token = following

    def last(self, source: LogSource, count: int, span: Span = EVERYTHING) -> list[LogEvent]:
        """A stream's last so many lines, oldest first: GetLogEvents from its end, as `read` from its head."""
        found: list[LogEvent] = []
        token = ""
        while len(found) < count:
            limit = min(count - len(found), PAGE_EVENTS)
            answer = self._page(source.stream, token, span, limit=limit, head=False)
            if answer is None or answer["nextBackwardToken"] == token:
                break
            token = answer["nextBackwardToken"]
            found = [*_events(items(answer, None), {"": source}), *found]
        return found

    def filter(
        self,
        query: Query,
        span: Span = EVERYTHING,
        *,
        pattern: str = "",
        limit: int = PAGE_EVENTS,
        sources: Mapping[str, LogSource] | None = None,
    ) -> Iterator[Page]:
        """The lines of several streams in time order, page by page.

        An empty page is not the end: the last has no token. Within a query the lines are "sorted by
        event timestamp" (API reference, FilterLogEvents). Streams that are not there yet give none.

        Args:
            query: which streams.
            span: which time.
            pattern: CloudWatch Logs' own filter pattern; empty: every line.
            limit: events in a page.
            sources: by stream's name; where given, other streams' lines are left out.
        """
        more: dict[str, Any] = {"limit": limit} | ({"filterPattern": pattern} if pattern else {})
        if span.begin is not None:
            more["startTime"] = max(span.begin, 0)
        if span.end is not None:
            more["endTime"] = max(span.end, 0)
        try:
            yield from self._filtered(query.request() | more, sources)
        except AwsNotFound:
            # One name that is not there yet hides all others of its call; a prefix asks for no name.
            if len(query.streams) > 1:
                begin = commonprefix(query.streams)  # noqa: RUF071 # names and no paths
                among = Query(prefix=begin)
                known = {name: (sources or {}).get(name) for name in query.streams}
                yield from self._filtered(among.request() | more, known)

    def _page(
        self, stream: str, token: str, span: Span, *, limit: int, head: bool = True
    ) -> dict[str, Any] | None:
        more: dict[str, Any] = {"nextToken": token} if token else {}
        if span.begin is not None:
            more["startTime"] = max(span.begin, 0)
        if span.end is not None:
            more["endTime"] = max(span.end, 0) + 1  # this call alone does not count its end in
        try:
            return self._ask("GetLogEvents", logStreamName=stream, startFromHead=head, limit=limit, **more)
        except AwsNotFound:
            return None

    def _filtered(
        self, request: dict[str, Any], sources: Mapping[str, LogSource | None] | None
    ) -> Iterator[Page]:
        token = ""
        while True:
            more = {"nextToken": token} if token else {}
            answer = self._ask("FilterLogEvents", **request, **more)
            token = answer.get("nextToken") or ""
            yield Page(tuple(_events(items(answer, sources), sources or {})), token)
            if not token:
                return

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        call = self._client.get_log_events if operation == "GetLogEvents" else self._client.filter_log_events
        while True:
            try:
                with translated(operation):
                    answer: dict[str, Any] = call(logGroupName=self.group, **request)
                    return answer
            except AwsThrottled as error:
                self._throttled(error)


def streams_of(names: Collection[str]) -> tuple[Query, ...]:
    """Queries by name of so many streams, `STREAMS_MAX` in each."""
    ordered = tuple(names)
    return tuple(Query(ordered[at : at + STREAMS_MAX]) for at in range(0, len(ordered), STREAMS_MAX))


def _events(found: Iterable[Item], sources: Mapping[str, LogSource | None]) -> Iterator[LogEvent]:
    """Items as events, with what is known of their streams; GetLogEvents does not name the stream."""
    for item in found:
        at = _EPOCH + item.timestamp * _MILLISECOND
        source = sources.get(item.stream)
        if source is None:
            yield LogEvent(at, item.stream, item.message, item.id)
        else:
            yield LogEvent(at, source.stream, item.message, item.id, source.label, source.attempt)
