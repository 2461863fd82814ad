"""Inputs: objects that become files before the command, and are gone after it."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from fargo_runner.contract import RunnerError
from fargo_runner.inputs import Inputs
from runner_program import RUNNER, Runner
from scripted_s3 import RESET, ScriptedS3

SHOW = "import os, sys; a, b = sys.argv[1:]; print(a, open(a).read(), b, os.environ['FARGO_ROW_A'] == a)"


@pytest.fixture
def scratch(tmp_path: Path, task: dict[str, str]) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    task |= {"TMPDIR": str(folder), "FARGO_INPUTS": json.dumps(["a"])}
    return folder


def test_an_object_is_a_local_file_while_the_command_runs(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    s3.objects["/photos/2026/a%20%C3%A4.jpg"] = b"content"
    task |= s3.rows({"a": "s3://photos/2026/a ä.jpg", "b": "s3://photos/not fetched"})
    done = fargo_run(sys.executable, "-c", SHOW, "{a}", "{b}", environ=task)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(str(scratch))
    assert done.stdout.endswith("/a ä.jpg content s3://photos/not fetched True\n")
    assert s3.result()["bytes_in"] == 7
    assert list(scratch.iterdir()) == []


def test_an_empty_value_stays_empty(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    task |= s3.rows({"a": ""})
    assert fargo_run("echo", "<{a}>$", environ=task).stdout == "<>$\n"


def test_files_of_two_columns_may_have_one_name(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    s3.objects |= {"/photos/1/x": b"one", "/photos/2/x": b"two"}
    task |= s3.rows({"a": "s3://photos/1/x", "b": "s3://photos/2/x"}) | {"FARGO_INPUTS": '["a", "b"]'}
    assert fargo_run("cat", "{a}", "{b}", environ=task).stdout == "onetwo"
    assert s3.result()["bytes_in"] == 6


@pytest.mark.parametrize("name", ["..", ".", "-rf", "a;b", ".fargo-part", "$(x)\n"])
def test_no_key_leads_out_of_the_rows_folder(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path, name: str
) -> None:
    s3.objects[f"/photos/../{quote(name)}"] = b"content"
    task |= s3.rows({"a": f"s3://photos/../{name}"})
    done = fargo_run(sys.executable, "-c", SHOW, "{a}", "", environ=task)
    assert done.returncode == 0, done.stderr
    assert " content " in done.stdout
    path = Path(done.stdout.partition(" content ")[0])
    assert path.resolve().is_relative_to(scratch)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("workers", ["1", "3"])
def test_what_several_rows_want_is_fetched_once_and_none_of_them_changes_it(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path, workers: str
) -> None:
    s3.objects |= {"/photos/shared": b"shared", **{f"/photos/{row}": b"own" for row in range(6)}}
    rows = ({"a": f"s3://photos/{row}", "b": "s3://photos/shared"} for row in range(6))
    task |= s3.rows(*rows) | {"FARGO_INPUTS": '["a", "b"]', "FARGO_PACK": "6", "FARGO_WORKERS": workers}
    script = "echo $(cat {a} {b}); rm -f {b}; echo changed > {b}"
    done = fargo_run("sh", "-c", script, environ=task)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["ownshared"] * 6
    assert [path for path, _ in s3.got].count("/photos/shared") == 1
    assert sorted(s3.result(row)["bytes_in"] for row in range(6)) == [3] * 5 + [9]
    assert list(scratch.iterdir()) == []


def test_files_are_gone_before_the_next_row_fetches(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    s3.objects |= {f"/photos/{row}": b"x" for row in range(3)}
    task |= s3.rows(*({"a": f"s3://photos/{row}"} for row in range(3))) | {"FARGO_PACK": "3"}
    done = fargo_run("sh", "-c", 'find "$TMPDIR" -type f | wc -l', environ=task)
    assert done.stdout.split() == ["1", "1", "1"]


def test_faults_and_cuts_are_survived(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    s3.objects["/photos/x"] = bytes(range(256)) * 4000
    task |= s3.rows({"a": "s3://photos/x"})
    s3.faults, s3.cuts = [(503, "SlowDown"), (RESET, "")], [9, 3, 500_000, 0, 100]
    done = fargo_run("sha256sum", "{a}", environ=task)
    assert done.stdout.split()[0].lstrip("\\") == hashlib.sha256(s3.objects["/photos/x"]).hexdigest()
    assert s3.result()["bytes_in"] == 1_024_000


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("s3://photos/absent", "absent cannot be fetched: S3 answers 403, AccessDenied"),
        ("photo.jpg", "a is 'photo.jpg', which names no object. Write s3://bucket/key."),
        ("s3://photos", "a is 's3://photos', which names no object"),
        ("s3://photos/folder/", "a is 's3://photos/folder/', which names no object"),
        ("s3:///key", "a is 's3:///key', which names no object"),
        ("s3://photos/\ud800", "which names no object"),
        ("s3://photos/" + "n" * 300, "cannot be written: File name too long"),
    ],
    ids=["absent", "local", "bucket", "folder", "no bucket", "no text", "long"],
)
def test_an_input_that_cannot_be_had_is_that_rows_problem(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path, value: str, says: str
) -> None:
    s3.objects |= {"/photos/x": b"x", "/photos/" + "n" * 300: b"x"}
    task |= s3.rows({"a": value}, {"a": "s3://photos/x"}) | {"FARGO_PACK": "2"}
    done = fargo_run("sh", "-c", "echo ran {row}", environ=task)
    assert (done.returncode, done.stdout) == (125, "ran 1\n")
    assert done.stderr.startswith("fargo-run: row 0: exit code 125. ")
    assert says in s3.failed(0)["problem"]
    assert s3.failed(0)["exit_code"] == 125
    assert list(scratch.iterdir()) == []


def test_an_input_can_be_an_output(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    s3.objects["/photos/x"] = b"content"
    task |= s3.rows({"a": "s3://photos/x"}) | {"FARGO_OUTPUT": "out"}
    assert fargo_run("ln", "-s", "{a}", "{output}/y", environ=task).returncode == 0
    assert s3.objects["/workspace/runs/run-1/output/0/y"] == b"content"


def test_inputs_do_not_become_outputs_by_where_they_lie(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    task |= s3.rows({"a": "s3://photos/x"}) | {"FARGO_OUTPUT": str(scratch)}
    done = fargo_run("echo", "ran", environ=task)
    assert (done.returncode, done.stdout) == (125, "")
    assert f"{scratch} cannot be the output folder: the inputs are fetched to {scratch}" in done.stderr
    assert list(scratch.iterdir()) == []


def test_a_stop_during_a_fetch_begins_nothing(task: dict[str, str], s3: ScriptedS3, scratch: Path) -> None:
    asked, told = threading.Event(), threading.Event()
    s3.objects["/photos/x"] = b"content"
    task |= s3.rows({"a": "s3://photos/x"}, {"a": "s3://photos/x"}) | {"FARGO_PACK": "2"}

    def hold(path: str) -> None:
        if path == "/photos/x":
            asked.set()
            told.wait(30)

    s3.refuse = hold
    program = [str(RUNNER / "bin" / "fargo-run"), "--", "echo", "ran"]
    process = subprocess.Popen(program, env=task, stdout=subprocess.PIPE, text=True)
    assert asked.wait(30)
    process.terminate()
    time.sleep(0.2)
    told.set()
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (143, "")
    assert s3.ended("result") + s3.ended("failed") == []
    assert list(scratch.iterdir()) == []


def test_no_folder_to_fetch_to_is_told(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(RunnerError, match=r"/tmp may not be written\. Declare `VOLUME /tmp`"):
        Inputs([], ["a"])
