"""Objects into and out of a bucket: signed requests, each tried again while that can help."""

from __future__ import annotations

import http.client
import random
import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Callable, Mapping
from urllib.parse import quote

from fargo_runner.contract import RunnerError
from fargo_runner.payload import EMPTY, Payload
from fargo_runner.sigv4 import Scope, signed_headers

if TYPE_CHECKING:
    from pathlib import Path
    from ssl import SSLContext
    from typing import BinaryIO

    from fargo_runner.credentials import CredentialSource
    from fargo_runner.endpoint import Endpoint

_ATTEMPTS = 7
_BACKOFF_SECONDS = 0.2
"""The longest first wait; it doubles up to about ten seconds, chosen at random below that."""
_TIMEOUT_SECONDS = 60
_BLOCK = 1 << 18
_PART = ".fargo-part"
"""What a file is called until it is whole."""
_DISK = "Give the job more `storage`, or a folder that it may write to."
_OK, _PARTIAL, _BEYOND = 200, 206, 416
_ABSENT = (403, 404)
"""S3 hides that an object is absent from those who may not list the bucket (API reference, "GetObject")."""
_TRANSIENT_STATUS = (408, 429, 500, 502, 503, 504)
_TRANSIENT_CODES = ("RequestTimeout", "SlowDown", "InternalError", "OperationAborted")
_EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired")


@dataclass(frozen=True)
class _Request:
    """One request.

    Attributes:
        failure: how a sentence about its failure begins.
        fine: the statuses that are an answer; every other is tried again, or a failure.
        take: gives the body of a fine answer.
    """

    failure: str
    method: str
    key: str
    fine: tuple[int, ...]
    headers: Mapping[str, str]
    payload: Payload = EMPTY
    take: Callable[[http.client.HTTPResponse], bytes] = lambda response: response.read()


class Bucket:
    """One keep-alive connection to a bucket; not for several threads at once.

    Args:
        trust: gives the certificates to believe; None: those of the system.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: CredentialSource,
        *,
        trust: Callable[[], SSLContext] | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._endpoint, self._credentials = endpoint, credentials
        self._trust, self._sleep = trust, sleep
        self._connection: http.client.HTTPConnection | None = None

    def put(self, key: str, payload: Payload, content_type: str = "binary/octet-stream") -> None:
        """Store one object, whole or not at all.

        Raises:
            RunnerError: S3 refuses it, or is out of reach for half a minute.
        """
        headers = {"content-length": str(payload.size), "content-type": content_type}
        self._tried(_Request(f"{key} cannot be stored", "PUT", key, (_OK,), headers, payload))

    def read(self, key: str, first: int, size: int) -> bytes:
        """Bytes of an object: `size` of them from `first`, fewer where it ends.

        Raises:
            RunnerError: as for `put`.
        """
        if not size:
            return b""
        headers = {"range": f"bytes={first}-{first + size - 1}"}
        request = _Request(f"{key} cannot be read", "GET", key, (_PARTIAL, _BEYOND), headers)
        status, body = self._tried(request)
        return body if status == _PARTIAL else b""

    def exists(self, key: str) -> bool:
        """Whether an object is there; what may not be seen is not there.

        Raises:
            RunnerError: as for `put`.
        """
        # Not HEAD: its refusals have no body, and so do not tell that credentials have expired.
        fine = (_PARTIAL, _BEYOND, *_ABSENT)
        request = _Request(f"{key} cannot be looked for", "GET", key, fine, {"range": "bytes=0-0"})
        status, _ = self._tried(request)
        return status not in _ABSENT

    def download(self, key: str, path: Path) -> int:
        """Fetch an object to a file, which has its name once it is whole.

        A connection that is cut is taken up again where it ended.

        Returns:
            The bytes.

        Raises:
            RunnerError: as for `put`; the object is replaced meanwhile; the disk is full.
        """
        part = path.with_name(_PART)
        try:
            with part.open("wb") as file:
                arriving = _Arriving(file)
                while arriving.wanting:
                    request = _Request(
                        f"{key} cannot be fetched",
                        "GET",
                        key,
                        arriving.fine,
                        arriving.headers,
                        take=arriving.take,
                    )
                    self._tried(request)
                    if arriving.wanting:
                        self.close()
            part.rename(path)
        except OSError as error:
            raise RunnerError(f"{path} cannot be written: {error.strerror}. {_DISK}") from error
        return arriving.have

    def close(self) -> None:
        """Give the connection back."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _tried(self, request: _Request) -> tuple[int, bytes]:
        """Send a request until it is answered: the fine status and body."""
        problem = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, _BACKOFF_SECONDS * 2**attempt))  # noqa: S311 jitter is no secret
            try:
                status, body = self._send(request)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if untrusted := getattr(error, "verify_message", ""):
                    why = f"{untrusted}. Install ca-certificates in the image"
                    raise RunnerError(f"{request.failure}: {why}.") from error
                problem = f"{self._endpoint.host} is out of reach ({str(error) or type(error).__name__})"
                continue
            if status in request.fine:
                return status, body
            code, problem = _refusal(status, body.decode(errors="replace"))
            if code in _EXPIRED_CODES:
                self._credentials.forget()
            elif status not in _TRANSIENT_STATUS and code not in _TRANSIENT_CODES:
                break
        raise RunnerError(f"{request.failure}: {problem}.")

    def _send(self, request: _Request) -> tuple[int, bytes]:
        """One try."""
        path = self._endpoint.prefix + quote(request.key, safe="/-_.~")
        headers = signed_headers(
            request.method,
            path,
            scope=Scope(self._endpoint.host, self._endpoint.region),
            credentials=self._credentials.get(),
            now=datetime.now(timezone.utc),
            headers={"x-amz-content-sha256": request.payload.sha256, **request.headers},
        )
        body = request.payload.blocks() if request.method == "PUT" else None
        connection, hung_up = self._connected(), False
        try:
            connection.request(request.method, path, body=body, headers=headers)
        except (BrokenPipeError, ConnectionResetError):
            # S3 answers a refusal before the body is through: what it said tells why.
            hung_up = True
        with connection.getresponse() as response:
            answer = request.take(response) if response.status in request.fine else response.read()
        if hung_up:
            self.close()
        return response.status, answer

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            host = self._endpoint.host
            if self._endpoint.scheme == "https":
                trust = self._trust() if self._trust else None
                self._connection = http.client.HTTPSConnection(host, timeout=_TIMEOUT_SECONDS, context=trust)
            else:
                self._connection = http.client.HTTPConnection(host, timeout=_TIMEOUT_SECONDS)
        return self._connection


