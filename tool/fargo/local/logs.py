"""A container's output on its way to CloudWatch Logs, while it runs.

Bytes become lines, lines become events, events go out in batches: at the latest 0.2 s after the
first, at once where a batch is as large as PutLogEvents takes. The split of lines is that of
Docker's awslogs driver, which Fargate's platform 1.4 follows: a line longer than an event may be
is cut, and an empty line is dropped (CloudWatch Logs takes no empty message).
"""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

from fargo.local import moto_side
from fargo.local.clock import Clock

_log = logging.getLogger(__name__)

_EVENT_COUNTS = 26
"""What PutLogEvents counts for an event besides its message's bytes."""
EVENT_BYTES = 262_144 - _EVENT_COUNTS
"""The longest message."""
BATCH_EVENTS = 10_000
BATCH_BYTES = 1_048_576
BATCH_SPAN_MS = 86_400_000
"""Source of the limits: CloudWatch Logs API reference, "PutLogEvents"."""
FLUSH_SECONDS = 0.2
_UTF8_MASK, _UTF8_CONTINUES = 0xC0, 0x80
_REPLACEMENT = len("\ufffd".encode())

Put = Callable[[str, str, str, list[dict[str, Any]]], None]


class LogStream:
    """One task's stream. `write` and `close` are called from one thread, `flush` from any."""

    def __init__(self, writer: "LogWriter", *, region: str, group: str, name: str) -> None:
        self._writer = writer
        self._to = (region, group, name)
        self._open_lines = {"stdout": b"", "stderr": b""}
        self._events: list[dict[str, Any]] = []
        self._bytes = 0
        self._last = 0
        self._lock = threading.Lock()

    def write(self, source: str, data: bytes) -> None:
        """Take what the container wrote; a line that is not ended waits for its rest."""
        whole, _, rest = (self._open_lines[source] + data).rpartition(b"\n")
        messages = _messages(whole)
        while len(rest) >= EVENT_BYTES:
            piece = _cut(rest)
            messages += _messages(piece)
            rest = rest[len(piece) :]
        self._open_lines[source] = rest
        self._add(messages)

    def close(self) -> None:
        """Everything goes out now, a last line without an end too."""
        self._add([message for line in self._open_lines.values() for message in _messages(line)])
        self._open_lines = {"stdout": b"", "stderr": b""}
        self.flush()

    def flush(self) -> None:
        """Send what is there."""
        with self._lock:
            self._send()

    def _add(self, messages: list[str]) -> None:
        if not messages:
            return
        with self._lock:
            # A clock that is set back must not make a batch that PutLogEvents refuses.
            now = self._last = max(self._last, self._writer.clock.now())
            if self._events and now - self._events[0]["timestamp"] > BATCH_SPAN_MS:
                self._send()
            for message in messages:
                size = _EVENT_COUNTS + (len(message) if message.isascii() else len(message.encode()))
                if len(self._events) >= BATCH_EVENTS or self._bytes + size > BATCH_BYTES:
                    self._send()
                self._events.append({"timestamp": now, "message": message})
                self._bytes += size
        self._writer.soon(self)

    def _send(self) -> None:
        if self._events:
            events, self._events, self._bytes = self._events, [], 0
            self._writer.send(*self._to, events)


class LogWriter:
    """All streams; one thread sends what waits too long."""

    def __init__(self, clock: Clock, put: Put = moto_side.put_log_events) -> None:
        self.clock = clock
        self._put = put
        self._waiting: set[LogStream] = set()
        self._wake = threading.Condition()
        threading.Thread(target=self._loop, name="logs", daemon=True).start()

    def stream(self, *, region: str, group: str, name: str) -> LogStream:
        """Create the stream in its group, which must exist."""
        moto_side.create_log_stream(region, group, name)
        return LogStream(self, region=region, group=group, name=name)

    def send(self, region: str, group: str, name: str, events: list[dict[str, Any]]) -> None:
        """Put one batch. What CloudWatch Logs refuses is lost, as it is on Fargate; the job goes on."""
        try:
            self._put(region, group, name, events)
        except Exception:  # noqa: BLE001 - whatever it is, it is not the job's fault
            _log.exception("%d log events for %s in %s were lost", len(events), name, group)

    def soon(self, stream: LogStream) -> None:
        """Have `stream` flushed within `FLUSH_SECONDS`."""
        with self._wake:
            if not self._waiting:
                self._wake.notify()
            self._waiting.add(stream)

    def _loop(self) -> None:
        pause = threading.Event()
        while True:
            with self._wake:
                while not self._waiting:
                    self._wake.wait()
            pause.wait(FLUSH_SECONDS)
            with self._wake:
                due, self._waiting = self._waiting, set()
            for stream in due:
                stream.flush()


def _messages(lines: bytes) -> list[str]:
    """Lines as the messages of events; a byte that is no UTF-8 becomes a character of three bytes."""
    if len(lines) * _REPLACEMENT <= EVENT_BYTES:
        return list(filter(None, lines.decode(errors="replace").split("\n")))
    return [message for line in lines.split(b"\n") for message in _pieces(line)]


def _pieces(line: bytes) -> Iterator[str]:
    while line:
        piece = _cut(line)
        line = line[len(piece) :]
        text = piece.decode(errors="replace")
        while text:
            fitting = text if len(text) * _REPLACEMENT <= EVENT_BYTES else text[: _fitting(text)]
            yield fitting
            text = text[len(fitting) :]


def _fitting(text: str) -> int:
    return len(text.encode()[:EVENT_BYTES].decode(errors="ignore"))


def _cut(line: bytes) -> bytes:
    """The longest beginning that fits an event and does not end within a character."""
    if len(line) <= EVENT_BYTES:
        return line
    end = EVENT_BYTES
    while end > EVENT_BYTES - 4 and line[end] & _UTF8_MASK == _UTF8_CONTINUES:
        end -= 1
    return line[:end]
