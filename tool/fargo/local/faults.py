"""Faults on demand: calls that are throttled, fail, lose their connection or are slow, as a test asks for.

A fault is a JSON object; docs/local-aws.md, “Faults on demand”, is its reference. The list is gone
through from the top for each call that reaches the local AWS over HTTP, and the first fault that
strikes decides what happens to it. Chance is seeded, so the same calls meet the same faults again.
"""

import fnmatch
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from fargo.local.calls import Call, CallReader
from fargo.local.fault_list import Fault, parse
from fargo.local.refusals import refusal
from fargo.local.wsgi import Environ, StartResponse, WsgiApp, answer


class Faults:
    """The faults that are asked for, and what they do to calls.

    Args:
        now: seconds from any start, for the limits per second.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._replaced = threading.Event()
        self._calls = CallReader()

    def replace(self, content: Any) -> None:
        """Put the faults of `content`, a list as JSON has it, in the place of all there are.

        Answers that a fault holds back go out at once.

        Raises:
            NotAFault: something in it is none; the faults stay as they were.
        """
        faults = parse(content)
        with self._lock:
            self._rules = [_Rule(fault, number, self._now()) for number, fault in enumerate(faults)]
            self._replaced.set()
            self._replaced = threading.Event()

    def told(self) -> list[dict[str, Any]]:
        """Every fault with `calls`, how many it was asked about, and `hits`, how many it struck."""
        with self._lock:
            return [rule.told() for rule in self._rules]

    def around(self, app: WsgiApp, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """What `app` answers, unless a fault strikes."""
        if not self._rules:
            return app(environ, start_response)
        call = self._calls.read(environ)
        with self._lock:
            replaced = self._replaced
            fault = next((rule.fault for rule in self._rules if rule.strikes(call, self._now())), None)
        if fault is None:
            return app(environ, start_response)
        if fault.kind == "slow":
            late = app(environ, start_response)
            replaced.wait(fault.seconds)
            return late
        if fault.kind == "drop_request":
            raise _dropped()
        if fault.kind == "drop_answer":
            _carry_out(app, environ, start_response)
            raise _dropped()
        refused = refusal(call, fault.kind, head=environ["REQUEST_METHOD"] == "HEAD")
        return answer(start_response, refused.status, refused.body, refused.headers)


class _Rule:
    """A fault and what it has done so far. Not safe for threads: `Faults` locks."""

    def __init__(self, fault: Fault, number: int, now: float) -> None:
        self.fault = fault
        self.calls = 0
        self.hits = 0
        # The number keeps two faults with the same seed from striking the same calls.
        self._chance = random.Random(f"{fault.seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        self._bucket = Bucket(fault.limit_per_second, now) if fault.limit_per_second else None

    def strikes(self, call: Call, now: float) -> bool:
        """Whether it strikes `call`; counted either way."""
        if not _fits(self.fault, call):
            return False
        self.calls += 1
        if self.calls <= self.fault.after or self.hits == self.fault.times:
            return False
        struck = self._chance.random() < self.fault.rate
        if self._bucket:
            struck = not self._bucket.take(now)
        self.hits += struck
        return struck

    def told(self) -> dict[str, Any]:
        """The fault as it was asked for, with its counts."""
        asked = {name: value for name, value in asdict(self.fault).items() if value is not None}
        return {**asked, "calls": self.calls, "hits": self.hits}


class Bucket:
    """A token bucket: `limit` calls a second, and as many at once after a second of rest.

    AWS throttles so. Source: EC2 developer guide, “Request throttling for the Amazon EC2 API”.
    """

    def __init__(self, limit: float, now: float) -> None:
        self._limit = limit
        self._size = max(1.0, limit)
        self._tokens = self._size
        self._filled = now

    def take(self, now: float) -> bool:
        """Take a token at `now`, in seconds; False where there is none."""
        self._tokens = min(self._size, self._tokens + (now - self._filled) * self._limit)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def _fits(fault: Fault, call: Call) -> bool:
    if not fnmatch.fnmatchcase(call.service, fault.service):
        return False
    # A call whose operation is not known is met by faults for all operations alone.
    return fault.operation == "*" or any(
        fnmatch.fnmatchcase(operation, fault.operation) for operation in call.operations
    )


def _carry_out(app: WsgiApp, environ: Environ, start_response: StartResponse) -> None:
    """Let `app` do all that it would, and throw its answer away."""
    lost = app(environ, start_response)
    for _ in lost:
        pass
    close = getattr(lost, "close", None)
    if close:
        close()


def _dropped() -> Exception:
    """What makes waitress close the connection without a word: as if the client had gone first."""
    from waitress.channel import ClientDisconnected

    gone: Exception = ClientDisconnected()
    return gone
