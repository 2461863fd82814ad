"""Where the container's AWS credentials come from.

The endpoint that ECS gives to every task with a role goes before keys in the environment, other than
in the AWS SDKs: such keys are the job's own. Source: the AWS SDKs reference guide, "Container
credential provider".
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Mapping
from urllib.parse import urlsplit

from fargo_runner.contract import RunnerError
from fargo_runner.sigv4 import Credentials

_ECS = "http://169.254.170.2"
# A token is sent along, so plain HTTP goes to this machine and to ECS and EKS only.
_PLAIN_HTTP = ("localhost", "127.0.0.1", "::1", "169.254.170.2", "169.254.170.23")
_MARGIN_SECONDS = 300
_ATTEMPTS = 5
_OK = 200
_HINT = "Give the job a job role with `fargo up`, and submit it again."


class CredentialSource:
    """Credentials that are always good for another five minutes."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Look where they come from; nothing is fetched yet.

        Raises:
            RunnerError: the environment names no source.
        """
        self._now, self._sleep = now, sleep
        self._token = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        self._token_file = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "")
        self._held: Credentials | None = None
        self._url = ""
        self._lock = threading.Lock()
        own = environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY")
        if own and not _names_endpoint(environ):
            token = environ.get("AWS_SESSION_TOKEN", "")
            self._held = Credentials(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], token)
        else:
            self._url = _endpoint(environ)

    def get(self) -> Credentials:
        """Credentials to sign with.

        Raises:
            RunnerError: the endpoint gives none.
        """
        with self._lock:
            held = self._held
            if held is None or (held.expires and held.expires - self._now() < _MARGIN_SECONDS):
                held = self._held = self._fetch()
            return held

    def forget(self) -> None:
        """AWS calls them expired: fetch anew next time, if there is an endpoint to ask."""
        if self._url:
            self._held = None

    def _fetch(self) -> Credentials:
        from http.client import HTTPException

        headers = {"Authorization": self._authorization()} if self._token or self._token_file else {}
        problem = ""
        for attempt in range(_ATTEMPTS):
            try:
                return _parse(json.loads(_get(self._url, headers)))
            except (OSError, HTTPException, ValueError, KeyError) as error:
                problem = str(error) or type(error).__name__
            self._sleep(0.2 * 2**attempt)
        raise RunnerError(f"The credentials endpoint {self._url} gives no credentials: {problem}. {_HINT}")

    def _authorization(self) -> str:
        if self._token_file:
            return Path(self._token_file).read_text(encoding="utf-8").strip()
        return self._token


def _names_endpoint(environ: Mapping[str, str]) -> bool:
    """Whether there is a job role: keys beside it are the job's own, and may be of another account."""
    names = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    return any(environ.get(name) for name in names)


def _endpoint(environ: Mapping[str, str]) -> str:
    relative = environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
    full = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    if relative:
        return _ECS + relative
    if not full:
        raise RunnerError(f"This container has no AWS credentials. {_HINT}")
    address = urlsplit(full)
    if address.scheme != "https" and (address.scheme != "http" or address.hostname not in _PLAIN_HTTP):
        raise RunnerError(f"AWS_CONTAINER_CREDENTIALS_FULL_URI={full} is neither https nor on this host.")
    return full


def _get(url: str, headers: Mapping[str, str]) -> bytes:
    """The body of a good answer; a proxy in the environment is not for an endpoint on this host."""
    from http.client import HTTPConnection, HTTPSConnection

    address = urlsplit(url)
    connection = (HTTPSConnection if address.scheme == "https" else HTTPConnection)(address.netloc, timeout=5)
    with closing(connection):
        connection.request("GET", address._replace(scheme="", netloc="").geturl() or "/", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != _OK:
        raise ValueError(f"HTTP status {answer.status}")
    return body


def _parse(answer: dict[str, str]) -> Credentials:
    """The endpoint's JSON; ISO 8601 with a `Z`, which Python 3.9 does not read by itself."""
    ends = datetime.strptime(answer["Expiration"][:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return Credentials(
        answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("Token", ""), expires=ends.timestamp()
    )
