"""An HTTP server on loopback that keeps what is PUT, gives it back, and fails as often as it is told to."""

import hashlib
import json
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import accumulate
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
        cuts: after how many bytes of their body the next GETs' answers are cut.
        absent: the status for what is not there: 403 where one may not list.
        objects: what was stored.
        tries: how many requests came, whatever became of them.
        got: the paths and ranges of the GETs that were answered with an object.
    """

    def __init__(self) -> None:
        self.faults: list[tuple[int, str]] = []
        self.refuse: Callable[[str], tuple[int, str] | None] = lambda _path: None
        self.cuts: list[int] = []
        self.absent = 403
        self.objects: dict[str, bytes] = {}
        self.tries = 0
        self.got: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"s3": self}))
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

    def result(self, row: int = 0) -> dict[str, Any]:
        """The result object of a row of `run-1` that succeeded."""
        return self._document("result", row)

    def failed(self, row: int = 0) -> dict[str, Any]:
        """The same of one that failed."""
        return self._document("failed", row)

    def ended(self, kind: str) -> list[int]:
        """The rows that have a `result` or a `failed` object, in the order of their storing."""
        prefix = f"/workspace/runs/run-1/{kind}/"
        return [int(key[len(prefix) : -len(".json")]) for key in self.objects if key.startswith(prefix)]

    def rows(self, *rows: dict[str, str]) -> dict[str, str]:
        """Store a manifest of `run-1` and its index: what a container's environment says of them."""
        lines = [json.dumps(row).encode() + b"\n" for row in rows]
        offsets = [0, *accumulate(map(len, lines))]
        self.objects["/workspace/runs/run-1/manifest.jsonl"] = b"".join(lines)
        self.objects["/workspace/runs/run-1/manifest.idx"] = struct.pack(f">{len(offsets)}Q", *offsets)
        return {"FARGO_MANIFEST": "1", "FARGO_ROWS": str(len(rows))}

    def wave(self, number: int, *rows: int) -> dict[str, str]:
        """Store the map of a later wave that has these rows; the same."""
        index = self.objects.get("/workspace/runs/run-1/manifest.idx", b"")
        offsets = struct.unpack(f">{len(index) // 8}Q", index)
        places = [(row, offsets[row], offsets[row + 1]) if offsets else (row, 0, 0) for row in rows]
        packed = b"".join(struct.pack(">QQQ", *place) for place in places)
        self.objects[f"/workspace/runs/run-1/wave-{number}-abc.map"] = packed
        more = {"FARGO_MANIFEST": "1"} if offsets else {}
        told = {"FARGO_WAVE": str(number), "FARGO_MAP": f"runs/run-1/wave-{number}-abc.map"}
        return {**told, "FARGO_ROWS": str(len(rows)), **more}

    def _document(self, kind: str, row: int) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.objects[f"/workspace/runs/run-1/{kind}/{row}.json"])
        return document


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A cut connection is what the script asks for; anything else is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    s3: ScriptedS3
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        fault = self.s3.next_fault(self.path)
        if fault and fault[0] == RESET:
            self._reset()
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
            self.s3.objects[self.path] = body
            self._answer(200, "")

    def do_GET(self) -> None:
        fault = self.s3.next_fault(self.path)
        if fault and fault[0] == RESET:
            self._reset()
        elif fault:
            self._answer(*fault)
        elif self.path not in self.s3.objects:
            self._answer(self.s3.absent, "AccessDenied" if self.s3.absent == 403 else "NoSuchKey")
        else:
            self._give(self.s3.objects[self.path])

    def _give(self, content: bytes) -> None:
        etag = f'"{hashlib.md5(content).hexdigest()}"'
        wanted = self.headers["range"] or ""
        if self.headers["if-match"] not in (None, etag):
            self._answer(412, "PreconditionFailed")
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        begin, end = int(first or 0), min(int(last or len(content)) + 1, len(content))
        if begin >= end and wanted:
            self._answer(416, "InvalidRange")
            return
        self.s3.got.append((self.path, wanted))
        body = content[begin:end]
        self.send_response(206 if wanted else 200)
        self.send_header("content-length", str(len(body)))
        self.send_header("etag", etag)
        self.end_headers()
        cut = self.s3.cuts.pop(0) if self.s3.cuts else len(body)
        self.wfile.write(body[:cut])
        if cut < len(body):
            # Closed in the midst, as a connection is that gets lost.
            self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

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
