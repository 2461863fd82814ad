"""The clock of the local AWS: real, or running faster for jobs that are only scripted."""

import time

_LONGEST_PAUSE_S = 3600.0


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

    def pause(self, milliseconds: float) -> float:
        """How long to wait for `milliseconds` of this clock to pass, in real seconds.

        Never negative, and an hour at the most: a wait longer than the platform can express is an error.
        Who waits looks again at the clock.
        """
        return min(max(0.0, milliseconds / 1000 / self.speed), _LONGEST_PAUSE_S)
