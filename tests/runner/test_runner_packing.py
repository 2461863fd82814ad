"""Several rows in one container: each with its own result, exit code and folder, whatever the others do."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from runner_program import RUNNER, Runner
from scripted_s3 import ScriptedS3

OUTPUT = "/workspace/runs/run-1/output/"


def pack(rows: int, workers: int = 1) -> dict[str, str]:
    return {"FARGO_ROWS": str(rows), "FARGO_PACK": str(rows), "FARGO_WORKERS": str(workers)}


@pytest.mark.parametrize("workers", [1, 3, 100])
def test_a_failing_row_stops_no_other_and_the_first_one_is_the_exit_code(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, workers: int
) -> None:
    script = "case {row} in 2) exit 5;; 4) kill -9 $$;; esac"
    done = fargo_run("sh", "-c", script, environ=task | pack(6, workers))
    assert done.returncode == 5
    assert sorted(done.stderr.splitlines()) == [
        "fargo-run: row 2: exit code 5.",
        "fargo-run: row 4: exit code 137.",
    ]
    assert sorted(s3.ended("result")) == [0, 1, 3, 5]
    assert {row: s3.failed(row)["exit_code"] for row in s3.ended("failed")} == {2: 5, 4: 137}


def test_all_well_is_silent(fargo_run: Runner, task: dict[str, str], s3: ScriptedS3) -> None:
    done = fargo_run("true", environ=task | pack(5))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert s3.ended("result") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("workers", "most"), [(1, 1), (2, 2)])
def test_no_more_run_at_once_than_there_are_workers(
    fargo_run: Runner, task: dict[str, str], tmp_path: Path, workers: int, most: int
) -> None:
    script = "touch run-{row}; ls | grep -c run-; sleep 0.3; rm run-{row}"
    done = fargo_run("sh", "-c", script, environ=task | pack(6, workers))
    assert max(map(int, done.stdout.split())) == most


def test_each_row_finds_its_folder_empty_and_leaves_its_own_outputs(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, tmp_path: Path
) -> None:
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "file").touch()
    script = 'ls -A out; echo {row} > "$FARGO_OUTPUT/a"; mkdir {output}/d{row}; touch out/d{row}/x out/.h; ln -s ../keep out/link'
    done = fargo_run("sh", "-c", script, environ=task | pack(3) | {"FARGO_OUTPUT": "out"})
    assert (done.returncode, done.stdout) == (0, "")
    for row in range(3):
        keys = {
            key.removeprefix(f"{OUTPUT}{row}/") for key in s3.objects if key.startswith(f"{OUTPUT}{row}/")
        }
        assert keys == {"a", f"d{row}/x", ".h"}
        assert s3.objects[f"{OUTPUT}{row}/a"] == f"{row}\n".encode()
        assert len(s3.result(row)["outputs"]) == 3
    assert (tmp_path / "keep" / "file").exists()


def test_workers_have_a_folder_each_and_it_makes_room_when_it_is_stored(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, tmp_path: Path
) -> None:
    script = 'test {output} = "$FARGO_OUTPUT" && ls -A {output} && echo {row} > {output}/a && echo {output}'
    done = fargo_run("sh", "-c", script, environ=task | pack(4, 2) | {"FARGO_OUTPUT": "out"})
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.split()) == [f"{tmp_path}/out/{row}" for row in range(4)]
    assert [s3.objects[f"{OUTPUT}{row}/a"] for row in range(4)] == [b"0\n", b"1\n", b"2\n", b"3\n"]
    assert list((tmp_path / "out").iterdir()) == []


def test_what_workers_leave_beside_their_folders_is_a_failure_not_a_loss(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "of the image").touch()
    done = fargo_run("sh", "-c", "echo x > out/f{row}", environ=task | pack(2, 2) | {"FARGO_OUTPUT": "out"})
    assert done.returncode == 125
    assert done.stderr.startswith(
        "fargo-run: f0, f1 in the output folder belongs to no row, and is not stored."
    )


def test_a_failed_rows_outputs_are_kept_and_listed(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    script = "echo {row} > out/a; exit {row}"
    fargo_run("sh", "-c", script, environ=task | pack(2) | {"FARGO_OUTPUT": "out"})
    assert s3.objects[f"{OUTPUT}1/a"] == b"1\n"
    assert [each["key"] for each in s3.failed(1)["outputs"]] == ["runs/run-1/output/1/a"]


def test_a_folder_that_holds_the_working_directory_is_not_emptied(
    fargo_run: Runner, task: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "code").touch()
    done = fargo_run("echo", "ran", environ=task | pack(2) | {"FARGO_OUTPUT": "."})
    assert (done.returncode, done.stdout) == (125, "")
    assert "the working directory is in it. Name a folder of its own." in done.stderr
    assert (tmp_path / "code").exists()


@pytest.mark.parametrize("more", [{"AWS_BATCH_JOB_ATTEMPT": "2"}, {}], ids=["attempt", "wave"])
def test_what_has_succeeded_is_not_run_again(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, more: dict[str, str]
) -> None:
    s3.objects |= {f"/workspace/runs/run-1/result/{row}.json": b"{}" for row in (0, 2)}
    s3.objects["/workspace/runs/run-1/failed/1.json"] = b"{}"
    more = more or s3.wave(2, 0, 1, 2, 3)
    done = fargo_run("echo", "{row}", environ=task | pack(4) | more)
    assert (done.returncode, done.stdout) == (0, "1\n3\n")
    assert done.stderr == "fargo-run: 2 of 4 rows succeeded in an earlier attempt: not run again.\n"
    assert sorted(s3.ended("result")) == [0, 1, 2, 3]


def test_a_row_that_has_succeeded_ends_well_at_once(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    s3.objects["/workspace/runs/run-1/result/0.json"] = b"{}"
    done = fargo_run("echo", "ran", environ=task | {"AWS_BATCH_JOB_ATTEMPT": "2"})
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "fargo-run: The row succeeded in an earlier attempt: not run again.\n"


def test_a_refused_result_fails_its_row_alone(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    s3.refuse = lambda path: (403, "AccessDenied") if path.endswith("/1.json") else None
    done = fargo_run("true", environ=task | pack(3))
    assert done.returncode == 125
    assert done.stderr.startswith(
        "fargo-run: row 1: exit code 125. runs/run-1/result/1.json cannot be stored"
    )
    assert s3.ended("result") == [0, 2]


def start(task: dict[str, str], script: str, ready: int) -> "subprocess.Popen[str]":
    """Start it, and wait until as many rows have said `ready`."""
    program = [str(RUNNER / "bin" / "fargo-run"), "--", "sh", "-c", script]
    process = subprocess.Popen(program, env=task, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert [process.stdout.readline() for _ in range(ready)] == ["ready\n"] * ready
    return process


@pytest.mark.parametrize("workers", [1, 2])
def test_stop_reaches_all_that_run_and_nothing_is_begun_after_it(
    task: dict[str, str], s3: ScriptedS3, workers: int
) -> None:
    script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"
    process = start(task | pack(5, workers), script, workers)
    process.terminate()
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 9
    assert sorted(s3.ended("failed")) == list(range(workers))
    assert s3.ended("result") == []
    assert errors.count("fargo-run: ") == workers


def test_a_stop_that_the_running_row_survives_is_no_success_of_the_container(
    task: dict[str, str], s3: ScriptedS3
) -> None:
    process = start(task | pack(3), "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done", 1)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert s3.ended("result") == [0]


def test_what_a_row_leaves_running_ends_with_it(
    fargo_run: Runner, task: dict[str, str], tmp_path: Path
) -> None:
    script = "test {row} = 1 && sleep 1 || (sleep 0.5; touch late) >/dev/null 2>&1 &"
    assert fargo_run("sh", "-c", script + "\ntest {row} = 0 || wait", environ=task | pack(2)).returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_each_row_is_measured_for_itself(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, workers: int
) -> None:
    work = """
import os, sys, time
if sys.argv[1] == '0':
    if os.fork() == 0:
        x = b'x' * (100 << 20)
        while time.process_time() < .5: pass
        os._exit(0)
    os.wait()
else:
    time.sleep(.5)
"""
    fargo_run(sys.executable, "-c", work, "{row}", environ=task | pack(2, workers))
    large, small = s3.result(0), s3.result(1)
    assert large["peak_memory_bytes"] > 100 << 20
    assert small["peak_memory_bytes"] < 60 << 20
    assert large["cpu_seconds"] > 0.45
    assert small["cpu_seconds"] < 0.4


def test_memory_of_a_rows_processes_is_summed_where_several_rows_run(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    work = """
import os, sys, time
for _ in range(3):
    if sys.argv[1] == '1' and os.fork() == 0:
        held = b'x' * (40 << 20)
        time.sleep(1)
        os._exit(0)
time.sleep(1.2)
"""
    fargo_run(sys.executable, "-c", work, "{row}", environ=task | pack(2, 2))
    peaks: list[Any] = [s3.result(row)["peak_memory_bytes"] >> 20 for row in range(2)]
    assert peaks[0] < 60
    assert 120 < peaks[1] < 200
