"""The lines that fit a pattern, with their neighbours in the same stream."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fargo.errors import UsageError
from fargo.model.log import LogEvent

_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")


GAP = LogEvent(datetime.fromtimestamp(0, UTC), "", "")
"""Not a line: lines were left out here, or another group of neighbours begins."""


@dataclass(slots=True)
class _Stream:
    """How one stream stands.

    Attributes:
        before: the latest lines that were not given.
        after: how many lines after the last that fitted are still to come.
        apart: lines were left out since the last that was given, or none was.
    """

    before: deque[LogEvent]
    after: int = 0
    apart: bool = True


@dataclass(slots=True)
class Grep:
    """Lines that a regular expression fits somewhere, whatever colours they have.

    Memory: `before` lines of each stream.

    Attributes:
        before: how many lines of the same stream come with one that fits, before it.
        after: the same after it.
    """

    pattern: re.Pattern[str]
    before: int = 0
    after: int = 0
    _streams: dict[str, _Stream] = field(default_factory=dict)
    _given: bool = False

    @classmethod
    def of(cls, pattern: str, *, before: int = 0, after: int = 0) -> "Grep":
        """From what was typed.

        Raises:
            UsageError: it is no regular expression.
        """
        try:
            return cls(re.compile(pattern), before, after)
        except re.error as error:
            raise UsageError(
                f"--grep {pattern!r} is no regular expression: {error}",
                "a character that stands for itself wants a backslash before it, like `\\[`",
            ) from error

    def __call__(self, events: Iterable[LogEvent]) -> Iterator[LogEvent]:
        """Those of the lines, and with context a `GAP` before each group of neighbours but the first."""
        if not (self.before or self.after):
            yield from (event for event in events if self.fits(event.text))
            return
        for event in events:
            stream = self._streams.get(event.stream) or self._stream(event.stream)
            if self.fits(event.text):
                if stream.apart:
                    if self._given:
                        yield GAP
                    self._given = True
                yield from stream.before
                stream.before.clear()
                stream.after, stream.apart = self.after, False
                yield event
            elif stream.after:
                stream.after -= 1
                yield event
            else:
                # What falls out at the far end will be missing before the next line that fits.
                stream.apart |= len(stream.before) == self.before
                stream.before.append(event)

    def _stream(self, name: str) -> _Stream:
        self._streams[name] = made = _Stream(deque(maxlen=self.before))
        return made

    def fits(self, text: str) -> bool:
        """Whether the pattern is found in a line."""
        plain = _COLOURS.sub("", text) if "\x1b" in text else text
        return self.pattern.search(plain) is not None
