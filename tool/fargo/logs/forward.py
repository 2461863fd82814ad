"""One stream, read on from where the last reading ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from fargo.errors import AwsError
from fargo.model.log import LogEvent, LogSource, Span, milliseconds

if TYPE_CHECKING:
    from fargo.aws.logs import Logs

EXPIRED = "InvalidParameterException"
"""What is said of a token that holds no more: it expires after 24 hours (API reference, GetLogEvents)."""


class Forward:
    """How far a stream was read: by AWS's token, and by the latest time and how many lines of it were given.

    Args:
        source: the stream.
        span: lines of this time only.
    """

    def __init__(self, source: LogSource, span: Span) -> None:
        self._source = source
        self._span = span
        self._token = ""
        self._latest: datetime | None = None
        self._given = 0
        self._again = 0

    def read(self, logs: "Logs") -> Iterator[LogEvent]:
        """The lines that are new since the last call, each once.

        Where the token has expired, it begins again with the latest time, and leaves out as many of its lines
        as were given: GetLogEvents tells no ids.

        Raises:
            AwsError: as it is read; the next call goes on behind the lines that were given.
        """
        try:
            yield from self._on(logs)
        except AwsError as error:
            if error.code != EXPIRED or not self._token:
                raise
            begin = milliseconds(self._latest) if self._latest else None
            self._token, self._again = "", self._given
            self._span = self._span.within(begin, None)
            yield from self._on(logs)

    def _on(self, logs: "Logs") -> Iterator[LogEvent]:
        for page in logs.read(self._source, self._token, self._span):
            self._token = page.token
            yield from (event for event in page.events if self._is_new(event.at))

    def _is_new(self, at: datetime) -> bool:
        if self._again and at == self._latest:
            self._again -= 1
            return False
        if self._latest is None or at > self._latest:
            self._latest, self._given, self._again = at, 0, 0
        self._given += at == self._latest
        return True
