"""A log group in memory that answers FilterLogEvents and GetLogEvents, and can be told to falter."""

from collections.abc import Iterable
from typing import Any

from fakes import refusal

from fargo.aws.logs import Logs
from fargo.model.log import LogEvent, LogSource


class Group:
    """A boto3 client for `logs`, of one group.

    Attributes:
        calls: the requests of FilterLogEvents, in order.
        faults: raised by the next calls, one each; None lets a call pass.
        empty_pages: how many pages without a line come before each that has some.
    """

    def __init__(self) -> None:
        self.streams: dict[str, list[tuple[int, str, str]]] = {}
        self.calls: list[dict[str, Any]] = []
        self.faults: list[Exception | None] = []
        self.empty_pages = 0
        self._number = 0

    def write(self, stream: str, *lines: tuple[int, str]) -> None:
        """Lines with their times; without any, the stream is there and empty."""
        events = self.streams.setdefault(stream, [])
        for at, text in lines:
            self._number += 1
            events.append((at, text, f"{self._number:056d}"))
        events.sort(key=lambda event: event[0])

    def filter_log_events(
        self,
        *,
        logStreamNames: list[str] | None = None,  # noqa: N803 # AWS's spelling, here and below
        logStreamNamePrefix: str = "",  # noqa: N803
        startTime: int = 0,  # noqa: N803
        endTime: int = 1 << 60,  # noqa: N803
        nextToken: str = "0/0",  # noqa: N803
        limit: int = 10_000,
        **more: Any,
    ) -> dict[str, Any]:
        self.calls.append({"names": logStreamNames, "prefix": logStreamNamePrefix, "limit": limit, **more})
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        names = logStreamNames or [name for name in self.streams if name.startswith(logStreamNamePrefix)]
        assert len(logStreamNames or ()) <= 100
        if any(name not in self.streams for name in names):
            raise refusal("ResourceNotFoundException", 400)
        begin, empty = map(int, nextToken.split("/"))
        if empty < self.empty_pages:
            return {"events": [], "nextToken": f"{begin}/{empty + 1}"}
        found = sorted(
            (at, id_, name, text)
            for name in names
            for at, text, id_ in self.streams[name]
            if startTime <= at <= endTime
        )
        page = found[begin : begin + limit]
        more_to_come = {"nextToken": f"{begin + limit}/0"} if len(found) > begin + limit else {}
        return {"events": [_wire(*event) for event in page], **more_to_come}

    def get_log_events(
        self,
        *,
        logStreamName: str,  # noqa: N803
        startTime: int = 0,  # noqa: N803
        endTime: int = 1 << 60,  # noqa: N803
        nextToken: str = "",  # noqa: N803
        startFromHead: bool = False,  # noqa: N803
        limit: int = 10_000,
        **_: Any,
    ) -> dict[str, Any]:
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        if logStreamName not in self.streams:
            raise refusal("ResourceNotFoundException", 400)
        events = [each for each in self.streams[logStreamName] if startTime <= each[0] < endTime]
        if startFromHead:
            begin = int(nextToken or 0)
        else:
            begin, limit = max(int(nextToken or len(events)) - limit, 0), min(int(nextToken or limit), limit)
        page = events[begin : begin + limit]
        shown = [{"timestamp": at, "message": text} for at, text, _ in page]
        return {
            "events": shown,
            "nextForwardToken": str(begin + len(page)),
            "nextBackwardToken": str(begin),
        }


def _wire(at: int, id_: str, name: str, text: str) -> dict[str, Any]:
    return {"timestamp": at, "message": text, "eventId": id_, "logStreamName": name}


def logs(group: Any, **more: Any) -> Logs:
    return Logs(group, "/group", **more)


def sources(*streams: str) -> dict[str, LogSource]:
    """Each of a child of its own, labelled by its name's last part."""
    return {
        name: LogSource(name, f"array:{number}", f"#{name.rpartition('/')[2]}")
        for number, name in enumerate(streams)
    }


def texts(events: Iterable[LogEvent]) -> list[str]:
    return [event.text for event in events]
