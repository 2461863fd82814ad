"""The build context: which files travel to the engine, as one tar whose content has a hash.

In goes a folder, out comes a tar stream that is the same for the same content, wherever and
whenever it is made: entries are sorted, owners and times are fixed, and of a file's mode only the
executable bit counts (as for git). The runner's own files join under `.fargo-runner/`.
"""

import errno
import hashlib
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

from fargo.assets import asset
from fargo.dockerignore import Hits, Ignore, parse
from fargo.errors import ImageError
from fargo.model.fargate import Architecture
from fargo.model.image import TAG_LENGTH

RUNNER_FOLDER = ".fargo-runner"
"""Where a Dockerfile finds the runner: `COPY .fargo-runner/ …`."""
DEFAULT_DOCKERFILE = Path(RUNNER_FOLDER, "Dockerfile")
"""Stands for `image/Dockerfile`, the default image, where a project has no Dockerfile."""
STATE_FOLDER = ".fargo"
"""fargo's own state beside the project file: it changes with every `fargo up`, so it never travels."""

_TIME = 315_619_200
"""Every file's time: 2 January 1980. Zip archives, Python's wheels among them, know nothing earlier."""
_EXECUTABLE, _PLAIN = 0o755, 0o644


class Digest(Protocol):
    """What is used of hashlib's objects."""

    def update(self, data: bytes, /) -> None:
        """Hash more."""


class Kind(StrEnum):
    """What an entry is; sockets, pipes and devices do not travel."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSpec:
    """All that decides what an image holds.

    Attributes:
        context: the folder whose files the Dockerfile may copy.
        dockerfile: relative to the context, and within it; or `DEFAULT_DOCKERFILE`.
        build_args: names and values of the Dockerfile's `ARG`s.
        runner: the folder of the runner's own files.
    """

    context: Path
    dockerfile: Path = Path("Dockerfile")
    build_args: tuple[tuple[str, str], ...] = ()
    architecture: Architecture = Architecture.X86_64
    operating_system: str = "linux"
    runner: Path = field(default_factory=lambda: asset("image") / "runner")

    @property
    def platform(self) -> str:
        """In Docker's words, such as `linux/amd64`."""
        return f"{self.operating_system}/{self.architecture.docker}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in the tar.

    Attributes:
        path: within the tar, with `/`, without one in front.
        source: where its content lies on disk.
        target: what a link points to, as it is written.
    """

    path: str
    kind: Kind
    source: Path
    executable: bool = False
    target: str = ""


def entries(spec: ImageSpec) -> list[Entry]:
    """What travels to the engine, sorted by path.

    Raises:
        ImageError: the context, the Dockerfile or the runner is missing, or something cannot be read.
    """
    _check(spec)
    try:
        ignore = _ignore(spec)
        found = [*_walk(spec.context, "", (), ignore), *_runner(spec.runner)]
        if spec.dockerfile == DEFAULT_DOCKERFILE:
            source = asset("image") / "Dockerfile"
            found.append(Entry(path=DEFAULT_DOCKERFILE.as_posix(), kind=Kind.FILE, source=source))
    except OSError as error:
        raise _unreadable(error, spec.context) from error
    return sorted(found, key=lambda entry: os.fsencode(entry.path))


def write(spec: ImageSpec, out: IO[bytes]) -> str:
    """Write the context's tar, and give the hash of what was written.

    Files are streamed: memory does not grow with their size.

    Returns:
        The first `TAG_LENGTH` hex digits of a SHA-256 over the platform, the build arguments, the
        Dockerfile's name and every entry's path, kind, executable bit, target and content.

    Raises:
        ImageError: as `entries`, or there is no room for the tar.
    """
    digest = hashlib.sha256()
    _note(digest, "fargo-context-1", spec.platform, spec.dockerfile.as_posix())
    for name, value in sorted(spec.build_args):
        _note(digest, "arg", name, value)
    source = spec.context
    try:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for entry in entries(spec):
                source = entry.source
                _add(archive, entry, digest)
        out.flush()
    except OSError as error:
        raise _unreadable(error, source) from error
    return digest.hexdigest()[:TAG_LENGTH]


def content_hash(spec: ImageSpec) -> str:
    """The hash that `write` gives, without a tar: the tag of the image.

    Raises:
        ImageError: as `entries`.
    """
    with Path(os.devnull).open("wb") as nowhere:
        return write(spec, nowhere)


def _check(spec: ImageSpec) -> None:
    if not spec.context.is_dir():
        raise ImageError(
            f"The build context {spec.context} is no folder.", "set `context` under [image] in fargo.toml"
        )
    if spec.dockerfile.is_absolute() or ".." in spec.dockerfile.parts:
        raise ImageError(
            f"The Dockerfile {spec.dockerfile} lies outside of the build context {spec.context}.",
            "move it into the context, or set `context` under [image] to a folder that holds both",
        )
    if spec.dockerfile != DEFAULT_DOCKERFILE and not (spec.context / spec.dockerfile).is_file():
        raise ImageError(
            f"There is no Dockerfile at {spec.context / spec.dockerfile}.",
            "write one, or name yours with `dockerfile` under [image]; `fargo init` makes both",
        )
    if os.path.lexists(spec.context / RUNNER_FOLDER):
        raise ImageError(
            f"The build context has a {RUNNER_FOLDER} of its own: {spec.context / RUNNER_FOLDER}.",
            "rename it: fargo adds the files that run inside the container under this name",
        )


def _ignore(spec: ImageSpec) -> Ignore:
    """The rules of `<Dockerfile>.dockerignore`, else of the context's own file, as Docker chooses."""
    own = spec.context / spec.dockerfile.with_name(f"{spec.dockerfile.name}.dockerignore")
    chosen = own if own.is_file() else spec.context / ".dockerignore"
    text = chosen.read_text(encoding="utf-8", errors="surrogateescape") if chosen.is_file() else ""
    # The engine needs both to build, even where a rule leaves them out; it takes them out of COPY then.
    needed = f"\n!{spec.dockerfile.as_posix()}\n!.dockerignore\n"
    return parse(text + needed, name=str(chosen))


