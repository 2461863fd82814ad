"""S3 as this container reaches it: credentials, endpoints, connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from fargo_runner.credentials import CredentialSource
from fargo_runner.endpoint import Endpoint

if TYPE_CHECKING:
    from ssl import SSLContext

    from fargo_runner.s3 import Bucket


class Service:
    """Gives connections; nothing is sent before one is used.

    Args:
        environ: the container's environment.

    Raises:
        RunnerError: it names no region or no credentials. So that is known before a command starts:
            nothing may compute for hours and then have nowhere to put it.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ, self._credentials = environ, CredentialSource(environ)
        self._trust: SSLContext | None = None
        Endpoint.of("any", environ)

    def prepare(self) -> None:
        """Import what speaks HTTP, beside the command: it takes longer than many a command does."""
        import fargo_runner.s3  # noqa: F401 for its effect

    def connect(self, bucket: str) -> Bucket:
        """A new connection to a bucket."""
        from fargo_runner.s3 import Bucket

        return Bucket(Endpoint.of(bucket, self._environ), self._credentials, trust=self._certificates)

    def _certificates(self) -> SSLContext:
        """Whom to trust; read once, because it is much to read. Two threads may do it twice."""
        import ssl

        if self._trust is None:
            self._trust = ssl.create_default_context(cafile=self._environ.get("AWS_CA_BUNDLE") or None)
        return self._trust


class Connections:
    """One thread's connections: one to each bucket that it uses."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open: dict[str, Bucket] = {}

    def to(self, bucket: str) -> Bucket:
        """The connection to a bucket."""
        if bucket not in self._open:
            self._open[bucket] = self._service.connect(bucket)
        return self._open[bucket]

    def close(self) -> None:
        """Give all of them back; they open again where they are used."""
        for bucket in self._open.values():
            bucket.close()
