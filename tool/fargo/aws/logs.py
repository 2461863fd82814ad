"""CloudWatch Logs: read a stream from where the last reading ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fargo.aws.errors import translated
from fargo.errors import AwsNotFound


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line that a container wrote."""

    at: datetime
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One answer's lines, and the token that the next reading goes on from."""

    events: tuple[LogEvent, ...]
    token: str


class Logs:
    """The calls of CloudWatch Logs that fargo uses.

    Args:
        client: a boto3 client for `logs`.
        group: the log group that the jobs write to.
    """

    def __init__(self, client: Any, group: str) -> None:
        self._client = client
        self._group = group

    def read(self, stream: str, token: str = "") -> Iterator[Page]:
        """What the stream holds from `token` on, page by page, to its present end.

        GetLogEvents ends only where it gives the same token back: a page may be empty or
        short before that (API reference, GetLogEvents).

        Nothing comes of a stream that is not there yet.
        """
        while (answer := self._page(stream, token)) is not None:
            following = answer["nextForwardToken"]
            yield Page(tuple(_event(stream, item) for item in answer["events"]), following)
            if following == token:
                return
            token = following

    def _page(self, stream: str, token: str) -> dict[str, Any] | None:
        more = {"nextToken": token} if token else {}
        try:
            with translated("GetLogEvents"):
                answer: dict[str, Any] = self._client.get_log_events(
                    logGroupName=self._group, logStreamName=stream, startFromHead=True, **more
                )
                return answer
        except AwsNotFound:
            return None


def _event(stream: str, item: dict[str, Any]) -> LogEvent:
    return LogEvent(datetime.fromtimestamp(item["timestamp"] / 1000, UTC), stream, item["message"])
