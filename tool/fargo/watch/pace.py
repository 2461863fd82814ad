"""How fast AWS may be asked: one bucket of calls a process, and a pause that grows while AWS is troubled."""

from collections.abc import Callable
from dataclasses import dataclass

RATE = 2.0
"""Calls a second, in the long run: AWS Batch publishes no limits of its own, and an account shares them."""
BURST = 6
PAUSE_MAX = 60.0
"""The longest pause in seconds, whatever goes wrong."""
EASE = 0.8
EASE_ROUNDS = 3
"""After so many rounds without trouble the pause shrinks by EASE."""


@dataclass(slots=True)
class Bucket:
    """Calls that may be made now: they grow by `rate` a second, up to `burst`.

    Attributes:
        clock: seconds that only grow.
    """

    clock: Callable[[], float]
    rate: float = RATE
    burst: float = BURST
    _full: float = BURST
    _at: float | None = None

    def wait(self) -> float:
        """Seconds until a call may be made; 0 where one may be made now."""
        self._fill()
        return max(1 - self._full, 0) / self.rate

    def take(self) -> None:
        """Count a call. An urgent one may be made before its time: the next ones wait for it."""
        self._fill()
        self._full -= 1

    def _fill(self) -> None:
        now = self.clock()
        if self._at is not None:
            self._full = min(self._full + (now - self._at) * self.rate, self.burst)
        self._at = now


@dataclass(slots=True)
class Pace:
    """A feed's pause between two rounds: as it wishes, and longer while AWS throttles it or is away.

    Attributes:
        times: troubles in a row.
        slower: how many times longer than wished the pause is.
    """

    times: int = 0
    slower: float = 1.0
    _clean: int = 0

    def well(self) -> None:
        """A round went well."""
        self.times = 0
        self._clean += 1
        if self._clean >= EASE_ROUNDS:
            self.slower, self._clean = max(self.slower * EASE, 1.0), 0

    def trouble(self, *, throttled: bool) -> None:
        """A call failed. Only throttling slows the rounds after it down too."""
        self.times += 1
        self._clean = 0
        if throttled:
            self.slower *= 2

    def pause(self, wished: float) -> float:
        """Seconds until the next round, or the next try.

        Args:
            wished: seconds, where all is well.
        """
        self.slower = min(self.slower, max(PAUSE_MAX / wished, 1.0))
        again = wished * max(self.slower, 2.0 ** min(self.times, 10))
        return min(again, PAUSE_MAX) if self.times else wished * self.slower
