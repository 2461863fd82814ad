"""The few calls of the Docker Engine API that are needed before docker-py is installed.

The address is `DOCKER_HOST`, else the default socket. fargo asks the `docker` command's context too: where
that names another engine, set `DOCKER_HOST` to it, so that a session prepares the very engine that fargo uses.
"""

import http.client
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO
from urllib.parse import quote, urlencode, urlsplit

from machine import SetupError

DEFAULT_HOST = "unix:///var/run/docker.sock"
_CHUNK = 1 << 20


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path instead of a host and port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def engine_host(environ: Mapping[str, str] = os.environ) -> str:
    """Where the engine is expected, such as `unix:///var/run/docker.sock`."""
    return environ.get("DOCKER_HOST") or DEFAULT_HOST


def answers(host: str, *, timeout: float = 5) -> bool:
    """Whether an engine answers there."""
    try:
        with _connection(host, timeout) as connection:
            connection.request("GET", "/_ping")
            return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def has_image(host: str, tag: str) -> bool:
    """Whether the engine holds an image of this name."""
    with _connection(host, timeout=30) as connection:
        connection.request("GET", f"/images/{quote(tag, safe='/')}/json")
        response = connection.getresponse()
        response.read()
        return response.status == http.client.OK


def pull_image(host: str, tag: str) -> bool:
    """Pull an image from its registry.

    Returns:
        Whether the engine has it now; False where no registry is in reach.
    """
    name, _, version = tag.rpartition(":")
    with _connection(host, timeout=300) as connection:
        connection.request("POST", f"/images/create?{urlencode({'fromImage': name, 'tag': version})}")
        connection.getresponse().read()
    return has_image(host, tag)


def import_image(host: str, tag: str, tar: IO[bytes], *, changes: list[str], message: str) -> None:
    """Make an image of a root filesystem.

    Args:
        host: the engine's address.
        tag: `name:tag` of the new image.
        tar: an uncompressed tar stream, read to its end.
        changes: Dockerfile instructions, such as `CMD ["python3"]`.
        message: the comment that `docker history` shows.

    Raises:
        SetupError: the engine refuses it.
    """
    repository, _, version = tag.rpartition(":")
    pairs = [("fromSrc", "-"), ("repo", repository), ("tag", version), ("message", message)]
    query = urlencode(pairs + [("changes", change) for change in changes])
    with _connection(host, timeout=300) as connection:
        body = iter(lambda: tar.read(_CHUNK), b"")
        headers = {"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"}
        connection.request("POST", f"/images/create?{query}", body=body, headers=headers, encode_chunked=True)
        response = connection.getresponse()
        answer = response.read().decode(errors="replace")
    failed = next((event for event in _events(answer) if "error" in event), None)
    if response.status != http.client.OK or failed:
        why = failed["error"] if failed else answer
        raise SetupError(f"The Docker engine refuses to import {tag}: {why}")


def _events(answer: str) -> Iterator[dict[str, str]]:
    """An answer's JSON lines: the engine reports errors there, after a status of 200."""
    for line in answer.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


@contextmanager
def _connection(host: str, timeout: float) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(host)
    if address.scheme == "unix":
        connection: http.client.HTTPConnection = _UnixConnection(address.path, timeout)
    elif address.scheme in ("tcp", "http"):
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)
    else:
        raise SetupError(f"DOCKER_HOST={host}: these sessions speak to an engine by unix:// or tcp:// only.")
    try:
        yield connection
    finally:
        connection.close()
