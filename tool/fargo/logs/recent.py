"""Which lines were given already, as long as they may be read again."""

from collections import deque
from collections.abc import Callable

from fargo.model.log import LogEvent, milliseconds

LATE_MS = 30_000
"""How late a line may reach CloudWatch Logs and still be seen by who follows."""


class Recent:
    """The lines of the last 30 seconds, by CloudWatch Logs' id and time.

    The seconds are counted back from the latest line, and as long as none comes the present moves on:
    the clocks of the container and of this machine are never compared.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest: int | None = None
        self._moved = 0.0
        self._ids: set[tuple[int, str]] = set()
        self._order: deque[tuple[int, str]] = deque()

    def add(self, event: LogEvent) -> bool:
        """Remember a line; whether it is new."""
        key = (milliseconds(event.at), event.id)
        if key in self._ids:
            return False
        if self._latest is None or key[0] > self._latest:
            self._latest, self._moved = key[0], self._clock()
        if key[0] >= self._latest - LATE_MS:
            self._ids.add(key)
            self._order.append(key)
            self._forget()
        return True

    @property
    def begin(self) -> int | None:
        """From when on to read again, in milliseconds since 1970; None where no line was seen."""
        if self._latest is None:
            return None
        quiet = int((self._clock() - self._moved) * 1000)
        return self._latest - max(LATE_MS - quiet, 0)

    def _forget(self) -> None:
        while self._latest is not None and self._order[0][0] < self._latest - LATE_MS:
            self._ids.discard(self._order.popleft())
