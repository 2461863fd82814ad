"""Terraform's part is played by a script that does as the folder `told` says."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_aws import local_aws
from projects import REGION, deploy, write_project

from fargo import config
from fargo.aws.session import Session, Target
from fargo.deploy import Deployment

TERRAFORM = """#!/bin/sh
cd "{folder}" && echo "$@" >> calls
case "$1" in
  version) echo '{{"terraform_version": "1.11.4"}}' ;;
  init) if [ -f broken ]; then echo "no mirror here" >&2; exit 1; fi; mkdir -p "$OLDPWD/.terraform" ;;
  show) case "$*" in *tfplan) cat plan.json ;; *) cat state.json ;; esac ;;
  apply) touch began; sleep 1.5; touch finished ;;
  output) cat outputs.json ;;
esac
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with local_aws() as started:
        yield started


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """The folder by which the script is told what to do, with the script in it."""
    folder = tmp_path / "terraform"
    folder.mkdir()
    program = folder / "terraform"
    program.write_text(TERRAFORM.format(folder=folder), encoding="utf-8")
    program.chmod(0o755)
    plan = {"resource_changes": [{"address": "a.b", "change": {"actions": ["create"]}}]}
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (folder / "state.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def outputs(told: Path, tmp_path: Path, endpoint: str) -> dict[str, Any]:
    name = f"p{abs(hash(tmp_path)) % 10**8}"
    found = deploy(write_project(tmp_path / "project", name), endpoint, name)
    state = tmp_path / "project" / ".fargo" / "local"
    (state / "outputs.json").unlink()
    (state / "terraform.tfstate").write_text("{}", encoding="utf-8")
    (told / "outputs.json").write_text(
        json.dumps({k: {"value": v} for k, v in found.items()}), encoding="utf-8"
    )
    return found


@pytest.fixture
def deployment(told: Path, tmp_path: Path, endpoint: str, outputs: dict[str, Any]) -> Deployment:
    del outputs
    project = config.load(tmp_path / "project" / "fargo.toml", environ={})
    session = Session(Target.LOCAL, REGION, endpoint=endpoint)
    return Deployment(project, session, {**os.environ, "PATH": f"{told}:{os.environ['PATH']}"})
