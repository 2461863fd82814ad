"""How log events are read again: in time order, page by page, in time that does not grow with the log.

moto 5.2 gives FilterLogEvents one stream after the other, knows no `logStreamNamePrefix`, takes a name that
does not exist for none, puts any number of bytes into a page, and sorts the whole stream for every page.
"""

import importlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

PAGE_BYTES = 1_048_576
PAGE_EVENTS = 10_000
"""Source of both: CloudWatch Logs API reference, GetLogEvents and FilterLogEvents."""
_EVENT_COUNTS = 26
_at = attrgetter("timestamp")
_Found = tuple[Any, str]


def mend() -> None:
    """Have moto read its log events as CloudWatch Logs does."""
    models = importlib.import_module("moto.logs.models")
    responses = importlib.import_module("moto.logs.responses")
    put = models.LogStream.put_log_events

    def put_in_order(self: Any, log_events: list[dict[str, Any]]) -> str:
        # moto's EventBridge writes fractions of milliseconds, which CloudWatch Logs does not know.
        log_events = [event | {"timestamp": int(event["timestamp"])} for event in log_events]
        before = self.events[-1].timestamp if self.events else 0
        token: str = put(self, log_events)
        if log_events and log_events[0]["timestamp"] < before:
            self.events = sorted(self.events, key=_at)
        return token

    models.LogStream.put_log_events = put_in_order
    models.LogStream.get_log_events = _get
    responses.LogsResponse.filter_log_events = _filter


def _get(
    self: Any, start_time: int, end_time: int, limit: int, next_token: str | None, start_from_head: str
) -> tuple[list[dict[str, Any]], str, str]:
    """GetLogEvents: a token names the direction and the position that it goes on from.

    Where there is no more, the same token comes back. The start is within the span, the end is not.
    """
    events, limit = self.events, limit or PAGE_EVENTS
    low = bisect_left(events, start_time or 0, key=_at)
    high = bisect_left(events, end_time, key=_at) if end_time else len(events)
    direction, position = _position(next_token)
    if direction == "f" or (direction is None and start_from_head):
        begin = max(low, position)
        found, _ = _fitting(events[begin : max(min(begin + limit, high), begin)], limit)
    else:
        end = high if direction is None else min(high, position)
        found, _ = _fitting(reversed(events[max(low, end - limit) : max(end, low)]), limit)
        found.reverse()
        begin = max(end, low) - len(found)
    page = [event.to_response_dict() for event in found]
    return page, f"b/{begin:056d}", f"f/{begin + len(page):056d}"


def _position(token: str | None) -> tuple[str | None, int]:
    exceptions = importlib.import_module("moto.logs.exceptions")
    if token is None:
        return None, 0
    direction, _, position = token.partition("/")
    if direction not in {"f", "b"} or not position.isdecimal():
        raise exceptions.InvalidParameterException("The specified nextToken is invalid.")
    return direction, int(position)


def _filter(self: Any) -> str:
    """FilterLogEvents: the lines of all streams that are meant, by time; its token is the time to go on from.

    `interleaved` has had no meaning since 2019: they always are (API reference, FilterLogEvents).
    """
    ask = self._get_param
    exceptions = importlib.import_module("moto.logs.exceptions")
    group = self.logs_backend.groups.get(ask("logGroupName"))
    if group is None:
        raise exceptions.ResourceNotFoundException
    streams = _streams(group, ask("logStreamNames"), ask("logStreamNamePrefix"), exceptions)
    begin, given = map(int, (ask("nextToken") or f"{ask('startTime') or 0}@0").split("@"))
    found = _merged(streams, begin, ask("endTime"))
    if pattern := ask("filterPattern"):
        fits = importlib.import_module("moto.logs.utils").EventMessageFilter(pattern).matches
        found = (each for each in found if fits(each[0].message))
    page, more = _fitting(islice(found, given, None), ask("limit") or PAGE_EVENTS, lambda each: each[0])
    answer: dict[str, Any] = {"searchedLogStreams": []}
    answer["events"] = [event.to_filter_dict() | {"logStreamName": stream} for event, stream in page]
    if more:
        last = page[-1][0].timestamp
        same = sum(1 for event, _ in page if event.timestamp == last)
        answer["nextToken"] = f"{last}@{same + (given if last == begin else 0)}"
    return json.dumps(answer)


def _streams(group: Any, names: list[str] | None, prefix: str | None, exceptions: Any) -> list[Any]:
    if names:
        if missing := [name for name in names if name not in group.streams]:
            raise exceptions.ResourceNotFoundException(
                f"The specified log stream {missing[0]} does not exist."
            )
        return [group.streams[name] for name in names]
    return [stream for name, stream in list(group.streams.items()) if name.startswith(prefix or "")]


def _merged(streams: Iterable[Any], begin: int, end: int | None) -> Iterator[_Found]:
    parts = []
    for stream in streams:
        events = stream.events
        low = bisect_left(events, begin, key=_at)
        high = bisect_right(events, end, key=_at) if end is not None else len(events)
        if low < high:
            parts.append(_named(events, low, high, stream.log_stream_name))
    return parts[0] if len(parts) == 1 else merge(*parts, key=lambda each: each[0].timestamp)


def _named(events: list[Any], low: int, high: int, name: str) -> Iterator[_Found]:
    for index in range(low, high):
        yield events[index], name


def _fitting(
    events: Iterable[Any], limit: int, event_of: Callable[[Any], Any] = lambda each: each
) -> tuple[list[Any], bool]:
    """As many as one page holds, at least one; and whether there are more."""
    found: list[Any] = []
    size = 0
    for each in events:
        size += len(event_of(each).message) + _EVENT_COUNTS
        if len(found) == limit or (found and size > PAGE_BYTES):
            return found, True
        found.append(each)
    return found, False
