"""Outputs and the result object, over HTTP to a scripted S3 and to moto."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer
from runner_program import Runner
from scripted_s3 import ScriptedS3

OUTPUT = "/workspace/runs/run-1/output/0/"
MAKE = "mkdir -p out/deep; echo one > out/a; echo two > 'out/deep/b c'"


def test_outputs_come_first_and_the_result_last(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    done = fargo_run("sh", "-c", MAKE, environ=task | {"FARGO_OUTPUT": "out"})
    assert (done.returncode, done.stderr) == (0, "")
    assert set(s3.objects) == {f"{OUTPUT}a", f"{OUTPUT}deep/b%20c", "/workspace/runs/run-1/result/0.json"}
    assert list(s3.objects)[-1] == "/workspace/runs/run-1/result/0.json"
    assert s3.objects[f"{OUTPUT}a"] == b"one\n"


def test_result_tells_all_there_is_to_know(fargo_run: Runner, task: dict[str, str], s3: ScriptedS3) -> None:
    task |= {
        "FARGO_OUTPUT": "out",
        "AWS_BATCH_JOB_ID": "id:0",
        "AWS_BATCH_JOB_ATTEMPT": "2",
        "FARGO_WAVE": "1",
    }
    fargo_run("sh", "-c", "printf {row} > out/a; exit 4", environ=task)
    result = s3.failed()
    host = result.pop("host")
    assert (host["name"], host["arch"], host["cpus"]) == (
        os.uname().nodename,
        os.uname().machine,
        len(os.sched_getaffinity(0)),
    )
    started, stopped = str(result.pop("started")), str(result.pop("stopped"))
    assert started <= stopped
    assert started[4] + started[10] + started[-1] == "-TZ"
    for measured in ("seconds", "cpu_seconds", "peak_memory_bytes"):
        assert float(str(result.pop(measured))) >= 0
    assert result == {
        "version": 2,
        "row": 0,
        "wave": 1,
        "attempt": 2,
        "job_id": "id:0",
        "command": ["sh", "-c", "printf 0 > out/a; exit 4"],
        "exit_code": 4,
        "signal": None,
        "problem": "",
        "bytes_in": 0,
        "bytes_out": 1,
        "outputs": [
            {"key": "runs/run-1/output/0/a", "size": 1, "sha256": hashlib.sha256(b"0").hexdigest()},
        ],
        "runner": result["runner"],
    }


def test_a_command_that_is_not_there_leaves_a_result_too(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    fargo_run("no-such-program", environ=task)
    assert s3.failed()["exit_code"] == 127
    assert "no-such-program is not on the image's PATH" in s3.failed()["problem"]


@pytest.mark.parametrize("output", ["", "out"], ids=["none asked for", "nothing left"])
def test_no_output_folder_is_no_failure(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, output: str
) -> None:
    assert fargo_run("true", environ=task | {"FARGO_OUTPUT": output}).returncode == 0
    assert s3.result()["outputs"] == []


def test_faults_of_s3_are_survived(fargo_run: Runner, task: dict[str, str], s3: ScriptedS3) -> None:
    s3.faults = [(500, "InternalError"), (0, "")]
    done = fargo_run("sh", "-c", MAKE, environ=task | {"FARGO_OUTPUT": "out"})
    assert (done.returncode, done.stderr) == (0, "")
    assert len(s3.objects) == 3


@pytest.mark.parametrize(("command_exit", "exit_code"), [(0, 125), (3, 3)])
def test_refused_outputs_fail_a_good_command_and_the_result_says_so(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, command_exit: int, exit_code: int
) -> None:
    s3.refuse = lambda path: (403, "AccessDenied") if path.startswith(OUTPUT) else None
    done = fargo_run("sh", "-c", f"{MAKE}; exit {command_exit}", environ=task | {"FARGO_OUTPUT": "out"})
    assert done.returncode == exit_code
    assert "cannot be stored: S3 answers 403, AccessDenied" in done.stderr
    assert s3.failed()["exit_code"] == exit_code
    assert s3.failed()["outputs"] == []
    assert "AccessDenied" in s3.failed()["problem"]
    assert s3.ended("result") == []


@pytest.mark.parametrize(("command_exit", "exit_code"), [(0, 125), (3, 3)])
def test_refused_result_fails_a_good_command(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, command_exit: int, exit_code: int
) -> None:
    s3.refuse = lambda _path: (403, "AccessDenied")
    assert fargo_run("sh", "-c", f"exit {command_exit}", environ=task).returncode == exit_code


def test_an_unusable_bucket_is_known_before_the_command_starts(
    fargo_run: Runner, task: dict[str, str]
) -> None:
    del task["AWS_REGION"]
    done = fargo_run("echo", "ran", environ=task)
    assert (done.returncode, done.stdout) == (125, "")
    assert done.stderr == "fargo-run: AWS_REGION is not set. Fargate sets it; elsewhere, set the bucket's.\n"


def test_links_to_files_are_kept_and_the_rest_is_named(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    make = "mkdir -p out/real; cd out; echo x > real/x; ln -s real/x link"
    odd = "ln -s real folder; ln -s no none; mkfifo p"
    done = fargo_run("sh", "-c", f"{make}; {odd}", environ=task | {"FARGO_OUTPUT": "out"})
    assert done.returncode == 0
    assert {Path(key).name for key in s3.objects} == {"x", "link", "0.json"}
    assert [line.split("'")[1].rpartition("/")[2] for line in done.stderr.splitlines()] == [
        "folder",
        "none",
        "p",
    ]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        ("rmdir out; echo x > out", "out cannot be read: Not a directory"),
        ("touch \"$(printf 'out/\\377')\"", "is no UTF-8"),
    ],
    ids=["a file in its place", "a name that is no text"],
)
def test_outputs_that_cannot_be_kept_are_a_failure_not_a_loss(
    fargo_run: Runner, task: dict[str, str], make: str, says: str
) -> None:
    done = fargo_run("sh", "-c", make, environ=task | {"FARGO_OUTPUT": "out"})
    assert done.returncode == 125
    assert says in done.stderr


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """Another S3 than ours: its address, and a client with a bucket `workspace`."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", "us-east-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket="workspace")
    yield url, client
    client.close()
    # Servers of one process share what they keep.
    urlopen(Request(f"{url}/moto-api/reset", method="POST")).close()
    server.stop()


