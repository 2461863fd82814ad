"""Jobs in real containers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker_jobs import IMAGE, STAYS, busybox_image, engine_socket, lines, shell, submit
from listening import listening_addresses
from local_aws import LOG_GROUP, client, local_aws, make_queue, wait_for_job, wait_until

from fargo.local import daemon
from fargo.local.state import StateDir

pytestmark = pytest.mark.engine

ASK = """
aws=${AWS_ENDPOINT_URL#http://}
scope=Credential=x/20260101/eu-west-1/batch/aws4_request
ask() { printf "$1 HTTP/1.0\\r\\nAuthorization: $scope\\r\\n\\r\\n" | nc -w 5 ${aws%:*} ${aws#*:} | head -1; }
"""
ASK_BATCH = f"{ASK} ask 'POST /v1/describejobqueues'"


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    found = docker.from_env()
    yield found
    found.close()


@pytest.fixture(scope="module")
def image(engine: Any) -> Iterator[str]:
    with busybox_image(engine) as made:
        yield made


@pytest.fixture(scope="module")
def docker_endpoint(image: str) -> Iterator[str]:
    with local_aws("docker") as started:
        client("logs", started).create_log_group(logGroupName=LOG_GROUP)
        make_queue(client("batch", started), "containers")
        yield started


@pytest.fixture(scope="module")
def batch(docker_endpoint: str) -> Any:
    return client("batch", docker_endpoint)


def test_a_container_runs_writes_and_ends(batch: Any, docker_endpoint: str, name: str) -> None:
    job_id = submit(batch, name, shell("echo out; echo err >&2; exit 3"))
    job = wait_for_job(batch, job_id, "FAILED")
    assert job["container"]["exitCode"] == 3
    assert job["statusReason"] == "Essential container in task exited"
    assert sorted(lines(docker_endpoint, job)) == ["err", "out"]


def test_its_environment_is_the_job_s_aws_batch_s_and_the_way_to_aws(
    batch: Any, docker_endpoint: str, name: str
) -> None:
    environment = {"environment": [{"name": "MINE", "value": "a b=c"}]}
    job_id = submit(batch, name, ["env"], container=environment)
    job = wait_for_job(batch, job_id, "SUCCEEDED")
    found = dict(line.split("=", 1) for line in lines(docker_endpoint, job))
    assert found["MINE"] == "a b=c"
    assert found["AWS_BATCH_JOB_ID"] == job_id
    assert found["AWS_BATCH_JOB_ATTEMPT"] == "1"
    assert found["AWS_BATCH_JQ_NAME"] == "containers"
    assert found["AWS_BATCH_CE_NAME"] == "containers-ce"
    assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert found["AWS_EXECUTION_ENV"] == "AWS_ECS_FARGATE"
    assert found["AWS_ACCESS_KEY_ID"]
    assert found["AWS_SECRET_ACCESS_KEY"]
    assert found["AWS_ENDPOINT_URL"].endswith(docker_endpoint.rpartition(":")[2])
    assert "127.0.0.1" not in found["AWS_ENDPOINT_URL"]


WRITES = "for d in '' /tmp; do (echo x >$d/x) 2>/dev/null && echo wrote $d/x; done; echo asked"
ON_SCRATCH = {
    "volumes": [{"name": "scratch"}],
    "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/tmp"}],
}


@pytest.mark.parametrize(
    ("container", "written"),
    [
        ({}, ["wrote /x", "wrote /tmp/x"]),
        ({"readonlyRootFilesystem": True}, []),
        ({"readonlyRootFilesystem": True, **ON_SCRATCH}, ["wrote /tmp/x"]),
        ({"readonlyRootFilesystem": True, "user": "1000:1000", **ON_SCRATCH}, []),
    ],
    ids=["a root", "a read-only root", "and a volume", "that is root's"],
)
def test_with_a_read_only_root_a_container_writes_to_its_volumes_alone(
    batch: Any, docker_endpoint: str, name: str, container: dict[str, Any], written: list[str]
) -> None:
    job_id = submit(batch, name, shell(WRITES), container=container)
    assert lines(docker_endpoint, wait_for_job(batch, job_id, "SUCCEEDED")) == [*written, "asked"]


def test_a_volume_belongs_to_whom_the_image_says(
    batch: Any, engine: Any, docker_endpoint: str, name: str
) -> None:
    with busybox_image(engine, f"fargo-test/volume:{os.getpid()}", ("VOLUME /tmp",)) as image:
        container = {"image": image, "readonlyRootFilesystem": True, "user": "1000:1000", **ON_SCRATCH}
        job_id = submit(batch, name, shell(WRITES), container=container)
        job = wait_for_job(batch, job_id, "SUCCEEDED")
    assert lines(docker_endpoint, job) == ["wrote /tmp/x", "asked"]


def test_the_user_is_the_definition_s_and_process_1_reaps(
    batch: Any, docker_endpoint: str, name: str
) -> None:
    container = {"user": "1000:1001", "linuxParameters": {"initProcessEnabled": True}}
    command = shell(
        "while read -r key value _; do case $key in Uid:|Gid:) echo $key $value;; esac; done </proc/self/status; echo $$"
    )
    job = wait_for_job(batch, submit(batch, name, command, container=container), "SUCCEEDED")
    *who, process = lines(docker_endpoint, job)
    assert who == ["Uid: 1000", "Gid: 1001"]
    assert process != "1"


def test_lines_arrive_while_the_container_runs(batch: Any, docker_endpoint: str, name: str) -> None:
    job_id = submit(batch, name, shell(f"echo begun; {STAYS}"))
    job = wait_for_job(batch, job_id, "RUNNING")
    wait_until(lambda: lines(docker_endpoint, job) == ["begun"], seconds=10)
    batch.terminate_job(jobId=job_id, reason="seen")


def test_a_line_longer_than_docker_s_own_limit_stays_whole(
    batch: Any, docker_endpoint: str, name: str
) -> None:
    job_id = submit(batch, name, shell("i=0; while [ $i -lt 5000 ]; do echo -n 0123456789; i=$((i+1)); done"))
    job = wait_for_job(batch, job_id, "SUCCEEDED")
    assert lines(docker_endpoint, job) == ["0123456789" * 5000]


def test_nothing_of_a_container_s_output_is_lost_and_it_stays_in_order(
    batch: Any, docker_endpoint: str, name: str
) -> None:
    command = shell("seq 20000; seq 3 | while read -r line; do echo $line; done")
    job = wait_for_job(batch, submit(batch, name, command), "SUCCEEDED")
    assert lines(docker_endpoint, job) == [str(number) for number in [*range(1, 20001), 1, 2, 3]]


def test_a_container_larger_than_the_machine_gets_all_of_it_and_runs_alone(
    batch: Any, engine: Any, name: str
) -> None:
    job_id = submit(batch, name, shell(STAYS), vcpu="16", memory="32768")
    job = wait_for_job(batch, job_id, "RUNNING")
    (container,) = engine.containers.list(filters={"label": f"fargo.job={job_id}"})
    limits = container.attrs["HostConfig"]
    assert limits["NanoCpus"] == engine.info()["NCPU"] * 1_000_000_000
    assert limits["Memory"] == limits["MemorySwap"] == 32768 * 1024 * 1024
    assert container.name == f"fargo-{job['container']['taskArn'].rpartition('/')[2]}"
    small = submit(batch, f"{name}-small", ["true"])
    wait_until(lambda: batch.describe_jobs(jobs=[small])["jobs"][0]["status"] == "RUNNABLE")
    batch.terminate_job(jobId=job_id, reason="seen")
    assert wait_for_job(batch, small)["startedAt"] >= wait_for_job(batch, job_id)["stoppedAt"]
    wait_for_job(batch, job_id, "FAILED", seconds=90)


def test_terminate_is_heard_as_sigterm(batch: Any, docker_endpoint: str, name: str) -> None:
    job_id = submit(
        batch, name, shell("trap 'echo tidying; exit 7' TERM; echo ready; while :; do sleep 0.1; done")
    )
    job = wait_for_job(batch, job_id, "RUNNING")
    wait_until(lambda: lines(docker_endpoint, job) == ["ready"], seconds=10)
    batch.terminate_job(jobId=job_id, reason="enough")
    job = wait_for_job(batch, job_id, "FAILED")
    assert job["statusReason"] == "enough"
    assert job["container"]["exitCode"] == 7
    assert lines(docker_endpoint, job) == ["ready", "tidying"]


@pytest.fixture
def neighbour(engine: Any, image: str) -> Iterator[str]:
    """Address and port of a container on the engine's ordinary network, which greets whoever connects."""
    greeter = shell("while :; do echo hello | nc -l -p 8080; done")
    container = engine.containers.run(image, greeter, detach=True, network="bridge", init=True)
    container.reload()
    yield f"{container.attrs['NetworkSettings']['Networks']['bridge']['IPAddress']} 8080"
    container.remove(force=True)


def test_aws_is_within_reach_and_no_other_machine(
    batch: Any, engine: Any, docker_endpoint: str, neighbour: str, name: str
) -> None:
    greet = shell(f"nc -w 3 {neighbour} </dev/null")
    assert engine.containers.run(IMAGE, greet, network="bridge", remove=True) == b"hello\n"
    command = (
        f"{ASK_BATCH}; ask 'GET /_fargo/status'; ask 'POST /moto-api/reset';"
        f"for to in '{neighbour}' '192.0.2.1 80'; do nc -w 3 $to </dev/null 2>/dev/null || echo unreachable; done"
    )
    job = wait_for_job(batch, submit(batch, name, shell(command)), "SUCCEEDED")
    assert [line.strip() for line in lines(docker_endpoint, job)] == [
        "HTTP/1.0 200 OK",
        "HTTP/1.0 403 Forbidden",
        "HTTP/1.0 403 Forbidden",
        "unreachable",
        "unreachable",
    ]


def test_containers_and_network_are_gone_after_stop_and_it_listened_on_two_addresses(
    engine: Any, image: str, name: str
) -> None:
    with local_aws("docker") as endpoint:
        status = daemon.status()
        assert status
        port = int(endpoint.rpartition(":")[2])
        client("logs", endpoint).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", endpoint)
        make_queue(batch, "containers")
        job_id = submit(batch, name, shell(STAYS))
        wait_for_job(batch, job_id, "RUNNING")
        (container,) = engine.containers.list(filters={"label": f"fargo.job={job_id}"})
        (network,) = engine.networks.list(filters={"label": f"fargo.local={container.labels['fargo.local']}"})
        gateway = network.attrs["IPAM"]["Config"][0]["Gateway"]
        assert network.attrs["Internal"] is True
        assert listening_addresses(status.pid) == {("127.0.0.1", port), (gateway, port)}
    label = f"fargo.local={container.labels['fargo.local']}"
    assert engine.containers.list(all=True, filters={"label": label}) == []
    assert engine.networks.list(filters={"label": label}) == []


def test_what_a_killed_server_left_is_removed_at_the_next_start(
    engine: Any, image: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    killed = daemon.start(port=0)
    client("logs", killed.endpoint).create_log_group(logGroupName=LOG_GROUP)
    batch = client("batch", killed.endpoint)
    make_queue(batch, "containers")
    job_id = submit(batch, name, shell(STAYS))
    wait_for_job(batch, job_id, "RUNNING")
    orphan = {"label": f"fargo.job={job_id}"}
    os.kill(killed.pid, 9)
    wait_until(lambda: daemon.status() is None)
    assert len(engine.containers.list(filters=orphan)) == 1
    daemon.start(port=0)
    assert engine.containers.list(all=True, filters=orphan) == []
    assert daemon.stop()


def test_a_network_that_cannot_be_removed_is_taken_over_at_the_next_start(
    engine: Any, image: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    killed = daemon.start(port=0)
    (network,) = engine.networks.list(filters={"label": f"fargo.local={StateDir.default().id}"})
    os.kill(killed.pid, 9)
    wait_until(lambda: daemon.status() is None)
    guest = engine.containers.run(image, shell(STAYS), network=network.name, detach=True)
    started = daemon.start(port=0)
    client("logs", started.endpoint).create_log_group(logGroupName=LOG_GROUP)
    batch = client("batch", started.endpoint)
    make_queue(batch, "containers")
    job = wait_for_job(batch, submit(batch, name, shell(ASK_BATCH)), "SUCCEEDED")
    assert [line.strip() for line in lines(started.endpoint, job)] == ["HTTP/1.0 200 OK"]
    guest.remove(force=True)
    assert daemon.stop()
    assert engine.networks.list(names=[network.name]) == []


def test_an_engine_that_comes_later_is_found_by_the_next_job(
    image: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_socket()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/late.sock")
    started = daemon.start(port=0)
    assert started.warning
    client("logs", started.endpoint).create_log_group(logGroupName=LOG_GROUP)
    batch = client("batch", started.endpoint)
    make_queue(batch, "containers")
    wait_for_job(batch, submit(batch, name, ["true"]), "FAILED")
    (tmp_path / "late.sock").symlink_to(engine)
    wait_for_job(batch, submit(batch, name, ["true"]), "SUCCEEDED")
    now = daemon.status()
    assert now
    assert now.warning == ""
    assert daemon.stop()


def test_a_network_that_was_pruned_is_made_again(
    batch: Any, engine: Any, docker_endpoint: str, name: str
) -> None:
    (network,) = engine.networks.list(filters={"label": f"fargo.local={StateDir.default().id}"})
    wait_until(lambda: not network.containers or network.reload(), seconds=60)
    network.remove()
    again = submit(batch, name, shell(ASK_BATCH))
    job = wait_for_job(batch, again, "SUCCEEDED")
    assert [line.strip() for line in lines(docker_endpoint, job)] == ["HTTP/1.0 200 OK"]
