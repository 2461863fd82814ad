"""Projects and places to examine."""

from pathlib import Path

import pytest
from local_aws import ACCOUNT
from projects import REGION, write_project

from fargo import config
from fargo.config import Project
from fargo.doctor.grant import Place


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = write_project(tmp_path / "demo", more='\n[state]\nbucket = "our-states"\n')
    return config.load(folder / "fargo.toml", environ={"AWS_REGION": REGION})


@pytest.fixture
def place(project: Project) -> Place:
    return Place(project=project, partition="aws", region=REGION, account_id=ACCOUNT)
