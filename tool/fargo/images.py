"""From a build context to an image in the registry: context → content hash → build → push.

The tag is the hash of all that decides the image, so it is known before anything is built, and
work that is done is never done again: what the registry holds is not built, what the engine holds is
not built either, and only what the registry lacks is pushed. May touch AWS (the registry) and the
Docker engine; prints nothing, tells by events.
"""

import tempfile
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from fargo.aws.registry import RegistryAuth
from fargo.context import DEFAULT_DOCKERFILE, ImageSpec, content_hash, write
from fargo.docker import BuildEvent, Built, Engine, Pushed, PushEvent
from fargo.docker.failures import wrong_architecture
from fargo.errors import ImageError
from fargo.model.image import ImageRef

__all__ = [
    "DEFAULT_DOCKERFILE",
    "ImageEvent",
    "ImageReady",
    "ImageSpec",
    "Registry",
    "build_and_push",
    "content_hash",
    "ensure_built",
    "forget",
    "hold",
    "publish",
    "release",
]


_HELD = "/held"


class Registry(Protocol):
    """What is asked of a registry; `fargo.aws.registry.Registry` is the one of AWS."""

    def auth(self) -> RegistryAuth:
        """A name and password that the engine can push with."""

    def digest(self, ref: ImageRef) -> str:
        """The digest of what the registry holds under this tag; empty where it holds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReady:
    """The image is where it is needed.

    Attributes:
        ref: with the digest, where a registry told it.
        built: whether it was built now; False where it was there already.
        pushed: whether it was pushed now.
    """

    ref: ImageRef
    built: bool = False
    pushed: bool = False


ImageEvent: TypeAlias = BuildEvent | PushEvent | ImageReady


def build_and_push(
    spec: ImageSpec, repository_url: str, *, engine: Engine, registry: Registry | None
) -> Generator[ImageEvent]:
    """Bring the image of a build context to where it is needed, doing only what is missing.

    Closing the iterator cancels what goes on.

    Args:
        spec: what the image holds.
        repository_url: its repository, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/fargo-x`.
        engine: builds and pushes.
        registry: holds the repository; None where the engine that builds is the engine that runs.

    Yields:
        What the build and the push tell; `ImageReady` last.

    Raises:
        ImageError: the context cannot be read, or the image cannot be built or pushed.
        AwsError: the registry refuses, or is out of reach.
    """
    ref = ImageRef(repository_url, content_hash(spec))
    digest = registry.digest(ref) if registry else ""
    ready = ImageReady(ref=replace(ref, digest=digest))
    if not digest:
        built = yield from ensure_built(spec, ref, engine)
        if registry:
            ready = yield from publish(ref, engine, registry)
        ready = replace(ready, built=built)
    yield ready


def ensure_built(spec: ImageSpec, ref: ImageRef, engine: Engine) -> Generator[BuildEvent, None, bool]:
    """Build the image, unless the engine holds it for the right architecture. Touches no AWS.

    Args:
        spec: what the image holds.
        ref: its name; the tag is `content_hash(spec)`.
        engine: builds.

    Yields:
        What the build tells; nothing where the image is there.

    Returns:
        Whether it was built now.

    Raises:
        ImageError: the build fails; the image is for another architecture; or the context is not the
            one that the tag was made of.
    """
    wanted = spec.architecture.docker
    if engine.architecture(str(ref)) == wanted:
        return False
    with tempfile.TemporaryFile(prefix="fargo-context-") as tar:
        if write(spec, tar) != ref.tag:
            said = f"Files of the build context {spec.context} changed since its hash was taken."
            raise ImageError(said, "the same command again takes them as they are now")
        tar.seek(0)
        with closing(engine.build(spec, context_tar=tar)) as events:
            for event in events:
                if isinstance(event, Built):
                    _name(event.image_id, ref, engine, wanted=wanted)
                yield event
    return True


def publish(ref: ImageRef, engine: Engine, registry: Registry) -> Generator[PushEvent, None, ImageReady]:
    """Push the image, unless the registry holds its tag.

    Yields:
        What the push tells; nothing where the registry holds the tag.

    Returns:
        The image with its digest.

    Raises:
        ImageError: the push fails.
        AwsError: the registry refuses, or is out of reach.
    """
    if digest := registry.digest(ref):
        return ImageReady(ref=replace(ref, digest=digest))
    auth = registry.auth()
    try:
        with closing(engine.push(ref, username=auth.username, password=auth.password)) as events:
            for event in events:
                if isinstance(event, Pushed):
                    digest = event.digest
                yield event
    except ImageError:
        # Somebody else may have pushed the same content meanwhile: an immutable tag takes no second one.
        if digest := registry.digest(ref):
            return ImageReady(ref=replace(ref, digest=digest))
        raise
    return ImageReady(ref=replace(ref, digest=digest), pushed=True)


def hold(ref: ImageRef, engine: Engine, holder: str) -> None:
    """Let the engine keep an image's name until its holder forgets it, whoever else does.

    Local AWSes on one engine give the images of projects of one name the same names.

    Args:
        holder: an id, of letters and digits.

    Raises:
        ImageError: the engine has no such image, or does not answer.
    """
    engine.tag(str(ref), ImageRef(_holds(ref.repository), f"{ref.tag}-{holder}"))


def forget(repository_url: str, engine: Engine, *, holder: str = "") -> tuple[ImageRef, ...]:
    """Remove the images of a repository from the engine; the registry's stay.

    Args:
        holder: who no longer needs them: those that others hold stay. Empty: all go, whoever holds them.

    Returns:
        What was removed.

    Raises:
        ImageError: a container still uses one.
    """
    holds = engine.tags(_holds(repository_url))
    ours = [each for each in holds if each.tag.endswith(f"-{holder}") or not holder]
    for each in ours:
        engine.remove(each)
    theirs = {each.tag.rpartition("-")[0] for each in holds if each not in ours}
    gone = tuple(ref for ref in engine.tags(repository_url) if ref.tag not in theirs)
    for ref in gone:
        engine.remove(ref)
    return gone


def release(engine: Engine, *, holder: str) -> tuple[ImageRef, ...]:
    """Remove all images that a holder alone holds, of whatever project.

    Returns:
        What was removed.

    Raises:
        ImageError: a container still uses one.
    """
    holds = [each for each in engine.tags() if each.tag.endswith(f"-{holder}")]
    owners = {each.repository.removesuffix(_HELD) for each in holds if each.repository.endswith(_HELD)}
    return tuple(gone for owner in sorted(owners) for gone in forget(owner, engine, holder=holder))


def _holds(repository_url: str) -> str:
    """Where the names lie that hold images of a repository: a tag each, of the image's and the holder."""
    return f"{repository_url}{_HELD}"


def _name(image_id: str, ref: ImageRef, engine: Engine, *, wanted: str) -> None:
    """Give a new image its name. A name never stands for an image of another architecture."""
    found = engine.architecture(image_id)
    if found != wanted:
        raise wrong_architecture(str(ref), wanted=wanted, found=found)
    engine.tag(image_id, ref)
