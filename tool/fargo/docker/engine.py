"""A Docker engine that answers."""

import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Self

from fargo.context import ImageSpec
from fargo.docker.events import BuildEvent, PushEvent, build_events, push_events
from fargo.docker.failures import build_failed, engine_lost, engine_missing, push_failed
from fargo.errors import EngineMissing, ImageError
from fargo.model.image import ImageRef

if TYPE_CHECKING:
    from docker import APIClient
    from requests import Response

NEEDED_API = "1.41"
"""The Engine API of Docker 20.10, which Podman 4 speaks too."""

_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 600
"""How long an engine may say nothing; a registry that commits a large layer takes minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """An engine, as it describes itself.

    Attributes:
        api: the version of the Engine API that is spoken with it.
        architecture: what it runs, in Docker's words, such as `amd64`.
        system: the operating system that it runs on, such as `Docker Desktop`.
        folder: where it keeps images, as it sees its own disk.
        is_here: it answers on a socket of this machine.
    """

    version: str
    api: str
    architecture: str
    system: str
    folder: str
    is_here: bool


def _of_context(environ: Mapping[str, str]) -> dict[str, Any]:
    """Where the engine of the `docker` command's context is, as docker-py takes it."""
    from docker.context import ContextAPI

    try:
        return dict(ContextAPI.kwargs_from_context(environment=environ))
    except Exception as error:  # of a damaged file docker-py says so with no class of its own
        raise EngineMissing(
            f"Docker's context cannot be read: {error}", "`docker context use default`, or set DOCKER_HOST"
        ) from error


def _knock(address: str) -> None:
    """Connect, where it is a socket's: docker-py leaves open what it cannot connect (7.1, unixconn.py)."""
    _, is_socket, path = address.partition("unix://")
    if is_socket:
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(_CONNECT_SECONDS)
            one.connect(path)


