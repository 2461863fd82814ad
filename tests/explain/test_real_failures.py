"""Failures of real containers, on a real engine, with the real runner inside: explained as the scripted ones are."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from base_image import choose_base_image
from engine_images import let_go
from explained import Explainer, fargo, submit
from explained_failures import REAL, Real
from local_aws import client, local_aws, make_definition
from projects import REGION, deploy

from fargo.local import daemon

pytestmark = pytest.mark.engine

PROJECT = """\
name = "real"

[image]
build_args = {{ BASE_IMAGE = "{base}" }}

[jobs.python]
command = ["python3", "-c"]

[jobs.missing]
command = ["no-such-program"]

[jobs.gone]
command = ["true"]

[jobs.foreign]
command = ["true"]

[jobs.slow]
command = ["sleep", "500"]
"""
SPEED = 60
"""How many times faster time passes for AWS Batch: its shortest timeout takes a second."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Built and deployed by hand; its job definitions name the image, one that is not there, or another platform."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "fargo.toml").write_text(PROJECT.format(base=choose_base_image()), encoding="utf-8")
    with local_aws("docker", speed=SPEED) as endpoint:
        deploy(folder, endpoint, "real")
        image = json.loads(fargo(folder, "build", "--json"))["image"]
        _define(folder, endpoint, image)
        yield folder
        daemon.stop()  # and with it the containers that use the image
        let_go()


def _define(folder: Path, endpoint: str, image: str) -> None:
    batch = client("batch", endpoint, REGION)
    theirs = docker.from_env().images.get(image).attrs["Architecture"]
    foreign = {"amd64": "ARM64", "arm64": "X86_64"}[theirs]
    runtime = {"cpuArchitecture": foreign, "operatingSystemFamily": "LINUX"}
    file = folder / ".fargo" / "local" / "outputs.json"
    outputs = json.loads(file.read_text(encoding="utf-8"))
    base: dict[str, Any] = {
        "image": image,
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": outputs["log_group"]}},
        "environment": [{"name": "FARGO_BUCKET", "value": outputs["bucket"]}],
    }
    containers = {
        "python": base,
        "missing": base,
        "slow": base,
        "gone": base | {"image": "fargo-test/none:local"},
        "foreign": base | {"runtimePlatform": runtime},
    }
    outputs["job_definitions"] = {
        name: make_definition(batch, f"fargo-real_{name}", container=container)
        for name, container in containers.items()
    }
    file.write_text(json.dumps(outputs), encoding="utf-8")


@pytest.mark.parametrize("failure", REAL, ids=[each.rule for each in REAL])
def test_a_real_failure_is_told_by_its_cause(project: Path, failure: Real) -> None:
    (finding,) = Explainer(project, submit(project, failure.arguments)).explain().findings
    assert finding.rule == failure.rule
    assert failure.cause in finding.cause


def test_what_the_runner_measured_is_evidence(project: Path) -> None:
    found = Explainer(
        project, submit(project, ["python", "--", "x = bytearray(100 << 20); raise SystemExit(3)"])
    )
    (finding,) = found.explain().findings
    assert finding.rule == "exit-code"
    assert any("of 512 MiB at its peak" in line for line in finding.evidence)
