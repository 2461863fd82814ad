"""What fargo needs on this machine: Python's packages, Terraform and its provider, an engine, room."""

import platform
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from fargo.docker import Engine
from fargo.docker.engine import NEEDED_API
from fargo.doctor.check import Check, missing, ok, unknown, warning
from fargo.errors import FargoError
from fargo.model.fargate import Architecture
from fargo.terraform import NEEDED, PROVIDER, Terraform, binary, mirror

if TYPE_CHECKING:
    from fargo.config import Project
    from fargo.docker.engine import About

EXTRAS = {
    "local": (("moto", "flask", "waitress"), "the local AWS (`--local`)"),
    "monitor": (("textual",), "`fargo monitor`"),
}
"""An extra of fargo's → what of it must be there, and what it is for."""
GIB = 1024**3
ROOM_ENGINE, ROOM_PROJECT, ROOM_TEMPORARY = 5, 2, 1
"""GiB that should be free: for images and their layers; for the provider, which takes three quarters of one
in each project; for the tar of a build context."""
BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATORS = {"arm64": "qemu-aarch64", "amd64": "qemu-x86_64"}
"""An architecture in Docker's words → the name under which its emulator is registered with Linux."""
INSTALL_EMULATOR = "docker run --privileged --rm tonistiigi/binfmt --install {}"
PROVIDER_NEEDED = f"{PROVIDER[0]}.{PROVIDER[1]} or newer, before {PROVIDER[0] + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What is looked at.

    Attributes:
        home: the user's home.
        scratch: a folder that Terraform may be started in.
        project: None where there is none: for whatever a project would decide.
        local: the local AWS is meant.
    """

    environ: Mapping[str, str]
    home: Path
    scratch: Path
    project: "Project | None"
    local: bool

    def python(self) -> Iterator[Check]:
        """Python, and the packages that fargo's extras bring."""
        about = metadata.metadata("fargo")
        needed = f"Python {about['Requires-Python'].removeprefix('>=')} or newer"
        yield ok("fargo", f"{about['Version']}, on Python {platform.python_version()}", needed)
        for extra, (packages, use) in EXTRAS.items():
            absent = [name for name in packages if not _installed(name)]
            get = f"python3 -m pip install 'fargo[{extra}]'"
            name = f"fargo[{extra}]"
            if not absent:
                there = ", ".join(f"{package} {metadata.version(package)}" for package in packages)
                yield ok(name, there)
            elif extra == "local" and self.local:
                yield missing(name, f"not installed: {', '.join(absent)}", get)
            else:
                yield warning(name, f"not installed, and {use} needs it: {', '.join(absent)}", get)

    def terraform(self) -> Iterator[Check]:
        """Terraform itself."""
        version = Terraform(self.scratch, environ=self.environ, more={}).version()
        yield ok("Terraform", f"{version}, {binary(self.environ)}", NEEDED)

    def cli_config(self) -> Iterator[Check]:
        """A Terraform CLI configuration that is named and is not there."""
        named = self.environ.get(mirror.ENV_CLI_CONFIG)
        if named and not mirror.own_cli_config(self.environ, home=self.home):
            yield warning(
                "Terraform CLI configuration",
                f"{mirror.ENV_CLI_CONFIG} names {named}, which is no file; fargo ignores it",
                f"unset {mirror.ENV_CLI_CONFIG}",
            )

    def provider(self) -> Iterator[Check]:
        """Where Terraform gets the AWS provider."""
        name = "AWS provider"
        own = mirror.own_cli_config(self.environ, home=self.home)
        if own and not self.environ.get(mirror.ENV_MIRROR):
            yield ok(name, f"as your {own} says", PROVIDER_NEEDED)
            return
        found = mirror.find_mirror(self.environ, home=self.home)
        if found is None:
            yield ok(name, "Terraform downloads it from registry.terraform.io", PROVIDER_NEEDED)
            return
        held = mirror.versions(found)
        fitting = [version for version in held if _fits(version)]
        if fitting:
            yield ok(name, f"{fitting[-1]}, mirror {found}", PROVIDER_NEEDED)
        else:
            yield missing(
                name,
                f"the mirror {found} holds {', '.join(held) or 'no version'} of it",
                f"bring a fitting one there: `terraform providers mirror {found}` in .fargo/aws/stack",
                PROVIDER_NEEDED,
            )

    def engine(self) -> Iterator[Check]:
        """The engine, whether it can make the project's image, and the room that there is."""
        folders = {"the project": (self._folder, ROOM_PROJECT)}
        folders["temporary files"] = (Path(tempfile.gettempdir()), ROOM_TEMPORARY)
        try:
            with closing(Engine.connect(environ=self.environ)) as engine:
                about = engine.about()
        except FargoError as error:
            yield missing("Docker engine", error.message, error.hint)
        else:
            found = f"{about.version}, API {about.api}, {about.architecture}"
            yield ok("Docker engine", found, f"API {NEEDED_API} or newer")
            yield from self._emulation(about)
            if about.is_here:
                folders["images"] = (Path(about.folder), ROOM_ENGINE)
        yield from _room(folders)

    @property
    def _folder(self) -> Path:
        return self.project.folder if self.project else Path.cwd()

    def _emulation(self, about: "About") -> Iterator[Check]:
        wanted = self.project.image.cpu if self.project else Architecture.X86_64
        if not self.project or about.architecture == wanted.docker:
            return
        name, get = "architecture", INSTALL_EMULATOR.format(wanted.docker)
        said = f"the image is for {wanted.docker}, this engine runs {about.architecture}"
        other = f"{get}; or set `architecture` under [image]"
        if "Docker Desktop" in about.system:
            yield ok(name, f"{said} and emulates the other one, as Docker Desktop does")
        elif not about.is_here or not BINFMT.is_dir():
            yield warning(name, f"{said}; whether it emulates the other one cannot be told from here", other)
        else:
            yield _emulator(said, EMULATORS[wanted.docker], other)