def test_moto_takes_what_the_runner_sends(
    fargo_run: Runner, task: dict[str, str], moto: tuple[str, Any]
) -> None:
    url, client = moto
    make = "mkdir -p out/ä; head -c 300000 /dev/zero > out/ä/b"
    done = fargo_run("sh", "-c", make, environ=task | {"AWS_ENDPOINT_URL": url, "FARGO_OUTPUT": "out"})
    assert (done.returncode, done.stderr) == (0, "")
    got = client.get_object(Bucket="workspace", Key="runs/run-1/output/0/ä/b")["Body"].read()
    assert got == bytes(300_000)
    head = client.head_object(Bucket="workspace", Key="runs/run-1/result/0.json")
    assert head["ContentType"] == "application/json"


def test_moto_gives_rows_and_inputs_as_the_runner_asks(
    fargo_run: Runner, task: dict[str, str], moto: tuple[str, Any], s3: ScriptedS3
) -> None:
    url, client = moto
    more = s3.rows(*({"photo": f"s3://workspace/inputs/0/größe {row}"} for row in range(4)))
    for path, content in s3.objects.items():
        client.put_object(Bucket="workspace", Key=path.removeprefix("/workspace/"), Body=content)
    for row in range(4):
        client.put_object(Bucket="workspace", Key=f"inputs/0/größe {row}", Body=b"%d " % row * 200_000)
    more |= {"FARGO_PACK": "3", "FARGO_INPUTS": '["photo"]', "AWS_BATCH_JOB_ATTEMPT": "2"}
    client.put_object(Bucket="workspace", Key="runs/run-1/result/1.json", Body=b"{}")
    done = fargo_run("wc", "-c", "{photo}", environ=task | more | {"AWS_ENDPOINT_URL": url})
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["400000"] * 2
    assert done.stderr == "fargo-run: 1 of 3 rows succeeded in an earlier attempt: not run again.\n"
