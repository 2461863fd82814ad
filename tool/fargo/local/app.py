"""One WSGI application for all of AWS: Batch is ours, the rest is moto's, `/_fargo/` is the control."""

import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from fargo.local.batch.api import BatchService
from fargo.local.executors.scripted import ScriptedExecutor
from fargo.local.state import Status

_log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
    501: "Not Implemented",
}


class LocalAws:
    """Sends each request where its signature says.

    Args:
        batch: our own service.
        scripted: the executor that takes rules; None where containers run the jobs.
        status: what `GET /_fargo/status` tells.
    """

    def __init__(
        self, batch: BatchService, scripted: ScriptedExecutor | None, status: Callable[[], Status]
    ) -> None:
        self._batch = batch
        self._scripted = scripted
        self._status = status
        self._moto = moto_app()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(("/_fargo/", "/moto-api")) and environ.get("REMOTE_ADDR") != "127.0.0.1":
            # Jobs' containers reach the gateway; the control is not theirs.
            return _answer(start_response, 403, {"message": "the control answers on 127.0.0.1 only"})
        if path.startswith("/_fargo/"):
            return self._control(environ, start_response, path)
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope and scope["service"] == "batch":
            return self._batch_call(environ, start_response, scope["region"])
        return self._moto_call(environ, start_response)

    def _moto_call(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Moto's answer. What it has not is refused with 501: clients retry a 500 for minutes."""
        try:
            return self._moto(environ, start_response)
        except NotImplementedError as error:
            return _refuse(
                start_response, 501, "NotImplemented", f"The local AWS does not offer this yet: {error}"
            )
        except Exception as error:  # noqa: BLE001 - moto's fault; the caller gets an answer, the log the cause
            _log.exception("moto failed at %s %s", environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
            return _refuse(
                start_response, 500, "InternalFailure", f"moto, behind the local AWS, failed: {error!r}"
            )

    def _batch_call(self, environ: Environ, start_response: StartResponse, region: str) -> Iterable[bytes]:
        code, headers, body = self._batch.handle(
            region=region,
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", ""),
            query=environ.get("QUERY_STRING", ""),
            body=_body(environ),
        )
        start_response(_line(code), [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]

    def _control(self, environ: Environ, start_response: StartResponse, path: str) -> Iterable[bytes]:
        match environ["REQUEST_METHOD"], path:
            case "GET", "/_fargo/status":
                return _answer(start_response, 200, asdict(self._status()))
            case "POST", "/_fargo/rules":
                return self._rules(environ, start_response)
        return _answer(
            start_response, 404, {"message": f"no such control: {environ['REQUEST_METHOD']} {path}"}
        )

    def _rules(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._scripted is None:
            return _answer(start_response, 400, {"message": "rules need the scripted executor"})
        try:
            self._scripted.set_rules(json.loads(_body(environ)))
        except (ValueError, TypeError) as error:
            return _answer(start_response, 400, {"message": str(error)})
        return _answer(start_response, 200, {})


def moto_app() -> WsgiApp:
    """Make moto's server a WSGI application, mended, and without its welcome to every web page.

    moto lets any origin call it (CORS); a page in the user's browser must not reach this machine's AWS.
    """
    import os

    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from fargo.local import moto_mends

    moto_mends.apply()
    app: WsgiApp = DomainDispatcherApplication(create_backend_app)
    return app


def _body(environ: Environ) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _answer(start_response: StartResponse, code: int, content: dict[str, Any]) -> Iterable[bytes]:
    body = json.dumps(content).encode()
    start_response(_line(code), [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _refuse(start_response: StartResponse, code: int, kind: str, message: str) -> Iterable[bytes]:
    """An error in the shape of AWS's JSON protocols; clients of the XML ones go by the status."""
    body = json.dumps({"__type": kind, "message": message}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("x-amzn-ErrorType", kind),
        ("Content-Length", str(len(body))),
    ]
    start_response(_line(code), headers)
    return [body]


def _line(code: int) -> str:
    return f"{code} {_REASONS[code]}"
