"""What the engine and the registries say when they fail → a sentence and a next step. Pure."""

import re

from fargo.errors import EngineMissing, ImageError

_EMULATION = (
    "the engine needs an emulator for this architecture: `docker run --privileged --rm tonistiigi/binfmt"
    " --install all`; or set `architecture` under [image] to the engine's own"
)
# https://github.com/docker/for-mac/issues/7607, https://github.com/moby/moby/issues/51665
_STORE = (
    "Docker's classic builder can fail so on the engine's containerd image store, for another architecture"
    " most of all: set `architecture` under [image] to the engine's own, or turn that store off"
)
_BUILD_HINTS = {
    r"exec format error": _EMULATION,
    r"no matching manifest|does not match the specified platform": (
        "the base image does not exist for this architecture: choose another one in FROM, or another"
        " `architecture` under [image]"
    ),
    r"content digest \S+ not found": _STORE,
    r"toomanyrequests|pull rate limit": (
        "the registry gives this address no more images for now: `docker login` raises its limit"
    ),
    r"no space left on device": "free space in the engine: `docker system prune`",
    # Variables such as BUILDPLATFORM are BuildKit's, and empty here.
    r"requires BuildKit|failed to parse platform": (
        "fargo builds through the engine's API, where BuildKit's extras do not exist: write this step"
        " without them"
    ),
    r"signed by unknown authority|certificate verify failed|CERTIFICATE_VERIFY_FAILED": (
        "a proxy on the way signs with its own authority: COPY its certificate into the image before this"
        " step, or name it in a build argument"
    ),
    r"pull access denied|repository does not exist|manifest unknown|manifest for .* not found|unauthorized": (
        "check the image's name in FROM; for a private registry: `docker login` first"
    ),
    r"dial tcp|no such host|Client\.Timeout|i/o timeout|TLS handshake timeout|connection refused": (
        "the engine cannot reach the registry: check its network and proxy, or bring the base image with"
        " `docker load`"
    ),
    r"(COPY|ADD) failed|file not found in build context": (
        "paths in COPY are relative to the build context; a rule in .dockerignore may leave the file out"
    ),
    r"parse error|unknown (instruction|flag)|cannot be empty": "correct the Dockerfile, then `fargo build`",
}
_PUSH_HINTS = {
    r"content digest \S+ not found": _STORE,
    r"tag is immutable|ImageTagAlreadyExists|cannot be overwritten": (
        "the repository holds another image of this tag: `fargo build` again finds it there"
    ),
    r"name unknown|does not exist|RepositoryNotFound": "`fargo up` creates the repository",
    r"no basic auth|unauthorized|authentication required|incorrect username|authorization token": (
        "the registry does not accept the password: check who you are with `fargo doctor`"
    ),
    r"denied|forbidden": (
        "the identity needs ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload,"
        " ecr:BatchCheckLayerAvailability, ecr:BatchGetImage and ecr:PutImage on the repository"
    ),
    r"server gave HTTP response to HTTPS": (
        "the registry speaks plain HTTP: list it under `insecure-registries` of the engine"
    ),
    r"dial tcp|no such host|timeout|connection refused|EOF|broken pipe|reset by peer": (
        "the engine cannot reach the registry: check its network and proxy, then `fargo build` again;"
        " layers that arrived are not sent twice"
    ),
}
"""A pattern → the next step; the first that is found counts."""

_SILENT = (
    "start it (`sudo systemctl start docker`, or Docker Desktop), install one"
    " (https://docs.docker.com/engine/install/), or name another with DOCKER_HOST"
)
_NAMED = "DOCKER_HOST names it: unset it, or "
_NAMED_SILENT = "start the engine there"
_UNUSABLE = (
    "check DOCKER_HOST, DOCKER_TLS_VERIFY and ~/.docker/config.json; `docker version` asks the same one"
)


def build_failed(said: str, *, step: str = "", tail: tuple[str, ...] = ()) -> ImageError:
    """The error of a build.

    Args:
        said: the engine's message.
        step: which instruction failed, such as `step 3 of 5 (RUN make)`; empty before the first.
        tail: the end of what the step wrote.
    """
    where = f" at {step}" if step else ""
    lines = [f"The image does not build{where}: {_sentence(said)}", *(f"  {line}" for line in tail)]
    hint = _hint(_BUILD_HINTS, "\n".join((said, *tail))) or "correct this step, then `fargo build`"
    return ImageError("\n".join(lines), hint)


def push_failed(ref: str, said: str) -> ImageError:
    """The error of a push of `ref`, with what the engine or the registry said."""
    hint = _hint(_PUSH_HINTS, said) or "`fargo build` again; layers that arrived are not sent twice"
    return ImageError(f"{ref} cannot be pushed: {_sentence(said)}", hint)


def engine_missing(host: str, said: str, *, named: bool) -> EngineMissing:
    """The error of an engine that cannot be used.

    Args:
        said: what docker-py said of it.
        named: whether DOCKER_HOST names this host.
    """
    if re.search(r"permission ?(error|denied)", said, re.IGNORECASE):
        return EngineMissing(
            f"You may not use the Docker engine at {host}.",
            "`sudo usermod -aG docker $USER`, then log in again; or use an engine of your own (DOCKER_HOST)",
        )
    if re.search(r"connection (refused|aborted)|FileNotFoundError|No such file", said, re.IGNORECASE):
        message, hint = f"No Docker engine answers at {host}.", _NAMED_SILENT if named else _SILENT
    else:
        message, hint = f"The Docker engine at {host} cannot be used: {_sentence(said)}", _UNUSABLE
    return EngineMissing(message, f"{_NAMED}{hint}" if named else hint)


def engine_lost(doing: str, said: str) -> ImageError:
    """The error of an engine that stops answering on the way."""
    if "docker-credential" in said or "redentials store" in said:
        hint = (
            "install or log in with the helper that `credsStore` or `credHelpers` in ~/.docker/config.json"
            " names, or remove the line: every one is asked"
        )
    else:
        hint = "is it still running? `docker version` tells; then the same command again"
    return ImageError(f"The Docker engine did not {doing}: {_sentence(said)}", hint)


def wrong_architecture(ref: str, *, wanted: str, found: str) -> ImageError:
    """The error of an image that runs on other machines than those asked for."""
    said = f"{ref} is built for {found or 'an unknown architecture'}, not for {wanted}: its base image is."
    hint = (
        f"name a base image in FROM that exists for {wanted} (`docker pull --platform linux/{wanted} …`), or"
        " set `architecture` under [image]"
    )
    return ImageError(said, hint)


def _hint(table: dict[str, str], said: str) -> str:
    return next((hint for pattern, hint in table.items() if re.search(pattern, said, re.IGNORECASE)), "")


def _sentence(said: str) -> str:
    return said.strip().rstrip(".") + "."
