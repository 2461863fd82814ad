"""What `import fargo` gives: `connect` → `Project` → `Run`.

The steps are those of the command line, and they are the same code. Nothing is printed; what fails raises a
`FargoError`. A job that failed is none: `Run.wait` and `Run.status` tell.
"""

import os
from pathlib import Path

from fargo.api.project import Project
from fargo.api.run import Run
from fargo.connection import Connection
from fargo.model import naming

__all__ = ["Project", "Run", "connect"]


def connect(
    project: str | os.PathLike[str] | None = None,
    *,
    local: bool = False,
    profile: str = "",
    region: str = "",
) -> Project:
    """Open a project that `fargo up` has deployed, or will; AWS is not asked yet.

    Args:
        project: the project file, or its folder; else fargo.toml of the current folder or the nearest
            above it.
        local: the local AWS of this machine instead of AWS. It is started, when first needed, where it is
            not running.
        profile: the AWS profile; else `AWS_PROFILE`.
        region: the AWS region; else the project file's, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.

    Raises:
        ProjectFileError: the project file is not there, or says what cannot be.
    """
    file = Path(project) if project is not None else None
    if file is not None and file.is_dir():
        file /= naming.PROJECT_FILE
    connection = Connection(file, local=local, profile=profile, region=region)
    return Project(connection, name=connection.project.name)
