"""The runner as process 1 of a real container, in the image of the simulation example."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from base_image import ensure_base_image
from runner_program import RUNNER
from scripted_s3 import ScriptedS3

pytestmark = pytest.mark.engine

TAG = f"fargo-test/simulate:{os.getpid()}"
EXAMPLE = Path(__file__).parents[2] / "examples" / "simulate"
Start = Callable[..., Any]


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env(timeout=60)
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    context = tmp_path_factory.mktemp("context")
    shutil.copytree(EXAMPLE, context, dirs_exist_ok=True)
    (context / ".dockerignore").unlink()
    shutil.copytree(RUNNER, context / ".fargo-runner", ignore=shutil.ignore_patterns("__pycache__"))
    engine.images.build(path=str(context), tag=TAG, buildargs={"BASE_IMAGE": ensure_base_image()}, rm=True)
    yield TAG
    engine.images.remove(TAG, force=True)


@pytest.fixture
def start(engine: docker.DockerClient, image: str, task: dict[str, str]) -> Iterator[Start]:
    """Start a command under the runner; the scripted S3 is on the host's loopback."""
    started = []

    def run(*command: str, memory: str = "512m", read_only: bool = False, **more: str) -> Any:
        # The image's own PATH, not the one of the tests.
        environ = {name: value for name, value in (task | more).items() if name != "PATH"}
        container = engine.containers.run(
            image,
            ["fargo-run", "--", *command],
            detach=True,
            environment=environ,
            network_mode="host",
            mem_limit=memory,
            memswap_limit=memory,
            read_only=read_only,
            tmpfs={"/tmp": "mode=1777"} if read_only else {},
        )
        started.append(container)
        return container

    yield run
    for container in started:
        container.remove(force=True, v=True)


def ended(container: Any) -> tuple[int, str]:
    """Wait for a container: its exit code and what it wrote."""
    code = container.wait(timeout=60)["StatusCode"]
    return code, container.logs().decode()


def says(container: Any, word: str) -> None:
    """Wait until a container's output holds a word."""
    until = time.monotonic() + 30
    while word not in container.logs().decode():
        assert time.monotonic() < until, container.logs().decode()
        time.sleep(0.05)


def test_job_is_no_root_and_may_write_into_its_folder(start: Start) -> None:
    assert ended(start("sh", "-c", "id -u; touch /work/x && echo written")) == (0, "10001\nwritten\n")


def test_stop_of_the_container_reaches_the_command_and_the_result_is_kept(
    start: Start, s3: ScriptedS3
) -> None:
    container = start("sh", "-c", "trap 'echo saved; exit 7' TERM; echo ready; while :; do sleep 0.05; done")
    says(container, "ready")
    container.stop(timeout=30)
    code, output = ended(container)
    assert code == 7
    assert "saved" in output
    assert s3.failed()["exit_code"] == 7


def test_orphans_are_reaped(start: Start) -> None:
    script = """
import os, pathlib, time
for _ in range(20):
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            time.sleep(0.1)
        os._exit(0)
    os.waitpid(child, 0)
time.sleep(1)
stats = [path.read_text() for path in pathlib.Path("/proc").glob("[0-9]*/stat")]
print(len(stats), "processes,", sum(stat.rpartition(")")[2].split()[0] == "Z" for stat in stats), "zombies")
"""
    assert ended(start("python3", "-c", script)) == (0, "2 processes, 0 zombies\n")


def test_memory_of_several_processes_is_summed(start: Start, s3: ScriptedS3) -> None:
    script = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        held = b"x" * (60 << 20)
        time.sleep(1)
        os._exit(0)
for _ in range(3):
    os.wait()
"""
    assert ended(start("python3", "-c", script))[0] == 0
    assert 180 << 20 < int(str(s3.result()["peak_memory_bytes"])) < 300 << 20


def test_command_killed_for_memory_leaves_a_result(start: Start, s3: ScriptedS3) -> None:
    container = start("python3", "-c", "held = b'x' * (300 << 20)", memory="64m")
    assert ended(container)[0] == 137
    assert s3.failed()["signal"] == 9
    assert int(str(s3.failed()["peak_memory_bytes"])) > 40 << 20


def test_simulation_finds_the_known_answer_and_leaves_it_as_output(start: Start, s3: ScriptedS3) -> None:
    container = start("python3", "simulate.py", "--samples", "1000", "--size", "32", FARGO_OUTPUT="out")
    code, output = ended(container)
    assert code == 0
    assert output.splitlines()[-1].startswith("magnetisation 0.91")
    assert b'"exact": 0.9113' in s3.objects["/workspace/runs/run-1/output/0/result.json"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_rows_with_inputs_and_outputs_run_on_a_root_that_cannot_be_written(
    start: Start, s3: ScriptedS3, workers: str
) -> None:
    s3.objects |= {f"/photos/{row}.txt": f"photo {row}\n".encode() for row in range(5)}
    rows = s3.rows(*({"photo": f"s3://photos/{row}.txt"} for row in range(5)))
    more = {
        "FARGO_PACK": "5",
        "FARGO_WORKERS": workers,
        "FARGO_INPUTS": '["photo"]',
        "FARGO_OUTPUT": "/tmp/out",
    }
    script = "rev < {photo} > {output}/turned.txt; test {row} != 3"
    code, output = ended(start("sh", "-c", script, read_only=True, **rows, **more))
    assert (code, output) == (1, "fargo-run: row 3: exit code 1.\n")
    for row in range(5):
        assert s3.objects[f"/workspace/runs/run-1/output/{row}/turned.txt"] == f"{row} otohp\n".encode()
    assert sorted(s3.ended("result")) == [0, 1, 2, 4]


def test_memory_is_each_rows_own(start: Start, s3: ScriptedS3) -> None:
    script = "import sys, time; held = b'x' * (int(sys.argv[1]) * 50 << 20); time.sleep(0.6)"
    code, _ = ended(start("python3", "-c", script, "{row}", FARGO_ROWS="3", FARGO_PACK="3"))
    assert code == 0
    peaks = [s3.result(row)["peak_memory_bytes"] >> 20 for row in range(3)]
    assert peaks[0] < 50 < peaks[1] < 100 < peaks[2] < 150
