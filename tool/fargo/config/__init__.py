"""fargo.toml → settings: typed, complete, and saying what is wrong in the user's words.

Order of precedence for what can be given twice (region, profile): the command line, then
fargo.toml, then the environment, then the profile. `Project.origins` tells which one it was.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fargo.config.job import JobSettings
from fargo.config.reader import Reader
from fargo.config.settings import (
    ComputeSettings,
    CostSettings,
    ImageSettings,
    LogsSettings,
    NetworkSettings,
    NotificationsSettings,
    RolesSettings,
    StateSettings,
)
from fargo.errors import ProjectFileError, UsageError
from fargo.model import naming

__all__ = ["JobSettings", "NetworkSettings", "Project", "find", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project's settings, whole.

    Attributes:
        file: the project file; its folder is what relative paths start from.
        region: None where neither the command line, the file nor the environment names one.
        origins: `region` and `profile` → where the value came from.
    """

    file: Path
    name: str
    region: str | None
    profile: str
    image: ImageSettings
    jobs: dict[str, JobSettings]
    network: NetworkSettings
    compute: ComputeSettings
    logs: LogsSettings
    cost: CostSettings
    roles: RolesSettings
    notifications: NotificationsSettings
    state: StateSettings
    origins: dict[str, str]

    @property
    def folder(self) -> Path:
        """Where the project file lies."""
        return self.file.parent

    def job(self, name: str) -> JobSettings:
        """A job's table.

        Raises:
            UsageError: there is none of this name; the hint names those there are.
        """
        if name not in self.jobs:
            near = difflib.get_close_matches(name, self.jobs, 1)
            guess = f"did you mean {near[0]}? " if near else ""
            raise UsageError(
                f"{self.file} has no job {name}", f"{guess}there are: {', '.join(sorted(self.jobs))}"
            )
        return self.jobs[name]


def find(start: Path | None = None) -> Path:
    """The project file in `start` or the nearest folder above it.

    Args:
        start: None for the current folder.

    Raises:
        ProjectFileError: there is none.
    """
    start = start or _here()
    for folder in (start, *start.parents):
        if (folder / naming.PROJECT_FILE).is_file():
            return folder / naming.PROJECT_FILE
    raise ProjectFileError(
        f"no {naming.PROJECT_FILE} in {start} or above it",
        "make one with `fargo init`, or name it: --project FILE",
    )


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        hint = "go to the project's folder, or name its file: --project FILE"
        raise ProjectFileError("the current folder is gone", hint) from error


def load(
    file: Path, *, region: str = "", profile: str = "", environ: Mapping[str, str] = os.environ
) -> Project:
    """Read and check a project file.

    Args:
        file: the project file.
        region: from the command line; wins over the file.
        profile: from the command line; wins over the environment.
        environ: the environment.

    Raises:
        ProjectFileError: names file, key, value, what is allowed and the nearest name.
    """
    reader = Reader.of(file)
    head = reader.head()
    sections = reader.sections()
    jobs = reader.jobs()
    regions = [
        (region, "--region"),
        (head.region, str(file)),
        (environ.get("AWS_REGION", ""), "AWS_REGION"),
        (environ.get("AWS_DEFAULT_REGION", ""), "AWS_DEFAULT_REGION"),
    ]
    profiles = [(profile, "--profile"), (environ.get("AWS_PROFILE", ""), "AWS_PROFILE")]
    chosen_region, region_origin = _first(regions)
    chosen_profile, profile_origin = _first(profiles)
    return Project(
        file=file,
        name=head.name,
        region=chosen_region or None,
        profile=chosen_profile,
        jobs=jobs,
        origins={"region": region_origin, "profile": profile_origin},
        **sections,
    )


def _first(choices: list[tuple[str, str]]) -> tuple[str, str]:
    return next((choice for choice in choices if choice[0]), ("", ""))
