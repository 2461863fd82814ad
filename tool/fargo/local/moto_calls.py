"""Requests to moto: what each of them may do, how one is put on record, and its whole answer."""

import io
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fargo.local.moto_journal import LARGE, Bodies, Record, chunks, small_body, text_or_base64
from fargo.local.wsgi import Environ, WsgiApp, body_of

_LOOKS = (
    "Describe",
    "List",
    "Get",
    "BatchGet",
    "Head",
    "Filter",
    "Lookup",
    "Search",
    "Query",
    "Scan",
    "Simulate",
    "Check",
)
"""How the names of calls begin that change nothing."""
_CHANGES = frozenset({"GetSessionToken", "GetFederationToken", "GetParametersForImport", "GetId"})
"""Those that make something all the same."""
_POLLS = frozenset({"PollForActivityTask", "PollForDecisionTask", "ReceiveMessage"})
"""Those that may wait for something to come."""
_CALLS_OUT = frozenset(
    {
        "Invoke",
        "InvokeAsync",
        "Publish",
        "PublishBatch",
        "PutEvents",
        "PutRecord",
        "PutRecordBatch",
        "StartSyncExecution",
    }
)
"""Those that may reach something that calls back before it answers."""
_LONG = 1024 * 1024
"""Bytes of a body that takes its time."""
_NOT_KEPT = frozenset(
    {
        "HTTP_ACCEPT_ENCODING",
        "HTTP_AMZ_SDK_INVOCATION_ID",
        "HTTP_AMZ_SDK_REQUEST",
        "HTTP_CONNECTION",
        "HTTP_EXPECT",
        "REMOTE_PORT",
        "SERVER_SOFTWARE",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What moto answered."""

    head: tuple[str, list[tuple[str, str]]]
    body: list[bytes]

    @classmethod
    def of(cls, app: WsgiApp, environ: Environ) -> "Answer":
        """The whole answer of `app`."""
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            heads.append((status, headers))

        with closing(environ["wsgi.input"]):
            parts = app(environ, start_response)
            try:
                body = list(parts)
            finally:
                getattr(parts, "close", bool)()
        return cls(heads[-1], body)

    @property
    def status(self) -> int:
        """Such as 200."""
        return int(self.head[0][:3])


def action_of(environ: Environ) -> str:
    """The operation's name where the request says it; empty for REST. The body stays readable."""
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rpartition(".")[2]
    path: str = environ.get("PATH_INFO", "")
    if "/operation/" in path:  # smithy-rpc-v2-cbor
        return path.rpartition("/")[2]
    if path.endswith("/invocations"):
        return "Invoke"
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    if form and "/s3/aws4_request" not in environ.get("HTTP_AUTHORIZATION", ""):
        body = body_of(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return ""


def only_looks(environ: Environ, action: str) -> bool:
    """Whether a request changes nothing. In doubt it does change something."""
    if action:
        return action.startswith(_LOOKS) and action not in _CHANGES
    return environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS") and "Action=" not in environ.get(
        "QUERY_STRING", ""
    )


def polls(action: str) -> bool:
    """Whether a call may wait until something comes; its clock must not stand still."""
    return action in _POLLS


def takes_long(environ: Environ, action: str) -> bool:
    """Whether a call may take as long as something else takes, or much to read: it must hold up no other."""
    return action in _CALLS_OUT or _size(environ) > _LONG


def take(environ: Environ, action: str, bodies: Bodies) -> Record:
    """The request as `environ_of` takes it; a large body goes to its file, from where moto reads it."""
    kept = {
        name: value
        for name, value in environ.items()
        if isinstance(value, str) and name.isupper() and name not in _NOT_KEPT
    }
    size = _size(environ)
    if size < LARGE or action:
        body = body_of(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        return {"request": kept, **text_or_base64(body)}
    stored = bodies.store(chunks(environ["wsgi.input"], size))
    environ["wsgi.input"] = stored.open()
    return {"request": kept, "file": stored.name}


def environ_of(record: Record, bodies: Bodies) -> Environ:
    """The request that was put on record."""
    name = record.get("file")
    return {
        **record["request"],
        "wsgi.input": bodies.get(name).open() if name else io.BytesIO(small_body(record)),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _size(environ: Environ) -> int:
    return int(environ.get("CONTENT_LENGTH") or 0)
