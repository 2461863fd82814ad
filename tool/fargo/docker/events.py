"""What a build or a push tells, from the engine's JSON stream. Pure: chunks in, events out.

Source of the chunks: Docker Engine API, "Build an image" and "Push an image".
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from fargo.docker.failures import build_failed, push_failed

TAIL = 15
"""How many lines of a failed step's output its error repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An instruction of the Dockerfile begins."""

    number: int
    total: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """The step that began last was done by an earlier build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A line that a step wrote, without its line end and what it says to terminals."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """How far a layer is, when a base image is pulled or an image pushed.

    Attributes:
        status: in the engine's words, such as `Pushing` or `Layer already exists`.
        current: bytes so far; None where the status has no measure.
        total: bytes in all; None where the engine does not know.
    """

    id: str
    status: str
    current: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The image is in the engine."""

    image_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """The image is in the registry.

    Attributes:
        digest: of its manifest, such as `sha256:…`.
        size: of its manifest, in bytes.
    """

    digest: str
    size: int


BuildEvent: TypeAlias = Step | Cached | Output | Layer | Built
PushEvent: TypeAlias = Layer | Pushed
Chunk: TypeAlias = Mapping[str, Any]

_STEP = re.compile(r"step (\d+)/(\d+) ?: (.*)", re.IGNORECASE)
_LAYER_ID = re.compile(r"[0-9a-f]{12,64}")
_PUSHED = re.compile(r"\S+: digest: (\S+) size: (\d+)")
# ECMA-48, with one byte or two for each introducer: CSI (colours, the cursor); OSC and its kin, which
# carry a text (titles, links, the clipboard); the short ones.
_ESCAPES = re.compile(
    r"(\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(\x1b[]PX^_]|[\x90\x98\x9d-\x9f]).*?(\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]"
)
_BOOKKEEPING = re.compile(
    r" --->( [0-9a-f]{12}| Running in [0-9a-f]+)?"
    r"|Removing intermediate container [0-9a-f]+|Successfully (built|tagged) \S+"
)


def build_events(chunks: Iterable[Chunk]) -> Iterator[BuildEvent]:
    """The events of a build.

    Raises:
        ImageError: the engine reports a failure, with the step and the end of its output; or the
            stream ends without an image.
    """
    step = ""
    tail: deque[str] = deque(maxlen=TAIL)
    built: Built | None = None
    for event in _read_build(chunks):
        match event:
            case _Failure(text):
                raise build_failed(text, step=step, tail=tuple(tail))
            case Built():
                built = event  # told last: the engine sets the tag after it names the image
                continue
            case Step():
                step = f"step {event.number} of {event.total} ({event.text})"
                tail.clear()
            case Output():
                tail.append(event.text)
        yield event
    if built is None:
        raise build_failed("the engine ended the build without an image", step=step, tail=tuple(tail))
    yield built


def push_events(chunks: Iterable[Chunk], ref: str) -> Iterator[PushEvent]:
    """The events of a push.

    Args:
        chunks: the stream.
        ref: what is pushed, for the error's sentence.

    Raises:
        ImageError: the registry or the engine reports a failure.
    """
    pushed: Pushed | None = None
    for chunk in chunks:
        if "error" in chunk:
            raise push_failed(ref, str(chunk["error"]))
        aux = chunk.get("aux") or {}
        if "Digest" in aux:
            pushed = Pushed(digest=str(aux["Digest"]), size=int(aux.get("Size", 0)))
        # Docker's containerd image store says it in words alone (https://github.com/moby/moby/issues/48331).
        elif told := _PUSHED.fullmatch(str(chunk.get("status", ""))):
            pushed = Pushed(digest=told[1], size=int(told[2]))
        yield from _layer(chunk)
    if pushed is None:
        raise push_failed(ref, "the engine ended the push without a digest")
    yield pushed


@dataclass(frozen=True, slots=True)
class _Failure:
    text: str


def _read_build(chunks: Iterable[Chunk]) -> Iterator[BuildEvent | _Failure]:
    rest = ""
    for chunk in chunks:
        if "stream" in chunk:
            *lines, rest = (rest + str(chunk["stream"])).split("\n")
            yield from (event for line in lines for event in _line(line))
            continue
        if rest:
            yield from _line(rest)
            rest = ""
        if "error" in chunk:
            yield _Failure(str(chunk["error"]))
        elif "ID" in (chunk.get("aux") or {}):
            yield Built(image_id=str(chunk["aux"]["ID"]))
        else:
            yield from _layer(chunk)
    yield from _line(rest)


def _line(raw: str) -> Iterator[BuildEvent]:
    # A progress bar rewrites its line: what stands there last is what a person would see.
    line = _ESCAPES.sub("", raw).rstrip().rpartition("\r")[2]
    if found := _STEP.fullmatch(line):
        yield Step(number=int(found[1]), total=int(found[2]), text=found[3])
    elif line == " ---> Using cache":
        yield Cached()
    elif line and not _BOOKKEEPING.fullmatch(line):
        yield Output(text=line)


def _layer(chunk: Chunk) -> Iterator[Layer]:
    """A layer's progress, where the chunk tells of one: a pull also names its tag as an id."""
    if not _LAYER_ID.fullmatch(str(chunk.get("id", ""))):
        return
    detail = chunk.get("progressDetail") or {}
    yield Layer(
        id=str(chunk["id"]),
        status=str(chunk.get("status", "")),
        current=detail.get("current"),
        total=detail.get("total"),
    )
