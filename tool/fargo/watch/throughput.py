"""How fast containers finish, and how long the rest will take."""

from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
LEAST = 10
"""Before so many have finished nothing is foretold."""


class Throughput:
    """Counts that were seen, of the last ten minutes.

    What had finished before the first look tells nothing of how fast: it is left out.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[datetime, int]] = deque()

    def take(self, at: datetime, finished: int) -> None:
        """Take in how many had finished at a moment; fewer than before: something else is counted."""
        if self._seen and finished < self._seen[-1][1]:
            self._seen.clear()
        if not self._seen or self._seen[-1][1] != finished:
            self._seen.append((at, finished))
        while len(self._seen) > 2 and at - self._seen[1][0] > WINDOW:  # noqa: PLR2004 # a rate needs two
            self._seen.popleft()

    def a_minute(self, now: datetime) -> float | None:
        """How many finish in a minute; None before enough have."""
        if not self._seen:
            return None
        begin, before = self._seen[0]
        done = self._seen[-1][1] - before
        minutes = (now - begin).total_seconds() / 60
        return done / minutes if done >= LEAST and minutes > 0 else None

    def left(self, now: datetime, waiting: int) -> timedelta | None:
        """How long those that have not finished will take, at this pace; None where nobody can tell."""
        pace = self.a_minute(now)
        return timedelta(minutes=waiting / pace) if pace and waiting else None

    def by_minute(self, now: datetime, minutes: int) -> list[int]:
        """How many finished in each of the last minutes, the latest last."""
        found = [0] * minutes
        before = None
        for at, finished in self._seen:
            ago = int((now - at).total_seconds() // 60)
            if before is not None and 0 <= ago < minutes:
                found[minutes - 1 - ago] += finished - before
            before = finished
        return found
