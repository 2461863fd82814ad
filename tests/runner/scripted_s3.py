"""An HTTP server on loopback that keeps what is PUT, and fails as often as it is told to."""

import hashlib
import json
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

RESET = 0
"""Instead of a status: the connection is cut without an answer."""

_REFUSAL = "<Error><Code>{code}</Code><Message>No.</Message></Error>"


class ScriptedS3:
    """Keeps objects by path, in the order in which they were stored.

    Attributes:
        faults: answers to give before any request succeeds: a status, or RESET, and an error code.
        refuse: path → a permanent refusal as (status, code), or None.
        objects: what was stored.
        tries: how many requests came, whatever became of them.
    """

    def __init__(self) -> None:
        self.faults: list[tuple[int, str]] = []
        self.refuse: Callable[[str], tuple[int, str] | None] = lambda _path: None
        self.objects: dict[str, bytes] = {}
        self.tries = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_fault(self, path: str) -> tuple[int, str] | None:
        with self._lock:
            self.tries += 1
            return self.faults.pop(0) if self.faults else self.refuse(path)

    def result(self, row: int = 0) -> dict[str, object]:
        """The result object of a row of `run-1`."""
        document: dict[str, object] = json.loads(self.objects[f"/workspace/runs/run-1/result/{row}.json"])
        return document


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A cut connection is what the script asks for; anything else is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _handler(s3: ScriptedS3) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            fault = s3.next_fault(self.path)
            if fault and fault[0] == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
            elif fault and fault[1] == "AccessDenied":
                # S3 says no from the headers alone, and hangs up on the rest of the body.
                self.close_connection = True
                self._answer(*fault)
            elif fault:
                self._body()
                self._answer(*fault)
            else:
                body = self._body()
                if hashlib.sha256(body).hexdigest() != self.headers["x-amz-content-sha256"]:
                    self._answer(400, "XAmzContentSHA256Mismatch")
                    return
                s3.objects[self.path] = body
                self._answer(200, "")

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers["content-length"]))

        def _answer(self, status: int, code: str) -> None:
            text = _REFUSAL.format(code=code).encode() if code else b""
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
            pass

    return Handler