def _emulator(said: str, registered: str, hint: str) -> Check:
    """What Linux says of an emulator.

    Source: its documentation, “Kernel Support for miscellaneous Binary Formats (binfmt_misc)”.
    """
    try:
        lines = (BINFMT / registered).read_text(encoding="utf-8").splitlines()
    except OSError:
        return missing("architecture", f"{said}, and {registered} is not registered to emulate it", hint)
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    if "enabled" not in lines:
        return missing("architecture", f"{said}, and its emulator {registered} is disabled", hint)
    if "F" not in flags:
        return missing(
            "architecture",
            f"{said}, and its emulator {registered} is registered without F: containers do not see it",
            hint,
        )
    return ok("architecture", f"{said}, with the emulator {registered}; builds take longer")


def _room(folders: Mapping[str, tuple[Path, int]]) -> Iterator[Check]:
    """Free room, once for each disk: what lies on it needs it together."""
    disks: dict[int, list[str]] = defaultdict(list)
    for what, (folder, _) in folders.items():
        try:
            disks[folder.stat().st_dev].append(what)
        except OSError:
            yield unknown("disk", f"{folder}, for {what}, cannot be looked at")
    for uses in disks.values():
        free = shutil.disk_usage(folders[uses[0]][0]).free / GIB
        needed = sum(folders[use][1] for use in uses)
        found = f"{free:.1f} GiB free for {', '.join(uses)}"
        if free >= needed:
            yield ok("disk", found, f"{needed} GiB")
        else:
            hint = "docker system prune" if "images" in uses else "free some"
            yield warning("disk", found, hint, f"{needed} GiB")


def _fits(version: str) -> bool:
    parts = tuple(int(part) for part in version.split("."))
    return parts[0] == PROVIDER[0] and parts >= PROVIDER


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
