"""Objects into the workspace bucket: one signed PUT each, tried again while that can help."""

from __future__ import annotations

import hashlib
import http.client
import io
import random
import re
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, BinaryIO, Callable, Iterator, Mapping
from urllib.parse import quote, urlsplit

from fargo_runner.contract import RunnerError
from fargo_runner.sigv4 import Scope, signed_headers

if TYPE_CHECKING:
    from pathlib import Path

    from fargo_runner.credentials import CredentialSource

_ATTEMPTS = 7
_BACKOFF_SECONDS = 0.2
"""The longest first wait; it doubles up to about ten seconds, chosen at random below that."""
_TIMEOUT_SECONDS = 60
_LARGEST = 5 << 30
"""Bytes that S3 takes in one PUT (Amazon S3 user guide, "Uploading objects")."""
_BLOCK = 1 << 18
_OK = 200
_TRANSIENT_STATUS = (408, 429, 500, 502, 503, 504)
_TRANSIENT_CODES = ("RequestTimeout", "SlowDown", "InternalError", "OperationAborted")
_EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired")


@dataclass(frozen=True)
class Payload:
    """A body that can be sent more than once.

    Attributes:
        open: gives it from its beginning.
    """

    size: int
    sha256: str
    open: Callable[[], BinaryIO]

    @classmethod
    def of_bytes(cls, data: bytes) -> Payload:
        """A body in memory."""
        return cls(len(data), hashlib.sha256(data).hexdigest(), lambda: io.BytesIO(data))

    @classmethod
    def of_file(cls, path: Path) -> Payload:
        """A file, read once now for its hash and never held in memory.

        Raises:
            OSError: it cannot be read.
            RunnerError: it is larger than S3 takes at once.
        """
        digest, size = hashlib.sha256(), 0
        with path.open("rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        if size > _LARGEST:
            raise RunnerError(f"{path} is larger than 5 GiB. Let the command write it in parts.")
        return cls(size, digest.hexdigest(), lambda: path.open("rb"))

    def blocks(self) -> Iterator[bytes]:
        """Exactly `size` bytes, or a RunnerError: more or fewer would break the connection."""
        left = self.size
        with self.open() as body:
            while left:
                block = body.read(min(left, _BLOCK))
                if not block:
                    raise RunnerError(
                        f"{body.name} became shorter while it was uploaded: who still writes to it?"
                    )
                left -= len(block)
                yield block


@dataclass(frozen=True)
class Endpoint:
    """Where a bucket answers.

    Attributes:
        host: with the port, if it is not the scheme's own.
        prefix: what comes before the key, such as `/` or `/bucket/`.
    """

    scheme: str
    host: str
    prefix: str
    region: str

    @classmethod
    def of(cls, bucket: str, environ: Mapping[str, str]) -> Endpoint:
        """The bucket's endpoint: an explicit one, else S3's in the region.

        Raises:
            RunnerError: the environment names no region.
        """
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        if not region:
            raise RunnerError("AWS_REGION is not set. Fargate sets it; elsewhere, set the bucket's.")
        explicit = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
        if explicit:
            address = urlsplit(explicit)
            return cls(address.scheme, address.netloc, f"{address.path.rstrip('/')}/{bucket}/", region)
        host = f"s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
        # A dot in the bucket's name does not fit the certificate of *.s3.REGION.
        if "." in bucket:
            return cls("https", host, f"/{bucket}/", region)
        return cls("https", f"{bucket}.{host}", "/", region)


class Bucket:
    """One keep-alive connection to a bucket; not for several threads at once."""

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: CredentialSource,
        *,
        ca_bundle: str | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._endpoint, self._credentials = endpoint, credentials
        self._ca_bundle, self._sleep = ca_bundle, sleep
        self._connection: http.client.HTTPConnection | None = None

    def put(self, key: str, payload: Payload, content_type: str = "binary/octet-stream") -> None:
        """Store one object, whole or not at all.

        Raises:
            RunnerError: S3 refuses it, or is out of reach for half a minute.
        """
        problem = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, _BACKOFF_SECONDS * 2**attempt))  # noqa: S311 jitter is no secret
            try:
                status, answer = self._send(key, payload, content_type)
            except ssl.SSLCertVerificationError as error:
                raise RunnerError(
                    f"{key} cannot be stored: {error.verify_message}. Install ca-certificates in the image."
                ) from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                problem = f"{self._endpoint.host} is out of reach ({str(error) or type(error).__name__})"
                continue
            if status == _OK:
                return
            code, problem = _refusal(status, answer)
            if code in _EXPIRED_CODES:
                self._credentials.forget()
            elif status not in _TRANSIENT_STATUS and code not in _TRANSIENT_CODES:
                break
        raise RunnerError(f"{key} cannot be stored: {problem}.")

    def close(self) -> None:
        """Give the connection back."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _send(self, key: str, payload: Payload, content_type: str) -> tuple[int, str]:
        """One try: status and body of the answer."""
        path = self._endpoint.prefix + quote(key, safe="/-_.~")
        headers = signed_headers(
            "PUT",
            path,
            scope=Scope(self._endpoint.host, self._endpoint.region),
            payload_sha256=payload.sha256,
            credentials=self._credentials.get(),
            now=datetime.now(timezone.utc),
        )
        headers.update({"content-length": str(payload.size), "content-type": content_type})
        connection, hung_up = self._connected(), False
        try:
            connection.request("PUT", path, body=payload.blocks(), headers=headers)
        except (BrokenPipeError, ConnectionResetError):
            # S3 answers a refusal before the body is through: what it said tells why.
            hung_up = True
        with connection.getresponse() as response:
            answer = response.read().decode(errors="replace")
        if hung_up:
            self.close()
        return response.status, answer

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            host = self._endpoint.host
            if self._endpoint.scheme == "https":
                trust = ssl.create_default_context(cafile=self._ca_bundle)
                self._connection = http.client.HTTPSConnection(host, timeout=_TIMEOUT_SECONDS, context=trust)
            else:
                self._connection = http.client.HTTPConnection(host, timeout=_TIMEOUT_SECONDS)
        return self._connection


def _refusal(status: int, answer: str) -> tuple[str, str]:
    """S3's error code, and the same as a sentence's end."""
    found = dict(re.findall(r"<(Code|Message|Region)>([^<]*)</", answer))
    code = found.get("Code", "")
    said = f"{code}: {found.get('Message', '')}".strip(": .") or "no reason given"
    if "Region" in found:
        said += f"; the bucket is in {found['Region']}"
    return code, f"S3 answers {status}, {said}"
