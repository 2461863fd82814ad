"""The clock of the local AWS: real, or running faster for jobs that are only scripted."""

import time


class Clock:
    """Milliseconds since 1970, `speed` times as fast as real time from the moment it is made.

    Waits are asked for in its own time and done in real time, so that a scripted timeout of sixty
    seconds takes a fraction of one in a test.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._real = time.monotonic()
        self._start = time.time() * 1000

    def now(self) -> int:
        """Milliseconds since 1970."""
        if self.speed == 1:
            return int(time.time() * 1000)
        return int(self._start + (time.monotonic() - self._real) * 1000 * self.speed)

    def real_seconds(self, milliseconds: float) -> float:
        """How long `milliseconds` of this clock take, in real seconds, never negative."""
        return max(0.0, milliseconds / 1000 / self.speed)