class Engine:
    """What fargo asks of a Docker engine. One thread at a time.

    Args:
        client: docker-py's low-level client, of which nothing but this class knows.
    """

    def __init__(self, client: "APIClient") -> None:
        self._client = client

    @classmethod
    def connect(cls, *, environ: Mapping[str, str]) -> Self:
        """Reach the engine that the `docker` command would: that of `DOCKER_HOST`, else of its context.

        Docker Desktop, Colima and rootless Docker make a context of their own and have no socket in the
        default place.

        Args:
            environ: with `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`,
                as for the `docker` command.

        Raises:
            EngineMissing: none answers, it may not be used, or it is too old.
        """
        from docker import APIClient
        from docker.constants import DEFAULT_UNIX_SOCKET
        from docker.errors import DockerException
        from docker.utils import kwargs_from_env, version_lt
        from requests import RequestException

        named = environ.get("DOCKER_HOST")
        host = named or "the default socket"
        try:
            options: dict[str, Any] = {**kwargs_from_env(environment=dict(environ))}
            if not named:
                options = {**_of_context(environ), **options}
                host = options.get("base_url", host)
            _knock(options.get("base_url", DEFAULT_UNIX_SOCKET))
            client = APIClient(version="auto", timeout=_CONNECT_SECONDS, **options)
        except (DockerException, RequestException, OSError, ValueError) as error:
            raise engine_missing(host, str(error), named=bool(named)) from error
        if version_lt(client.api_version, NEEDED_API):
            client.close()
            raise EngineMissing(
                f"The Docker engine at {host} speaks API {client.api_version}; fargo needs {NEEDED_API}.",
                "update it to Docker 20.10 or later, or Podman 4 or later",
            )
        client.timeout = _SILENCE_SECONDS
        return cls(client)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def about(self) -> About:
        """What the engine says of itself."""
        with _answering("say its version"):
            version, info = self._client.version(), self._client.info()
        return About(
            version=str(version["Version"]),
            api=str(self._client.api_version),
            architecture=str(version["Arch"]),
            system=str(info.get("OperatingSystem", "")),
            folder=str(info.get("DockerRootDir", "")),
            is_here=str(self._client.base_url).startswith("http+docker://"),
        )

    def architecture(self, image: str) -> str:
        """The architecture of an image in Docker's words (`amd64`); empty where the engine has no such image.

        Args:
            image: `repository:tag` or an image's id.

        Raises:
            ImageError: the engine does not answer.
        """
        from docker.errors import ImageNotFound

        with _answering(f"ask for {image}"):
            try:
                found = self._client.inspect_image(image)  # type: ignore[no-untyped-call]  # types-docker: bare
                return str(found["Architecture"])
            except ImageNotFound:
                return ""

    def build(self, spec: ImageSpec, *, context_tar: IO[bytes]) -> Generator[BuildEvent]:
        """Build an image without a name. Closing the iterator cancels the build.

        Args:
            spec: the Dockerfile, its arguments and the platform.
            context_tar: what `fargo.context.write` wrote, from its beginning.

        Yields:
            Steps, their output, the base image's layers; `Built` last.

        Raises:
            ImageError: the build fails, or the engine does not answer.
        """
        with (
            _answering("build the image"),
            self._streaming(),
            closing(self._build(spec, context_tar)) as chunks,
        ):
            yield from build_events(chunks)

    def _build(self, spec: ImageSpec, context_tar: IO[bytes]) -> Generator[Any]:
        from docker.errors import APIError

        try:
            yield from self._client.build(
                fileobj=context_tar,
                custom_context=True,
                dockerfile=spec.dockerfile.as_posix(),
                buildargs=dict(spec.build_args),
                platform=spec.platform,
                rm=True,
                forcerm=True,
                decode=True,
            )
        except APIError as error:  # a Dockerfile that cannot be parsed, before the stream begins
            raise build_failed(error.explanation or str(error)) from error

    def tag(self, image: str, ref: ImageRef) -> None:
        """Give an image a name; a name that another image had moves to it.

        Raises:
            ImageError: the engine has no such image, or does not answer.
        """
        with _answering(f"name an image {ref}"):
            self._client.tag(image, ref.repository, ref.tag)

    def push(self, ref: ImageRef, *, username: str, password: str) -> Generator[PushEvent]:
        """Push an image. Credential helpers are not asked. Closing the iterator cancels the push.

        Yields:
            Layers as they go; `Pushed` last.

        Raises:
            ImageError: the registry refuses it, or cannot be reached.
        """
        login = {"username": username, "password": password}
        with _answering(f"push {ref}"), self._streaming(), closing(self._push(ref, login)) as chunks:
            yield from push_events(chunks, str(ref))

    def _push(self, ref: ImageRef, login: dict[str, str]) -> Generator[Any]:
        from docker.errors import APIError

        try:
            yield from self._client.push(
                ref.repository, tag=ref.tag, auth_config=login, stream=True, decode=True
            )
        except APIError as error:
            raise push_failed(str(ref), error.explanation or str(error)) from error

    @contextmanager
    def _streaming(self) -> Iterator[None]:
        """Close the responses that begin within.

        docker-py gives a stream's chunks and keeps the response to itself. Only closing that
        cancels what the engine does, at once and whoever else still refers to it.
        """
        begun: list[Response] = []

        def _keep(response: "Response", **_: object) -> None:
            begun.append(response)

        hooks = self._client.hooks["response"]
        hooks.append(_keep)
        try:
            yield
        finally:
            hooks.remove(_keep)
            for response in begun:
                response.close()

    def tags(self, repository: str | None = None) -> list[ImageRef]:
        """The images that the engine holds of a repository, or of all, without their digests.

        Raises:
            ImageError: the engine does not answer.
        """
        with _answering(f"list the images of {repository or 'all repositories'}"):
            found = self._client.images(name=repository)
        names = [name for image in found for name in image["RepoTags"] or ()]
        parts = [name.rpartition(":") for name in names]
        return [ImageRef(owner, tag) for owner, _, tag in parts if owner == (repository or owner)]

    def remove(self, ref: ImageRef) -> None:
        """Take an image's name away, and its layers where nothing else uses them. Gone already is fine.

        Raises:
            ImageError: a container uses it, or the engine does not answer.
        """
        from docker.errors import ImageNotFound

        with _answering(f"remove {ref}"), suppress(ImageNotFound):
            self._client.remove_image(str(ref))


@contextmanager
def _answering(doing: str) -> Iterator[None]:
    """Turn what docker-py and its transport raise within into an error that says what was tried."""
    from docker.credentials.errors import StoreError
    from docker.errors import APIError, DockerException
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except APIError as error:
        raise ImageError(f"The Docker engine cannot {doing}: {error.explanation or error}") from error
    except (DockerException, StoreError, RequestException, HTTPError, OSError) as error:
        raise engine_lost(doing, str(error)) from error
