"""One WSGI application for all of AWS: Batch and prices are ours, the rest is moto's; and the control."""

import logging
from collections.abc import Iterable

from fargo.local import pricing
from fargo.local.batch.api import BatchService
from fargo.local.calls import scope_of
from fargo.local.control import PREFIX, Control, refuse_outsiders, refuse_web_pages
from fargo.local.faults import Faults
from fargo.local.noted import Noted
from fargo.local.wsgi import Environ, StartResponse, WsgiApp, answer, body_of

_log = logging.getLogger(__name__)

_MOTO_CONTROL = "/moto-api"


class LocalAws:
    """Sends each request where its signature says.

    Args:
        batch: our own service.
        moto: every other service.
        control: what answers `/_fargo/…`.
        faults: what may befall a call on its way to a service.
        noted: counts the calls, where somebody asked for it.
    """

    def __init__(
        self, batch: BatchService, moto: WsgiApp, control: Control, faults: Faults, noted: Noted
    ) -> None:
        self._batch = batch
        self._moto = moto
        self._control = control
        self._faults = faults
        self._noted = noted

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        refused = refuse_web_pages(environ, start_response)
        if refused is not None:
            return refused
        path = environ.get("PATH_INFO", "")
        if path.startswith((PREFIX, _MOTO_CONTROL)):
            refused = refuse_outsiders(environ, start_response)
            if refused is not None:
                return refused
            return (self._control if path.startswith(PREFIX) else self._moto_call)(environ, start_response)
        self._noted.take(environ)
        return self._faults.around(self._service_call, environ, start_response)

    def _service_call(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        scope = scope_of(environ)
        if scope and scope.service == "batch":
            return self._batch_call(environ, start_response, scope.region)
        if scope and scope.service == "pricing":
            operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
            return answer(start_response, *pricing.handle(operation, body_of(environ)))
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
            body=body_of(environ),
        )
        return answer(start_response, code, body, headers)


def _refuse(start_response: StartResponse, code: int, kind: str, message: str) -> Iterable[bytes]:
    """An error in the shape of AWS's JSON protocols; clients of the XML ones go by the status."""
    return answer(start_response, code, {"__type": kind, "message": message}, {"x-amzn-ErrorType": kind})
