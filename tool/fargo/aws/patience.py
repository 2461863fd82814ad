"""Calls of S3 in their thousands: where S3 asks to go slower, all do, for minutes before one gives up.

botocore's own modes do not do this. `standard` and `adaptive` share a quota of retries that a few hundred
calls use up where every fifth is refused (a HEAD's 503 has no code and costs 14 of 500), count tries instead
of time, and sleep where Ctrl-C does not reach them.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from fargo.aws.calls import THREADS
from fargo.aws.errors import STATUS_SERVER, STATUS_THROTTLED, THROTTLED, TIMED_OUT

SLOW_SECONDS = 300.0
"""For how long a call is sent again that S3 asks to slow down: it makes room for more calls within minutes
(Amazon S3 user guide, "Optimizing Amazon S3 performance")."""
BROKEN_SECONDS = 30.0
"""The same for one whose connection breaks, or that fails on S3's side."""
PAUSE_SECONDS, PAUSE_MAX = 0.05, 20.0
LEVEL_MAX, FALL = 9, 0.1
"""The highest level, and by how much one answered call lowers it. By a half, the threads of one pool would
meet the limit again at once: of 50 calls a second, as many would be refused as were answered."""
STATUS_UNAVAILABLE = 503
TOLD_AFTER, TOLD_EVERY = 1.0, 30.0
"""Seconds that a call has been put off before somebody is told, and until they are told again."""
_REFUSED = "fargo-refused"
"""botocore hands one dictionary to all handlers of a call; under this key stands since when it is refused."""
_NEVER = threading.Event()
"""For threads of no pool: Ctrl-C reaches the main one, and nobody leaves the others early."""


def _keep_silent(_: object) -> None:
    pass


class Patience:
    """The pace of all calls that share it. Safe for threads.

    Its level rises by one where calls are refused, and falls by `FALL` with each that is answered. At level n
    a call waits up to 2ⁿ times 0.05 s: a random share of it, so that calls do not come back together.

    Args:
        tell: told, from any thread, that S3 asks to go slower.
        slow: see `SLOW_SECONDS`.
        broken: see `BROKEN_SECONDS`.
        clock: in seconds; a parameter for the tests.
    """

    def __init__(
        self,
        tell: Callable[[str], None] = _keep_silent,
        *,
        slow: float = SLOW_SECONDS,
        broken: float = BROKEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._slow, self._broken, self._clock = tell, slow, broken, clock
        self._lock = threading.Lock()
        self._level = 0.0
        self._rises_at = 0.0
        self._told_at: float | None = None
        self._here = threading.local()

    @property
    def _left(self) -> threading.Event:
        """Set where nobody waits any more for what this thread's pool does; never, in a thread of no pool."""
        found: threading.Event = getattr(self._here, "left", _NEVER)
        return found

    def listen(self, client: Any) -> None:
        """Keep the pace of this boto3 client, which must not send anything again by itself."""
        client.meta.events.register("before-call.s3", self._begin)
        client.meta.events.register_first("needs-retry.s3", self._again)

    @contextmanager
    def threads(self, count: int = THREADS) -> Iterator[ThreadPoolExecutor]:
        """Threads for such calls. Left by an error or by Ctrl-C, none of them waits any longer."""
        left = threading.Event()
        pool = ThreadPoolExecutor(count, initializer=setattr, initargs=(self._here, "left", left))
        try:
            yield pool
        except BaseException:
            left.set()
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()

    def wait(self, refusals: int, since: float) -> bool:
        """Wait before what was refused is sent again; False where it has taken too long.

        Args:
            refusals: how often it was refused.
            since: when it was first, by this clock.
        """
        now = self._clock()
        if self._left.is_set() or now - since > self._slow:
            return False
        self._rise(now)
        self._say(now, since)
        return not self._left.wait(self._pause(max(self._level, refusals - 1)))

    @property
    def now(self) -> float:
        """The moment, for `wait`."""
        return self._clock()

    def _begin(self, **_: Any) -> None:
        """A call that is new waits as those do that are sent again; of what is long past nothing counts."""
        with self._lock:
            if self._clock() > self._rises_at + PAUSE_MAX:
                self._level = 0.0
        if self._level >= 1:
            self._left.wait(self._pause(self._level))

    def _again(self, *, response: Any, caught_exception: Any, attempts: int, **about: Any) -> float | None:
        """Whether botocore shall send a call again: 0 seconds, or None. It asks after every answer."""
        from botocore.exceptions import ConnectionError as Unreachable
        from botocore.exceptions import HTTPClientError

        status, code = _said(response)
        context: dict[str, Any] = about["request_dict"]["context"]
        since = context.setdefault(_REFUSED, self._clock())
        if code in THROTTLED or status in (STATUS_THROTTLED, STATUS_UNAVAILABLE):
            return 0.0 if self.wait(attempts, since) else None
        broken = isinstance(caught_exception, (HTTPClientError, Unreachable))
        if broken or status >= STATUS_SERVER or code in TIMED_OUT:
            if self._left.is_set() or self._clock() - since > self._broken:
                return None
            return None if self._left.wait(self._pause(attempts)) else 0.0
        del context[_REFUSED]
        with self._lock:
            self._level = max(0.0, self._level - FALL)
        return None

    def _rise(self, now: float) -> None:
        """Calls that were under way together are refused together: they are one refusal."""
        with self._lock:
            if now >= self._rises_at:
                self._level = min(LEVEL_MAX, self._level + 1)
                self._rises_at = now + _longest(self._level)

    def _say(self, now: float, since: float) -> None:
        with self._lock:
            if now - since < TOLD_AFTER or (self._told_at and now - self._told_at < TOLD_EVERY):
                return
            first, self._told_at = self._told_at is None, now
        self._tell("S3 asks to go slower: going on more slowly" if first else "S3 still asks to go slower")

    def _pause(self, level: float) -> float:
        return random.random() * _longest(level)  # noqa: S311 - to keep calls apart, not to be secret


def _longest(level: float) -> float:
    """The longest pause at a level, in seconds."""
    seconds: float = min(PAUSE_MAX, PAUSE_SECONDS * 2**level)
    return seconds


def _said(response: tuple[Any, Mapping[str, Any]] | None) -> tuple[int, str]:
    """Status and code of an answer; 0 and nothing where there was none."""
    if response is None:
        return 0, ""
    return response[0].status_code, str(response[1].get("Error", {}).get("Code", ""))
