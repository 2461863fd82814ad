"""AWS's own faults, in the shape that each of its protocols gives them: throttled, failed, not available."""

import json
from dataclasses import dataclass
from uuid import uuid4
from xml.sax.saxutils import escape

from fargo.local.calls import Call

THROTTLE, ERROR, UNAVAILABLE = "throttle", "error", "unavailable"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that refuses."""

    status: int
    headers: dict[str, str]
    body: bytes


_Words = tuple[int, str, str]
"""HTTP status, code, message."""

_COMMON: dict[str, _Words] = {
    THROTTLE: (400, "ThrottlingException", "Rate exceeded"),
    ERROR: (500, "InternalFailure", "An internal failure occurred."),
    UNAVAILABLE: (503, "ServiceUnavailable", "Service is temporarily unavailable."),
}
"""What every service has. Source: any API reference, “Common Errors”."""

_OF_SERVICE: dict[str, dict[str, _Words]] = {
    # Source: re:Post, “Too Many Requests error when I submit an AWS Batch job”; the API's “ServerException”.
    "batch": {
        THROTTLE: (429, "TooManyRequestsException", "Too Many Requests"),
        ERROR: (500, "ServerException", "Internal server error"),
    },
    # Source: S3 API reference, “Error responses”.
    "s3": {
        THROTTLE: (503, "SlowDown", "Please reduce your request rate."),
        ERROR: (500, "InternalError", "We encountered an internal error. Please try again."),
        UNAVAILABLE: (503, "ServiceUnavailable", "Please reduce your request rate."),
    },
    # Source: EC2 developer guide, “Error codes”; the status of the first in botocore's `_retry.json`.
    "ec2": {
        THROTTLE: (503, "RequestLimitExceeded", "Request limit exceeded."),
        ERROR: (500, "InternalError", "An internal error has occurred"),
        UNAVAILABLE: (503, "Unavailable", "The server is overloaded and can't handle the request."),
    },
}

_QUERY_THROTTLE: _Words = (400, "Throttling", "Rate exceeded")


def refusal(call: Call, kind: str, *, head: bool = False) -> Refusal:
    """How AWS refuses `call`.

    Args:
        call: whose service and protocol decide.
        kind: `THROTTLE`, `ERROR` or `UNAVAILABLE`.
        head: the request's method is HEAD, so that the answer has no body.
    """
    status, code, message = _words(call, kind)
    request_id = str(uuid4())
    if call.protocol in ("json", "rest-json"):
        body = json.dumps({"__type": code, "message": message})
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    else:
        body = _xml(call, code, message, request_id)
        headers = {"Content-Type": "text/xml"}
    headers["x-amz-request-id" if call.service == "s3" else "x-amzn-RequestId"] = request_id
    return Refusal(status, headers, b"" if head else body.encode())


def _words(call: Call, kind: str) -> _Words:
    own = _OF_SERVICE.get(call.service, {}).get(kind)
    if own:
        return own
    return _QUERY_THROTTLE if kind == THROTTLE and call.protocol == "query" else _COMMON[kind]


def _xml(call: Call, code: str, message: str, request_id: str) -> str:
    """Source: the services' API references, “Error responses”; the query protocols in botocore's parsers."""
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    match call.protocol, call.service:
        case "ec2", _:
            xml = (
                f"<Response><Errors><Error>{error}</Error></Errors>"
                f"<RequestID>{request_id}</RequestID></Response>"
            )
        case _, "s3":
            xml = f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
        case _:
            side = "Sender" if code == _QUERY_THROTTLE[1] else "Receiver"
            xml = (
                f"<ErrorResponse><Error><Type>{side}</Type>{error}</Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'
