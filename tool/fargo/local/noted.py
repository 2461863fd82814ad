"""Which operations were called: what a program needs permissions for, told by what it did."""

import threading
from collections import Counter
from typing import Any

from fargo.local.calls import CallReader
from fargo.local.wsgi import Environ


class Noted:
    """Counts calls while it is asked to. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader = CallReader()
        self._counts: Counter[tuple[str, str]] | None = None

    def begin(self) -> None:
        """Count from now on, from nothing."""
        with self._lock:
            self._counts = Counter()

    def end(self) -> None:
        """Count no more, and forget what was counted."""
        with self._lock:
            self._counts = None

    def take(self, environ: Environ) -> None:
        """A request has come; its body stays readable."""
        if self._counts is None:
            return
        call = self._reader.read(environ)
        with self._lock:
            if self._counts is not None:
                # Where the API has several names for one request, all of them.
                self._counts[call.service, "|".join(call.operations)] += 1

    def told(self) -> list[dict[str, Any]]:
        """Every operation that was called, by service and name; none where nothing is counted."""
        with self._lock:
            counted = sorted((self._counts or {}).items())
        return [{"service": service, "operation": name, "calls": count} for (service, name), count in counted]
