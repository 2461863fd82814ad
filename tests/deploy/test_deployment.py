"""Plan, apply and down against a real local AWS, with a script in Terraform's place that does as it is told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_aws import ACCOUNT, client, local_aws, script, wait_for_job, wait_until
from projects import REGION, deploy, write_project

from fargo import config
from fargo.aws.session import Session, Target
from fargo.deploy import Deployment, Teardown
from fargo.errors import AwsDenied, NotDeployed, TerraformFailed
from fargo.images import ImageEvent

TOOL = Path(__file__).parents[2] / "tool"
TERRAFORM = """#!/bin/sh
cd "{folder}" && echo "$@" >> calls
case "$1" in
  version) echo '{{"terraform_version": "1.11.4"}}' ;;
  init) if [ -f broken ]; then echo "no mirror here" >&2; exit 1; fi; mkdir -p "$OLDPWD/.terraform" ;;
  show) echo '{{"resource_changes": [{{"address": "a.b", "change": {{"actions": ["create"]}}}}]}}' ;;
  apply) touch began; sleep 1.5; touch finished ;;
  output) cat outputs.json ;;
  state) cat resources ;;
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
    (folder / "resources").touch()
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


def _run(events: Any) -> Any:
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


def _calls(told: Path, command: str) -> int:
    lines = (told / "calls").read_text(encoding="utf-8").splitlines()
    return sum(line.split()[0] == command for line in lines)


def test_a_failed_init_is_tried_again_and_a_good_one_is_not(deployment: Deployment, told: Path) -> None:
    (told / "broken").touch()
    with pytest.raises(TerraformFailed, match="no mirror here"):
        _run(deployment.plan("tag"))
    (told / "broken").unlink()
    assert len(_run(deployment.plan("tag")).changes) == 1
    _run(deployment.plan("tag"))
    assert _calls(told, "init") == 2


def test_an_apply_that_ended_well_is_remembered_though_the_image_failed(deployment: Deployment) -> None:
    def denied() -> Iterator[ImageEvent]:
        raise AwsDenied("the registry refuses", "ask for access")
        yield

    plan = _run(deployment.plan("tag"))
    with pytest.raises(AwsDenied) as caught:
        _run(deployment.apply(plan, denied()))
    assert caught.value.hint == "ask for access; the stack stands, so go on with `fargo up`"
    assert deployment.folder.outputs().account_id == ACCOUNT


def test_jobs_that_changed_since_the_last_up_are_noticed(deployment: Deployment) -> None:
    _run(deployment.apply(_run(deployment.plan("tag"))))
    assert not deployment.folder.jobs_changed()
    file = deployment.project.file
    file.write_text(file.read_text(encoding="utf-8").replace("2 GiB", "4 GiB"), encoding="utf-8")
    changed = Deployment(config.load(file, environ={}), deployment.session, deployment.environ)
    assert changed.folder.jobs_changed()


def test_down_stops_jobs_that_came_after_the_question(
    deployment: Deployment, told: Path, endpoint: str, outputs: dict[str, Any]
) -> None:
    batch = client("batch", endpoint, REGION)
    _run(deployment.apply(_run(deployment.plan("tag"))))
    (told / "resources").write_text("a.b\ndata.aws_region.this\n", encoding="utf-8")
    teardown = Teardown(deployment, sleep=lambda _seconds: time.sleep(0.05))
    standing = _run(teardown.standing())
    assert (standing.resources, standing.jobs) == (1, ())
    job = batch.submit_job(
        jobName="late",
        jobQueue=outputs["job_queues"]["spot"],
        jobDefinition=outputs["job_definitions"]["work"],
        containerOverrides=script({"out": "here"}, {"sleep": 300}),
    )
    wait_for_job(batch, job["jobId"], "RUNNING")
    left = _run(teardown.run())
    assert wait_for_job(batch, job["jobId"])["statusReason"] == "fargo down"
    assert (
        batch.describe_job_queues(jobQueues=[outputs["job_queues"]["spot"]])["jobQueues"][0]["state"]
        == "DISABLED"
    )
    # The script destroyed nothing, and the listing says so.
    assert f"job queue fargo-{outputs['name']}-spot" in left
    assert deployment.folder.outputs()


def test_down_of_an_empty_state_says_that_there_is_nothing(deployment: Deployment) -> None:
    with pytest.raises(NotDeployed, match="nothing to take down"):
        _run(Teardown(deployment).standing())


APPLY = """
import sys
from pathlib import Path
from fargo.terraform import Terraform
terraform = Terraform(Path(sys.argv[1]), environ={"PATH": sys.argv[1] + ":/usr/bin:/bin"}, more={})
for event in terraform.apply(Path("plan")):
    pass
"""


def test_terraform_comes_to_its_end_though_fargo_is_killed(told: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", APPLY, str(told)], env={"PYTHONPATH": str(TOOL)})
    wait_until((told / "began").exists)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not (told / "finished").exists()
    wait_until((told / "finished").exists)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_is_passed_on_and_waited_for(deployment: Deployment, told: Path, number: int) -> None:
    program = told / "terraform"
    body = program.read_text(encoding="utf-8").replace(
        "touch began; sleep 1.5; touch finished",
        "trap 'touch asked; kill $!' INT; touch began; sleep 30 & wait; exit 1",
    )
    program.write_text(body, encoding="utf-8")
    code = (
        "import sys; from fargo.__main__ import run;"
        "sys.exit(run(['--local', 'up', '--yes', '--project', sys.argv[1]]))"
    )
    environ = {**os.environ, "PYTHONPATH": str(TOOL), "PATH": f"{told}:{os.environ['PATH']}"}
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(deployment.project.file)],
        env=environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        wait_until((told / "began").exists)
        child.send_signal(number)
        _, said = child.communicate(timeout=30)
    assert (told / "asked").exists()
    assert child.returncode == 130
    assert "Terraform has ended in good order" in said
