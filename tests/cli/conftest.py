"""`fargo` as its users run it: arguments in, exit code and both streams out."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from local_aws import local_aws
from projects import REGION, deploy, write_project

from fargo.aws import inventory
from fargo.aws.session import Session, Target

TOOL = Path(__file__).parents[2] / "tool"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Fargo = Callable[..., Ended]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def fargo(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fargo:
    """Run a command in this process, in the project's folder."""
    from fargo.__main__ import run

    monkeypatch.chdir(project)

    def call(*arguments: str) -> Ended:
        capsys.readouterr()
        code = run(list(arguments))
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture
def started(project: Path) -> "Iterator[Callable[..., subprocess.Popen[str]]]":
    """Start a command as a process of its own, for signals and terminals."""
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environ: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "fargo", *arguments],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(TOOL), **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def aws(project: Path) -> Iterator[str]:
    """A local AWS with scripted jobs, to which the project looks deployed; its endpoint."""
    with local_aws() as endpoint:
        deploy(project, endpoint)
        yield endpoint


@pytest.fixture
def state(project: Path, aws: str) -> Path:
    """A state of Terraform's that knows the bucket, and the names of all else: there is something to take down."""
    session = Session(Target.LOCAL, REGION, endpoint=aws)
    names = [thing.name for thing in inventory.listing(session, "demo")]
    known = {"value": names, "type": ["list", "string"]}
    bucket = next(name for name in names if name.startswith("fargo-demo-1"))
    resources = [
        _resource("terraform.io/builtin/terraform", "terraform_data", {"id": "x", "input": known}),
        _resource("registry.terraform.io/hashicorp/aws", "aws_s3_bucket", {"id": bucket, "bucket": bucket}),
    ]
    file = project / ".fargo" / "local" / "terraform.tfstate"
    file.write_text(json.dumps({"version": 4, "resources": resources}), encoding="utf-8")
    return file


def _resource(provider: str, kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": "standing",
        "provider": f'provider["{provider}"]',
        "instances": [{"schema_version": 0, "attributes": attributes}],
    }
