"""A WSGI application on a socket: waitress, with two habits changed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

from fargo.local.wsgi import WsgiApp

_THREADS = 16
_CONNECTIONS = 512
"""At most so many are open; the next is not answered before one is closed, or was idle for two minutes. Each
container and each client keeps some; half of the files that a process may usually have open."""
_LARGEST_BODY = 6 * 1024**3
_ONE_PIECE = 64 * 1024
"""Bytes that are worth being copied to be sent with one system call."""


class _Task(WSGITask):  # type: ignore[misc] # waitress has no types
    """Sends the head of an answer together with its body.

    waitress sends the one, then the other. On a busy machine a moment may lie in between, and a client
    written in Go may have closed the connection by then: what was asked for is done, the answer is lost, and
    its SDK asks again.
    """

    def write(self, data: bytes) -> None:
        with self.channel.in_one_piece():
            super().write(data)


class _Channel(HTTPChannel):  # type: ignore[misc] # as above
    task_class = _Task
    _held: list[bytes] | None = None

    @contextmanager
    def in_one_piece(self) -> Iterator[None]:
        """Send what is written within at once, at the end."""
        held = self._held = []
        try:
            yield
        finally:
            self._held = None
        small = sum(map(len, held)) <= _ONE_PIECE
        for piece in [b"".join(held)] if small else held:
            self.write_soon(piece)

    def write_soon(self, data: Any) -> int:
        if self._held is None:
            written: int = super().write_soon(data)
            return written
        self._held.append(data)
        return len(data)

    def send_continue(self) -> None:
        """Ask for a body, unless all of it is here: an empty one would be waited for without end."""
        if not self.request.completed:
            super().send_continue()


def serve(app: WsgiApp, listening: socket.socket) -> None:
    """Answer requests on `listening`, from threads that end with the process."""
    server = create_server(
        app,
        map={},
        sockets=[listening],
        threads=_THREADS,
        connection_limit=_CONNECTIONS,
        ident="fargo",
        max_request_body_size=_LARGEST_BODY,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = _Channel
    threading.Thread(target=server.run, name="http", daemon=True).start()
