"""`{after}`: the outputs of the run that this one comes after, as files."""

import json
from pathlib import Path

import pytest
from runner_program import Runner
from scripted_s3 import ScriptedS3

LIST = 'cd "$1" && find . -type f | sort | while read -r file; do echo "$file $(cat "$file")"; done'


@pytest.fixture
def scratch(tmp_path: Path, task: dict[str, str]) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    task |= {"TMPDIR": str(folder), "FARGO_AFTER": "first-1"}
    return folder


def ended(s3: ScriptedS3, row: int, *outputs: str, stray: str = "") -> None:
    """A row of `first-1` that succeeded and left files, each with the row's number in it."""
    prefix = f"runs/first-1/output/{row}/"
    for name in (*outputs, stray):
        s3.objects[f"/workspace/{prefix}{name}"] = str(row).encode()
    named = [{"key": f"{prefix}{name}", "size": 1, "sha256": ""} for name in outputs]
    s3.objects[f"/workspace/runs/first-1/result/{row}.json"] = json.dumps({"outputs": named}).encode()


def test_a_run_over_other_rows_finds_the_outputs_of_all_each_in_the_folder_of_its_row(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    for row in range(20):
        ended(s3, row, "sum.txt", "deep/er.txt", stray="left-by-a-failed-attempt.txt")
    done = fargo_run("sh", "-c", LIST, "-", "{after}", environ=task | {"FARGO_AFTER_ROWS": "20"})
    assert (done.returncode, done.stderr) == (0, "")
    expected = sorted(f"./{row}/{name} {row}" for row in range(20) for name in ("deep/er.txt", "sum.txt"))
    assert sorted(done.stdout.splitlines()) == expected
    assert list(scratch.iterdir()) == []


def test_a_run_over_the_same_rows_finds_its_own_rows_outputs_alone(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    for row in range(3):
        ended(s3, row, "sum.txt")
    more = {"FARGO_ROWS": "3", "FARGO_PACK": "2", "AWS_BATCH_JOB_ARRAY_INDEX": "0"}
    done = fargo_run("sh", "-c", LIST, "-", "{after}", environ=task | more)
    assert done.stdout.splitlines() == ["./sum.txt 0", "./sum.txt 1"]
    assert [s3.result(row)["bytes_in"] for row in range(2)] == [1, 1]
    assert list(scratch.iterdir()) == []


def test_rows_that_failed_are_left_out_where_that_was_agreed_to(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    for row in (0, 2):
        ended(s3, row, "sum.txt")
    more = {"FARGO_AFTER_ROWS": "4", "FARGO_AFTER_PARTIAL": "1"}
    done = fargo_run("ls", "{after}", environ=task | more)
    assert (done.returncode, done.stdout) == (0, "0\n2\n")


def test_a_row_without_outputs_is_an_empty_folder(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path
) -> None:
    ended(s3, 0)
    done = fargo_run("ls", "{after}", environ=task | {"FARGO_AFTER_ROWS": "1"})
    assert (done.returncode, done.stdout) == (0, "0\n")


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (None, "Row 1 of first-1 has no result that can be read. `fargo results first-1` tells more."),
        (b"{", "runs/first-1/result/1.json is damaged."),
        (b'{"outputs": [{"key": "runs/first-1/output/1/../../x"}]}', "is no output below"),
        (b'{"outputs": [{"key": "inputs/abc/x"}]}', "is no output below runs/first-1/output/1/."),
    ],
)
def test_a_result_that_is_missing_or_damaged_is_told_and_no_command_starts(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, scratch: Path, result: bytes | None, says: str
) -> None:
    ended(s3, 0, "sum.txt")
    if result:
        s3.objects["/workspace/runs/first-1/result/1.json"] = result
    done = fargo_run("echo", "started", environ=task | {"FARGO_AFTER_ROWS": "2"})
    assert (done.returncode, done.stdout) == (125, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
