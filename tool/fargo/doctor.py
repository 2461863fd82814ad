"""Prerequisites → checks: found, or how to get it. Changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from fargo.docker import Engine
from fargo.errors import FargoError
from fargo.model.fargate import Architecture
from fargo.terraform import Terraform, mirror

if TYPE_CHECKING:
    from fargo.aws.session import Session
    from fargo.config import Project


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One prerequisite: what was found, and the next step where it is not right."""

    name: str
    verdict: Verdict
    found: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """What the checks look at.

    Attributes:
        project: None where there is no project file, or a broken one: its checks are then left out.
        problem: what is wrong with a broken one.
        session: made only when asked, because making it may fail; gives None where the local AWS is
            meant and does not run.
    """

    environ: Mapping[str, str]
    home: Path
    folder: Path
    project: "Project | None"
    problem: FargoError | None = None
    session: "Callable[[], Session | None]"

    def checks(self) -> Iterator[Check]:
        """Every check, in the order in which a user would mend them."""
        yield from _guarded("Terraform", self._terraform)
        yield from self._cli_config()
        yield from _guarded("AWS provider", self._provider)
        yield from _guarded("Docker engine", self._engine)
        if self.problem is not None:
            yield _missing("project file", self.problem)
        if self.project is not None:
            yield Check("project file", Verdict.OK, str(self.project.file))
            yield from _guarded("AWS", self._identity)

    def _terraform(self) -> Iterator[Check]:
        version = Terraform(self.folder, environ=self.environ, more={}).version()
        yield Check("Terraform", Verdict.OK, version)

    def _cli_config(self) -> Iterator[Check]:
        named = self.environ.get(mirror.ENV_CLI_CONFIG)
        if named and not mirror.own_cli_config(self.environ, home=self.home):
            yield Check(
                "Terraform CLI configuration",
                Verdict.WARNING,
                f"{mirror.ENV_CLI_CONFIG} names {named}, which is no file; fargo ignores it",
                f"unset {mirror.ENV_CLI_CONFIG}",
            )

    def _provider(self) -> Iterator[Check]:
        own = mirror.own_cli_config(self.environ, home=self.home)
        if own and not self.environ.get(mirror.ENV_MIRROR):
            yield Check("AWS provider", Verdict.OK, f"as your {own} says")
            return
        found = mirror.find_mirror(self.environ, home=self.home)
        yield Check("AWS provider", Verdict.OK, f"mirror {found}" if found else "from the registry")

    def _engine(self) -> Iterator[Check]:
        with closing(Engine.connect(environ=self.environ)) as engine:
            version, architecture = engine.about()
        yield Check("Docker engine", Verdict.OK, f"{version}, {architecture}")
        wanted = self.project.image.cpu if self.project else Architecture.X86_64
        if architecture != wanted.docker and self.project:
            yield Check(
                "architecture",
                Verdict.WARNING,
                f"the image is for {wanted.docker}, this engine runs {architecture}",
                f"install emulation for {wanted.docker} (binfmt), or set architecture in [image]",
            )

    def _identity(self) -> Iterator[Check]:
        session = self.session()
        if session is None:
            yield Check(
                "local AWS",
                Verdict.WARNING,
                "not running",
                "`fargo up` starts it and deploys to it; `fargo local start` starts it alone",
            )
            return
        who = session.identity()
        yield Check("AWS", Verdict.OK, f"{who.arn}, account {who.account_id}, {session.region}")


def _guarded(name: str, check: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from check()
    except FargoError as error:
        yield _missing(name, error)


def _missing(name: str, error: FargoError) -> Check:
    return Check(name, Verdict.MISSING, error.message, error.hint)
