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
        before: the latest lines, each with the number of the one that fits which it was given with, or 0.
        hit: the number of the last line that fitted.
        after: how many lines after it are still to come.
        apart: lines were left out since the last that was given, or none was.
    """

    before: deque[tuple[int, LogEvent]]
    hit: int = 0
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
    _hits: int = 0

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
        yield from (event for _, earlier, event in self._found(events) if not earlier)

    def last(self, events: Iterable[LogEvent], count: int) -> list[LogEvent]:
        """The last so many of the lines that fit, each with its neighbours, as a call gives them.

        Memory: these, and `after` lines of each stream.
        """
        if not (self.before or self.after):
            return list(deque(self(events), count))
        kept: deque[tuple[int, int, LogEvent]] = deque()
        for each in self._found(events):
            kept.append(each)
            while kept and kept[0][0] <= self._hits - count:
                kept.popleft()
        left_out = max(self._hits - count, 0)
        found = [event for hit, earlier, event in kept if earlier <= left_out < hit]
        return found[1:] if found[:1] == [GAP] else found

    def _found(self, events: Iterable[LogEvent]) -> Iterator[tuple[int, int, LogEvent]]:
        """Lines and gaps, each with the number of the line that fits which it is given with.

        A line after one that fits is given again where it stands before the next, with that one's number, and
        with the earlier; all others have 0 there.
        """
        for event in events:
            stream = self._streams.get(event.stream) or self._stream(event.stream)
            if self.fits(event.text):
                self._hits = stream.hit = self._hits + 1
                if stream.apart and self._hits > 1:
                    yield stream.hit, 0, GAP
                yield from ((stream.hit, earlier, line) for earlier, line in stream.before)
                stream.before.clear()
                stream.after, stream.apart = self.after, False
                yield stream.hit, 0, event
                continue
            given = stream.hit if stream.after else 0
            if given:
                stream.after -= 1
                yield given, 0, event
            elif len(stream.before) == self.before and not (stream.before and stream.before[0][0]):
                stream.apart = True  # what falls out at the far end is missing before the next line that fits
            stream.before.append((given, event))

    def _stream(self, name: str) -> _Stream:
        self._streams[name] = made = _Stream(deque(maxlen=self.before))
        return made

    def fits(self, text: str) -> bool:
        """Whether the pattern is found in a line."""
        plain = _COLOURS.sub("", text) if "\x1b" in text else text
        return self.pattern.search(plain) is not None