def _walk(folder: Path, prefix: str, above: Hits, ignore: Ignore) -> Iterator[Entry]:
    with os.scandir(folder) as listing:
        found = [item for item in listing if item.name != STATE_FOLDER]
    for item in found:
        path = prefix + item.name
        hits = ignore.hits(path, above)
        left_out = ignore.leaves_out(hits)
        if item.is_dir(follow_symlinks=False):
            enter = not left_out or ignore.may_bring_back(path)
            inside = list(_walk(Path(item.path), f"{path}/", hits, ignore)) if enter else []
            if inside or not left_out:
                yield Entry(path=path, kind=Kind.FOLDER, source=Path(item.path), executable=True)
            yield from inside
        elif not left_out:
            yield from _leaf(item, path)


def _leaf(item: os.DirEntry[str], path: str) -> Iterator[Entry]:
    source = Path(item.path)
    if item.is_symlink():
        yield Entry(path=path, kind=Kind.LINK, source=source, target=os.fspath(source.readlink()))
    elif item.is_file(follow_symlinks=False):
        executable = bool(item.stat(follow_symlinks=False).st_mode & 0o100)
        yield Entry(path=path, kind=Kind.FILE, source=source, executable=executable)


def _runner(folder: Path) -> Iterator[Entry]:
    """The runner's files. What lies in `bin` is executable, whatever an installer made of its mode."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    if not files:
        raise ImageError(f"fargo's own runner is missing at {folder}.", "install fargo again")
    parents = {parent for file in files for parent in file.relative_to(folder).parents}
    for parent in parents:
        path = (RUNNER_FOLDER / parent).as_posix()
        yield Entry(path=path, kind=Kind.FOLDER, source=folder / parent, executable=True)
    for file in files:
        inside = file.relative_to(folder)
        path = (RUNNER_FOLDER / inside).as_posix()
        yield Entry(path=path, kind=Kind.FILE, source=file, executable=inside.parts[0] == "bin")


def _add(archive: tarfile.TarFile, entry: Entry, digest: Digest) -> None:
    info = tarfile.TarInfo(entry.path)
    info.mtime = _TIME
    info.mode = _EXECUTABLE if entry.executable else _PLAIN
    _note(digest, entry.kind, entry.path, "x" if entry.executable else "", entry.target)
    match entry.kind:
        case Kind.FOLDER:
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        case Kind.LINK:
            info.type, info.linkname = tarfile.SYMTYPE, entry.target
            archive.addfile(info)
        case Kind.FILE:
            with entry.source.open("rb") as content:
                info.size = os.fstat(content.fileno()).st_size
                _note(digest, str(info.size))
                archive.addfile(info, _Listening(content, digest))


class _Listening:
    """A file whose content the digest hears while the tar is written."""

    def __init__(self, content: IO[bytes], digest: Digest) -> None:
        self._content = content
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        data = self._content.read(size)
        self._digest.update(data)
        return data


def _note(digest: Digest, *fields: str) -> None:
    """Hash fields, each with its length in front: no two lists of fields look the same."""
    for text in fields:
        data = os.fsencode(text)
        digest.update(len(data).to_bytes(8, "big") + data)


def _unreadable(error: OSError, source: Path) -> ImageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = tempfile.gettempdir()
        said = f"There is no room for the tar of the build context in {where}."
        return ImageError(said, "free some space, name what is not needed in .dockerignore, or set TMPDIR")
    said = f"{error.filename or source} cannot be read for the build context: {error.strerror or error}."
    return ImageError(said, "make it readable, or name it in .dockerignore")
