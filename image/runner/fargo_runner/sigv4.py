"""AWS Signature Version 4 for S3, for requests without a query.

Source: "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)",
Amazon S3 API reference.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from datetime import datetime

_ALGORITHM = "AWS4-HMAC-SHA256"
_BODY = "x-amz-content-sha256"


@dataclass(frozen=True)
class Credentials:
    """An access key; `token` is empty for a permanent one.

    Attributes:
        expires: when a temporary one ends, in seconds since the epoch; None if it does not tell.
    """

    access_key: str
    secret_key: str
    token: str = ""
    expires: float | None = None


@dataclass(frozen=True)
class Scope:
    """Where a request goes, in the words of the signature."""

    host: str
    region: str
    service: str = "s3"


def signed_headers(
    method: str,
    path: str,
    *,
    scope: Scope,
    credentials: Credentials,
    now: datetime,
    headers: Mapping[str, str],
) -> dict[str, str]:
    """A request's headers, and those that make it genuine.

    Args:
        method: such as `PUT`.
        path: percent-encoded once, as it stands in the request line.
        scope: host (with a port that is not the scheme's own), region and service.
        credentials: whose request it is.
        now: the time in UTC.
        headers: its own, in lower case, `x-amz-content-sha256` among them: its body's hash in hex. All are
            signed: a Content-Type has to be.
    """
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {**headers, "host": scope.host, "x-amz-date": moment}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, path, "", *_lines(headers), "", names, headers[_BODY]])
    where = f"{moment[:8]}/{scope.region}/{scope.service}/aws4_request"
    to_sign = "\n".join([_ALGORITHM, moment, where, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in where.split("/"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    who = f"Credential={credentials.access_key}/{where}"
    headers["authorization"] = f"{_ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"
    return headers


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}:{headers[name].strip()}" for name in sorted(headers)]


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
