"""How containers fail: with the exit codes and reasons that Fargate gives."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker_jobs import IMAGE, STAYS, Relay, busybox_image, image, lines, shell, submit
from local_aws import LOG_GROUP, client, local_aws, make_queue, wait_for_job, wait_until

from fargo.local.engine import Ready
from fargo.local.executors import Capacity, Task
from fargo.local.executors.docker_containers import Containers
from fargo.local.executors.docker_output import demultiplex
from fargo.local.state import StateDir

pytestmark = pytest.mark.engine

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
MACHINES = {"amd64": 62, "arm64": 183}
"""ELF's numbers."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    found = docker.from_env()
    with busybox_image(found):
        yield found
    found.close()


@pytest.fixture(scope="module")
def docker_endpoint(engine: Any) -> Iterator[str]:
    with local_aws("docker") as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        make_queue(client("batch", started), "containers")
        yield started


@pytest.fixture(scope="module")
def batch(docker_endpoint: str) -> Any:
    return client("batch", docker_endpoint)


def program(machine: int) -> bytes:
    """The smallest program that a kernel could load, for one kind of processor."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    start, header, segment = 0x400078, 64, 56
    parts = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, start, header, 0, 0, header, segment, 1, 0, 0, 0)
    return ident + parts + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 124, 124, 4096) + bytes(4)


def test_memory_over_the_limit_kills_with_137_and_says_so(batch: Any, name: str) -> None:
    job = wait_for_job(batch, submit(batch, name, ["tail", "/dev/zero"]), "FAILED")
    assert job["container"]["exitCode"] == 137
    assert job["container"]["reason"] == OUT_OF_MEMORY
    assert job["statusReason"] == "Essential container in task exited"


def test_a_child_that_was_killed_for_memory_is_told_whatever_the_exit_code(batch: Any, name: str) -> None:
    jobs = [
        submit(batch, f"{name}-{code}", shell(f"tail /dev/zero; echo $?; exit {code}")) for code in (3, 0)
    ]
    failed, succeeded = wait_for_job(batch, jobs[0], "FAILED"), wait_for_job(batch, jobs[1], "SUCCEEDED")
    assert failed["container"]["exitCode"] == 3
    assert failed["container"]["reason"] == succeeded["container"]["reason"] == OUT_OF_MEMORY


@pytest.mark.parametrize(("signal", "code"), [("KILL", 137), ("SEGV", 139), ("TERM", 143)])
def test_a_signal_gives_128_and_its_number_and_no_reason(
    batch: Any, name: str, signal: str, code: int
) -> None:
    # Process 1 of a container is spared the signals that it sends itself.
    command = shell(f"sh -c 'kill -{signal} $$'; exit $?")
    job = wait_for_job(batch, submit(batch, name, command), "FAILED")
    assert job["container"]["exitCode"] == code
    assert "reason" not in job["container"]


def test_an_image_that_the_engine_has_not_is_not_pulled_until_it_has_it(
    batch: Any, engine: Any, name: str
) -> None:
    wanted = f"fargo-test/later:{os.getpid()}"
    job = wait_for_job(batch, submit(batch, name, ["true"], container={"image": wanted}), "FAILED")
    assert job["statusReason"].startswith("CannotPullContainerError:")
    assert f"{wanted}: not found" in job["statusReason"]
    assert "exitCode" not in job["container"]
    assert "startedAt" not in job
    with busybox_image(engine, wanted):
        wait_for_job(batch, submit(batch, name, ["true"], container={"image": wanted}), "SUCCEEDED")


def test_an_image_for_another_architecture_than_the_task_s(batch: Any, engine: Any, name: str) -> None:
    theirs = engine.images.get(IMAGE).attrs["Architecture"]
    other, platform = {"amd64": ("ARM64", "linux/arm64"), "arm64": ("X86_64", "linux/amd64")}[theirs]
    runtime = {"runtimePlatform": {"cpuArchitecture": other, "operatingSystemFamily": "LINUX"}}
    job = wait_for_job(batch, submit(batch, name, ["true"], container=runtime), "FAILED")
    assert job["statusReason"].startswith("CannotPullContainerError: ")
    assert f"image Manifest does not contain descriptor matching platform '{platform}'" in job["statusReason"]
    assert "startedAt" not in job


def test_a_program_for_another_architecture_than_its_image_s(
    batch: Any, engine: Any, docker_endpoint: str, name: str
) -> None:
    foreign = next(
        machine
        for arch, machine in MACHINES.items()
        if arch != engine.images.get(IMAGE).attrs["Architecture"]
    )
    with image(engine, f"fargo-test/foreign:{os.getpid()}", {"hello": program(foreign)}, {}, []) as made:
        job = wait_for_job(batch, submit(batch, name, ["/hello"], container={"image": made}), "FAILED")
    assert job["container"]["exitCode"] in (1, 255)
    assert job["statusReason"] == "Essential container in task exited"
    assert lines(docker_endpoint, job) == ["exec /hello: exec format error"]


def test_a_command_that_the_image_has_not(batch: Any, name: str) -> None:
    job = wait_for_job(batch, submit(batch, name, ["frobnicate", "--now"]), "FAILED")
    assert job["statusReason"].startswith("CannotStartContainerError: ")
    assert 'exec: "frobnicate": executable file not found in $PATH' in job["statusReason"]
    assert job["container"]["reason"] == job["statusReason"]
    assert "exitCode" not in job["container"]


def test_storage_is_limited_or_the_log_says_once_that_it_is_not(batch: Any, engine: Any, name: str) -> None:
    job_id = submit(batch, name, shell(STAYS), container={"ephemeralStorage": {"sizeInGiB": 30}})
    wait_for_job(batch, job_id, "RUNNING")
    (container,) = engine.containers.list(filters={"label": f"fargo.job={job_id}"})
    limit = container.attrs["HostConfig"].get("StorageOpt")
    batch.terminate_job(jobId=job_id, reason="seen")
    said = StateDir.default().log.read_text(encoding="utf-8").count("ephemeral storage is not limited")
    assert (limit, said) in [({"size": "30G"}, 0), (None, 1)]


def test_an_engine_that_goes_away_ends_its_jobs_and_is_found_again_with_nothing_left_on_it(
    engine: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(tmp_path / "engine.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    with local_aws("docker") as endpoint:
        client("logs", endpoint).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", endpoint)
        make_queue(batch, "containers")
        job_id = submit(batch, name, shell(STAYS))
        wait_for_job(batch, job_id, "RUNNING")
        relay.cut()
        lost = wait_for_job(batch, job_id, "FAILED")
        assert lost["statusReason"].startswith("DockerTimeoutError: the Docker engine failed: ")
        meanwhile = wait_for_job(batch, submit(batch, name, ["true"]), "FAILED")
        assert meanwhile["statusReason"].startswith("CannotStartContainerError: the Docker engine failed: ")
        assert "startedAt" not in meanwhile
        left = {"label": f"fargo.job={job_id}"}
        assert len(engine.containers.list(filters=left)) == 1
        relay.join()
        wait_for_job(batch, submit(batch, name, ["true"]), "SUCCEEDED")
        wait_until(lambda: not engine.api.containers(all=True, filters=left))
    relay.cut()


class StorageApi:
    """What `Containers` asks of docker-py, of an engine that can limit storage or refuses to."""

    def __init__(self, *, can: bool) -> None:
        self.can = can
        self.asked: list[Any] = []

    def create_host_config(self, **host: Any) -> Any:
        return host

    def create_container(self, image: str, **container: Any) -> None:
        limit = container["host_config"].get("storage_opt")
        self.asked.append(limit)
        if limit and not self.can:
            raise docker.errors.APIError("500 Server Error", explanation="--storage-opt is not supported")


@pytest.mark.parametrize(
    ("can", "asked"), [(True, [{"size": "30G"}] * 2), (False, [{"size": "30G"}, None, None])]
)
def test_an_engine_that_refuses_to_limit_storage_is_not_asked_again(can: bool, asked: list[Any]) -> None:
    api = StorageApi(can=can)
    ready = Ready(api=api, network="n", gateway="192.0.2.1", capacity=Capacity(2, 4096))
    task = Task(
        id="t",
        job_id="j",
        job_name="n",
        image="i",
        command=(),
        environment={},
        vcpu=1,
        memory_mib=2048,
        storage_gib=30,
    )
    containers = Containers({}, 5151)
    for _ in range(2):
        containers.create(ready, task, "c")
    assert api.asked == asked


def test_frames_are_put_together_however_they_arrive() -> None:
    frames = [(b"\x01", b"one\n"), (b"\x01", b"two\n"), (b"\x02", b"oh\n"), (b"\x01", b""), (b"\x01", b"end")]
    stream = b"".join(kind + bytes(3) + len(data).to_bytes(4, "big") + data for kind, data in frames)
    whole = list(demultiplex(iter([stream])))
    assert whole == [("stdout", b"one\ntwo\n"), ("stderr", b"oh\n"), ("stdout", b"end")]
    for size in range(1, 20):
        pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
        found = list(demultiplex(iter(pieces)))
        for source in ("stdout", "stderr"):
            assert b"".join(data for kind, data in found if kind == source) == b"".join(
                data for kind, data in whole if kind == source
            )
