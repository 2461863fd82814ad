"""One project that goes the whole road on real parts: Terraform, the AWS provider, the engine, containers.

An apply and a destroy take minutes, most of them waits of the provider's own: every test of
this folder shares one, in the order in which they stand.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fargo.docker import Engine
from fargo.images import forget

TOOL = Path(__file__).parents[2] / "tool"
REGION = "us-east-1"
REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/fargo-simulate"
JOBS = """
[jobs.missing]
command = ["no-such-program"]

[jobs.hungry]
command = ["python3", "-c", "x = bytearray(900 << 20); print(len(x))"]

[jobs.patient]
command = ["python3", "-c", "import time; print('here', flush=True); time.sleep(300)"]
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

    def client(self, service: str) -> Any:
        import boto3

        status = self.start("local", "status", "--json")
        endpoint = json.loads(status.communicate(timeout=30)[0])["endpoint"]
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """A fresh project with its own local AWS; the engine's network is the machine's."""
    base = os.environ.get("FARGO_TEST_BASE_IMAGE", "")
    root = tmp_path_factory.mktemp("road")
    environ = {**os.environ, "XDG_STATE_HOME": str(root / "state"), "PYTHONPATH": str(TOOL)}
    made = Road(root, environ)
    folder = root / "simulate"
    initial = made.fargo("init", str(folder), *(["--base-image", base] if base else []))
    assert initial.returncode == 0, initial.stderr
    project = folder / "fargo.toml"
    project.write_text(project.read_text(encoding="utf-8") + JOBS, encoding="utf-8")
    _forget_images()  # of a run before this one that did not come to its end
    yield Road(folder, environ)
    with made.start("local", "stop") as stopping:
        stopping.communicate(timeout=60)
    _forget_images()


def _forget_images() -> None:
    engine = Engine.connect(environ=os.environ)
    forget(REPOSITORY, engine)
    engine.close()
