"""The few words of WSGI that the local AWS speaks: its types, a body, an answer of JSON."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def body_of(environ: Environ) -> bytes:
    """The whole body of a request; it can be read once."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def answer(
    start_response: StartResponse, code: int, content: Any, headers: dict[str, str] | None = None
) -> Iterable[bytes]:
    """Answer with `content`: bytes as they are, anything else as JSON; `headers` come on top."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    start_response(status_line(code), list(sent.items()))
    return [body]


def status_line(code: int) -> str:
    """Such as `429 Too Many Requests`."""
    return f"{code} {HTTPStatus(code).phrase}"
