"""Plan, apply and down against a real local AWS, with a script in Terraform's place that does as it is told."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_images import let_go
from generators import result
from local_aws import ACCOUNT, wait_until

from fargo import config
from fargo.deploy import Deployment
from fargo.errors import AwsDenied, TerraformFailed
from fargo.images import ImageEvent

TOOL = Path(__file__).parents[2] / "tool"


def _calls(told: Path, command: str) -> int:
    lines = (told / "calls").read_text(encoding="utf-8").splitlines()
    return sum(line.split()[0] == command for line in lines)


def test_a_failed_init_is_tried_again_and_a_good_one_is_not(deployment: Deployment, told: Path) -> None:
    (told / "broken").touch()
    with pytest.raises(TerraformFailed, match="no mirror here"):
        result(deployment.plan("tag"))
    (told / "broken").unlink()
    assert len(result(deployment.plan("tag")).changes) == 1
    result(deployment.plan("tag"))
    assert _calls(told, "init") == 2


def test_an_apply_that_ended_well_is_remembered_though_the_image_failed(deployment: Deployment) -> None:
    def denied() -> Iterator[ImageEvent]:
        raise AwsDenied("the registry refuses", "ask for access")
        yield

    plan = result(deployment.plan("tag"))
    with pytest.raises(AwsDenied) as caught:
        result(deployment.apply(plan, denied()))
    assert caught.value.hint == "ask for access; the stack stands, so go on with `fargo up`"
    assert deployment.folder.outputs().account_id == ACCOUNT


def test_jobs_that_changed_since_the_last_up_are_noticed(deployment: Deployment) -> None:
    result(deployment.apply(result(deployment.plan("tag"))))
    assert not deployment.folder.jobs_changed()
    file = deployment.project.file
    file.write_text(file.read_text(encoding="utf-8").replace("2 GiB", "4 GiB"), encoding="utf-8")
    changed = Deployment(config.load(file, environ={}), deployment.session, deployment.environ)
    assert changed.folder.jobs_changed()


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
    let_go()
    assert child.returncode == 130
    assert "Terraform has ended in good order" in said
