"""The one polling loop: feeds that take turns, one call of AWS at a time, none more often than AWS bears."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from fargo.aws.batch import Batch
from fargo.errors import AwsError, AwsThrottled
from fargo.watch.pace import PAUSE_MAX, Bucket, Pace
from fargo.watch.seen import Recovered, RoundOver, Seen, Trouble

JITTER = 0.1
"""Pauses vary by so much of themselves: many monitors must not ask in step."""


class Feed(Protocol):
    """Something to ask AWS again and again.

    Attributes:
        name: of its own among a poller's feeds.
    """

    name: str

    def seconds(self) -> float:
        """The pause that it wishes between two rounds."""

    def look(self, batch: Batch) -> Iterator[Seen]:
        """One round: each item took one call of AWS. The last says so."""


@dataclass(slots=True)
class _Turn:
    feed: Feed
    due: float
    pace: Pace = field(default_factory=Pace)
    round: Iterator[Seen] | None = None
    urgent: bool = False
    troubled: bool = False


def _wait_for(wake: threading.Event, seconds: float) -> None:
    wake.wait(seconds)
    wake.clear()


class Poller:
    """Asks its feeds in turn. All but `events` may be called from any thread.

    Args:
        batch: AWS Batch; its client should send a call twice at the most, so that throttling is seen.
        clock: seconds that only grow.
        wait: waits for so many seconds, or until the event is set.
        vary: a factor for each pause.
    """

    def __init__(
        self,
        batch: Batch,
        feeds: Iterable[Feed] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], None] = _wait_for,
        vary: Callable[[], float] = lambda: random.uniform(1 - JITTER, 1 + JITTER),  # noqa: S311 # no secret
    ) -> None:
        self._batch, self._clock, self._wait, self._vary = batch, clock, wait, vary
        self._bucket = Bucket(clock)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._turns: dict[str, _Turn] = {}
        self._closed = False
        self._scale = 1.0
        self._resting = False
        for feed in feeds:
            self.add(feed)

    def add(self, feed: Feed) -> None:
        """Ask this feed too, at once; it takes the place of one of the same name."""
        with self._lock:
            self._turns[feed.name] = _Turn(feed, self._clock(), urgent=True)
        self._wake.set()

    def remove(self, name: str) -> None:
        """Ask it no more."""
        with self._lock:
            self._turns.pop(name, None)

    def hurry(self, *names: str, insist: bool = False) -> None:
        """Ask these feeds, or all, now: somebody is waiting for it.

        Args:
            insist: even those that AWS has asked to slow down, or that it did not answer.
        """
        with self._lock:
            for turn in self._turns.values():
                if (not names or turn.feed.name in names) and (insist or not turn.pace.times):
                    turn.due, turn.urgent = self._clock(), True
        self._wake.set()

    def scale(self, factor: float) -> None:
        """Make all wished pauses so many times as long."""
        with self._lock:
            self._scale = factor
        self._wake.set()

    def rest(self, *, resting: bool) -> None:
        """While nobody looks, each feed is asked once a minute at the most."""
        with self._lock:
            self._resting = resting
        if not resting:
            self.hurry()

    def close(self) -> None:
        """End `events`, after the call that is being made."""
        self._closed = True
        self._wake.set()

    def events(self) -> Iterator[Seen | Trouble | Recovered]:
        """Answers and troubles as they come, until closed. An AwsError is told, and its feed asked again."""
        while not self._closed:
            turn, seconds = self._next()
            if turn is None or seconds > 0:
                self._wait(self._wake, seconds)
            elif (event := self._ask(turn)) is not None:
                if turn.troubled and not isinstance(event, Trouble):
                    turn.troubled = False
                    yield Recovered(feed=event.feed, at=event.at)
                yield event

    def _next(self) -> tuple[_Turn | None, float]:
        """Whose turn is next, and in how many seconds: urgent ones first, then who has waited longest."""
        with self._lock:
            if not self._turns:
                return None, PAUSE_MAX
            now = self._clock()
            turn = min(self._turns.values(), key=lambda each: (not each.urgent, each.due))
            wait = max(turn.due - now, 0.0)
            return turn, wait if turn.urgent else max(wait, self._bucket.wait())

    def _ask(self, turn: _Turn) -> Seen | Trouble | None:
        """One call, or the end of a round, which takes none."""
        round_ = turn.round or turn.feed.look(self._batch)
        try:
            seen = next(round_, None)
        except AwsError as error:
            self._bucket.take()
            return self._troubled(turn, error)
        if seen is not None:
            self._bucket.take()
        if seen is None and turn.round is not None:
            seen = RoundOver(feed=turn.feed.name, at=datetime.now(UTC))
        with self._lock:
            turn.urgent = False
            if seen is None or seen.last:
                turn.round = None
                turn.pace.well()
                turn.due = self._clock() + self._pause(turn)
            else:
                turn.round = round_
        return seen

    def _troubled(self, turn: _Turn, error: AwsError) -> Trouble:
        with self._lock:
            turn.round, turn.urgent, turn.troubled = None, False, True
            turn.pace.trouble(throttled=isinstance(error, AwsThrottled))
            pause = self._pause(turn)
            turn.due = self._clock() + pause
        at = datetime.now(UTC)
        return Trouble(feed=turn.feed.name, at=at, error=error, times=turn.pace.times, pause=pause)

    def _pause(self, turn: _Turn) -> float:
        wished = turn.feed.seconds() * self._scale
        if self._resting:
            wished = max(wished, PAUSE_MAX)
        return turn.pace.pause(wished) * self._vary()
