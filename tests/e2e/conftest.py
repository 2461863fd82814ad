"""Projects on real parts: Terraform, the AWS provider, the engine.

An apply and a destroy take minutes, most of them waits of the provider's own. So there are two stacks, made
once: `road` is a project whose jobs are containers, and `standing` one whose jobs are scripts, which the
tests of its file take through its life in the order in which they stand.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from local_aws import client

from fargo.docker import Engine
from fargo.images import forget

TOOL = Path(__file__).parents[2] / "tool"
REGION = "us-east-1"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
JOBS = '''
[jobs.missing]
command = ["no-such-program"]

[jobs.hungry]
command = ["python3", "-c", "x = bytearray(900 << 20); print(len(x))"]

[jobs.patient]
command = ["python3", "-c", "import time; print('here', flush=True); time.sleep(300)"]

[jobs.count]
command = ["python3", "-c", """
import os, pathlib, sys
text = pathlib.Path(sys.argv[1]).read_text()
if "hungry" in text:
    print(len(bytearray(700 << 20)))
(pathlib.Path(os.environ["FARGO_OUTPUT"]) / "count.txt").write_text(f"{len(text.split())} {sys.argv[2]}")
""", "{text}", "{title}"]
inputs = ["text"]
output = "out"
pack = 25
workers = 2
'''

CYCLE = """
name = "cycle"
region = "us-east-1"

[jobs.work]
command = ["work"]
secrets = { TOKEN = "SECRET" }

[[jobs.work.policy]]
Effect = "Allow"
Action = ["dynamodb:GetItem", "dynamodb:Query"]
Resource = "arn:aws:dynamodb:us-east-1:123456789012:table/genomes"

[[jobs.work.policy]]
Effect = "Allow"
Action = "s3:GetObject"
Resource = "arn:aws:s3:::archive/genomes/*"

[network]
endpoints = ["dynamodb"]

[compute]
max_vcpus = 8
"""


@dataclass(frozen=True)
class Road:
    """A project's folder, and `fargo --local` in it."""

    folder: Path
    environ: dict[str, str]

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "fargo", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def fargo(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        with self.start("--local", *arguments) as process:
            out, err = process.communicate(timeout=400)
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def json(self, *arguments: str) -> Any:
        ended = self.fargo(*arguments, "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def interrupt_at(self, words: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Ctrl-C once a line of stderr holds `words`."""
        with self.start("--local", *arguments) as process:
            assert process.stderr is not None
            seen = []
            for line in process.stderr:
                seen.append(line)
                if words in line:
                    process.send_signal(signal.SIGINT)
                    break
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, "".join(seen) + err)

    @cached_property
    def endpoint(self) -> str:
        with self.start("local", "status", "--json") as status:
            return str(json.loads(status.communicate(timeout=30)[0])["endpoint"])

    def client(self, service: str) -> Any:
        return client(service, self.endpoint, REGION)

    def calls(self, method: str) -> list[str]:
        """Count calls of AWS from now on (`PUT`), or no more (`DELETE`): what was counted, as `service:Operation`."""
        request = urllib.request.Request(f"{self.endpoint}/_fargo/calls", method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return [f"{each['service']}:{each['operation']}" for each in json.load(answer)]

    def terraform(self, *arguments: str) -> "subprocess.Popen[str]":
        """Terraform by hand in the stack's folder."""
        kept = self.folder / ".fargo" / "local"
        environ = {
            **self.environ,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        if (mirror := kept / "terraform.rc").is_file():
            environ["TF_CLI_CONFIG_FILE"] = str(mirror)
        return subprocess.Popen(
            ["terraform", f"-chdir={kept / 'stack'}", *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """A fresh project with its own local AWS; the engine's network is the machine's."""
    base = os.environ.get("FARGO_TEST_BASE_IMAGE", "")
    root = tmp_path_factory.mktemp("road")
    made = _road(root, root)
    folder = root / "simulate"
    initial = made.fargo("init", str(folder), *(["--base-image", base] if base else []))
    assert initial.returncode == 0, initial.stderr
    project = folder / "fargo.toml"
    project.write_text(project.read_text(encoding="utf-8") + JOBS, encoding="utf-8")
    with _no_traces(made, f"{REGISTRY}/fargo-simulate"):
        yield _road(folder, root)


@dataclass(frozen=True)
class Standing:
    """A stack that stands, and the plan that was made of it at once.

    Attributes:
        road: its project.
        plan_exit_code: of `terraform plan -detailed-exitcode`.
        shown: the plan as `terraform show -json` tells it.
        called: what `up` called of AWS.
    """

    road: Road
    plan_exit_code: int
    shown: dict[str, Any]
    called: list[str]


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A project that has been brought up on a local AWS of its own, whose jobs are scripts."""
    root = tmp_path_factory.mktemp("standing")
    road = _road(root / "cycle", root)
    road.folder.mkdir()
    (road.folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
    with road.start("local", "start", "--executor", "scripted") as starting:
        assert starting.wait(timeout=60) == 0
    secret = road.client("secretsmanager").create_secret(Name="token", SecretString="hush")["ARN"]
    (road.folder / "fargo.toml").write_text(CYCLE.replace("SECRET", secret), encoding="utf-8")
    with _no_traces(road, f"{REGISTRY}/fargo-cycle"):
        road.calls("PUT")
        up = road.fargo("up", "--yes")
        called = road.calls("DELETE")
        assert up.returncode == 0, up.stderr
        file = str(root / "empty.tfplan")
        planned = road.terraform("plan", "-input=false", "-detailed-exitcode", f"-out={file}")
        said = planned.communicate(timeout=200)
        assert planned.returncode != 1, said
        shown = road.terraform("show", "-json", file).communicate(timeout=60)[0]
        yield Standing(road, planned.returncode, json.loads(shown), called)


def _road(folder: Path, root: Path) -> Road:
    """A project's folder whose local AWS is kept under `root`."""
    return Road(folder, {**os.environ, "XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(TOOL)})


@contextmanager
def _no_traces(road: Road, repository: str) -> Iterator[None]:
    """No image of this repository before, of a run that did not come to its end; none and no local AWS after."""
    _forget_images(repository)
    try:
        yield
    finally:
        with road.start("local", "stop") as stopping:
            stopping.communicate(timeout=60)
        _forget_images(repository)


def _forget_images(repository: str) -> None:
    engine = Engine.connect(environ=os.environ)
    forget(repository, engine)
    engine.close()