class _Arriving:
    """A file that grows by answers until it is whole; what was cut off is asked for again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._etag, self._size = file, "", -1
        self.have = 0

    @property
    def wanting(self) -> bool:
        """Whether a part is missing still."""
        return self.have != self._size

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the rest, of the same object only."""
        same = {"if-match": self._etag} if self._etag else {}
        return {"range": f"bytes={self.have}-", **same} if self.have else {}

    @property
    def fine(self) -> tuple[int, ...]:
        """The status of a good answer."""
        return (_PARTIAL,) if self.have else (_OK,)

    def take(self, response: http.client.HTTPResponse) -> bytes:
        """Write what arrives; a cut is no failure where anything did."""
        if response.status == _OK:
            if response.length is None:
                raise http.client.HTTPException("the answer does not tell its length")
            self._size, self._etag = response.length, response.headers["etag"] or ""
        before = self.have
        try:
            while block := response.read(_BLOCK):
                self._write(block)
        except (OSError, http.client.HTTPException):
            if self.have == before:
                raise
        if self.have == before and self.wanting:
            raise http.client.IncompleteRead(b"", self._size - self.have)
        return b""

    def _write(self, block: bytes) -> None:
        try:
            self._file.write(block)
        except OSError as error:
            raise RunnerError(f"{self._file.name} cannot be written: {error.strerror}. {_DISK}") from error
        self.have += len(block)


def _refusal(status: int, answer: str) -> tuple[str, str]:
    """S3's error code, and the same as a sentence's end."""
    found = dict(re.findall(r"<(Code|Message|Region)>([^<]*)</", answer))
    code = found.get("Code", "")
    said = f"{code}: {found.get('Message', '')}".strip(": .") or "no reason given"
    if "Region" in found:
        said += f"; the bucket is in {found['Region']}"
    return code, f"S3 answers {status}, {said}"
