"""How an answer goes out: whole, and with as few system calls as it needs."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from waitress.adjustments import Adjustments

from fargo.local.serving import _Channel


class Counted:
    """A socket that remembers what each `send` was given."""

    def __init__(self, real: socket.socket) -> None:
        self._real = real
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> int:
        self.sent.append(bytes(data))
        return self._real.send(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize(
    ("body", "sends"),
    [([b"hello"], 1), ([], 1), ([b"x" * 100_000], 2), ([b"he", b"llo"], 2)],
    ids=["small", "empty", "large", "in parts"],
)
def test_head_and_body_of_an_answer_go_out_together(body: list[bytes], sends: int) -> None:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(sum(map(len, body))))])
        return body

    server = SimpleNamespace(
        application=app,
        adj=Adjustments(),
        active_channels={},
        add_task=lambda _: None,
        pull_trigger=lambda: None,
        effective_port=1,
        server_name="here",
    )
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        counted = Counted(ours)
        channel = _Channel(server, counted, ("here", 1), server.adj, map={})
        channel.received(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        channel.service()
        head, _, rest = b"".join(counted.sent).partition(b"\r\n\r\n")
        assert (head[:15], rest, len(counted.sent)) == (b"HTTP/1.1 200 OK", b"".join(body), sends)
