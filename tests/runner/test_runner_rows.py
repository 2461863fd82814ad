"""Rows: how a container finds its own, and how their values reach the command unharmed."""

import json
import sys
from pathlib import Path

import pytest
from runner_program import Runner
from scripted_s3 import RESET, ScriptedS3

MANIFEST = "/workspace/runs/run-1/manifest.jsonl"
INDEX = "/workspace/runs/run-1/manifest.idx"
SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ['FARGO_ROW_A']]))"
ECHO = 'import os, sys; print(os.environ["FARGO_ROW"], *sys.argv[1:])'

HOSTILE = [
    "'\"`",
    "$(touch stolen) ; touch stolen & | > stolen",
    "two\nlines\r\n\ttabs",
    "{row} {run} {a} {{a}} {b}",
    "--help",
    "-",
    "",
    "  ",
    "\\1 \\g<0> %s %(a)s $HOME ${HOME} * ~",
    "größe 日本語 🎉 \u202e \x01\x1b[31m\x7f",
    "=" * 100_000,
    "../../etc/passwd",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_value_stays_one_argument_and_does_nothing(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, tmp_path: Path, value: str
) -> None:
    task |= s3.rows({"a": value, "b": "other"})
    done = fargo_run(sys.executable, "-c", SHOW, "{a}", "x{a}-{b}", "{{a}}", "${a}", environ=task)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [[value, f"x{value}-other", "{a}", "${a}"], value]
    assert list(tmp_path.iterdir()) == []
    assert s3.result()["command"][3] == value


def test_a_program_too_can_be_a_value(fargo_run: Runner, task: dict[str, str], s3: ScriptedS3) -> None:
    task |= s3.rows({"program": "echo"})
    assert fargo_run("{program}", "{row} of {run}", environ=task).stdout == "0 of run-1\n"


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", ""])
def test_text_is_utf_8_whatever_the_images_locale_is(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, locale: str
) -> None:
    task |= s3.rows({"a": "ü"}) | {"LC_ALL": locale}
    assert fargo_run("sh", "-c", 'printf "%s" {a} $FARGO_ROW_A ö', environ=task).stdout == "üüö"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("x" * 200_000, "the row's values are too large for Linux, which takes 128 KiB each"),
        ("a\0b", "a value of the row holds a NUL"),
        ("\ud800", "a value of the row is no text that UTF-8 can hold"),
    ],
    ids=["200 KB", "NUL", "half a surrogate pair"],
)
def test_a_value_that_linux_does_not_take_is_that_rows_problem(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, value: str, says: str
) -> None:
    task |= s3.rows({"a": value}, {"a": "good"}) | {"FARGO_PACK": "2"}
    done = fargo_run("echo", "{a}", environ=task)
    assert (done.returncode, done.stdout) == (126, "good\n")
    assert done.stderr.startswith("fargo-run: row 0: exit code 126. echo cannot be started: " + says)
    assert says in s3.failed(0)["problem"]
    assert s3.result(1)["exit_code"] == 0


def test_the_row_is_in_the_environment_by_its_columns_names(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    task |= s3.rows({"file name": "x", "größe": "9"})
    lines = fargo_run("env", environ=task).stdout.splitlines()
    assert {"FARGO_ROW=0", "FARGO_ROW_FILE_NAME=x", "FARGO_ROW_GRÖSSE=9"} <= set(lines)


@pytest.mark.parametrize(
    ("index", "pack", "numbers"),
    [(0, 1, [0]), (9_999, 1, [9_999]), (3, 7, range(21, 28)), (1_428, 7, range(9_996, 10_000))],
    ids=["first", "last", "packed", "last and short"],
)
def test_rows_are_found_with_two_ranged_gets_and_no_more(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, index: int, pack: int, numbers: list[int]
) -> None:
    task |= s3.rows(*({"a": "v" * (number % 50)} for number in range(10_000)))
    task |= {"AWS_BATCH_JOB_ARRAY_INDEX": str(index), "FARGO_PACK": str(pack)}
    done = fargo_run(sys.executable, "-c", ECHO, "{a}", environ=task)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "".join(f"{number} {'v' * (number % 50)}\n" for number in numbers)
    offset, size = index * pack * 8, (len(numbers) + 1) * 8
    assert s3.got[0] == (INDEX, f"bytes={offset}-{offset + size - 1}")
    assert [path for path, _ in s3.got] == [INDEX, MANIFEST]
    assert s3.ended("result") == list(numbers)


def test_rows_without_columns_are_numbers_and_need_no_get(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    task |= {"FARGO_ROWS": "25", "FARGO_PACK": "10", "AWS_BATCH_JOB_ARRAY_INDEX": "2"}
    done = fargo_run("echo", "{row}", environ=task)
    assert done.stdout == "20\n21\n22\n23\n24\n"
    assert s3.got == []


def test_a_later_wave_has_the_rows_of_its_map_and_one_get_for_each_stretch_of_them(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    s3.rows(*({"a": f"v{number}"} for number in range(100)))
    task |= s3.wave(2, 3, 4, 5, 40, 98, 99) | {"FARGO_PACK": "5"}
    done = fargo_run(sys.executable, "-c", ECHO, "{a}", environ=task)
    assert done.stdout == "3 v3\n4 v4\n5 v5\n40 v40\n98 v98\n"
    assert [path.rpartition("/")[2] for path, _ in s3.got] == ["wave-2-abc.map", *["manifest.jsonl"] * 3]
    assert s3.result(98)["wave"] == 2


def test_a_later_wave_of_numbers_reads_its_map_alone(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3
) -> None:
    task |= s3.wave(3, 7, 70_000) | {"AWS_BATCH_JOB_ARRAY_INDEX": "1"}
    assert fargo_run("echo", "{row}", environ=task).stdout == "70000\n"
    assert len(s3.got) == 1


def test_faults_of_s3_do_not_lose_rows(fargo_run: Runner, task: dict[str, str], s3: ScriptedS3) -> None:
    task |= s3.rows({"a": "x"}, {"a": "y"}) | {"FARGO_PACK": "2"}
    s3.faults, s3.cuts = [(503, "SlowDown"), (RESET, "")], [5, 24, 3]
    done = fargo_run("echo", "{a}", environ=task)
    assert (done.returncode, done.stdout, done.stderr) == (0, "x\ny\n", "")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ({INDEX: b""}, "manifest.idx is damaged: it ends before this container's entries"),
        ({MANIFEST: b"{}"}, "manifest.jsonl is damaged: row 0 is no line of texts"),
        ({MANIFEST: b'{"a": 12345}\n'}, "manifest.jsonl is damaged: row 0 is no line of texts"),
        ({MANIFEST: b'["a", "12345"'}, "manifest.jsonl is damaged: row 0 is no line of texts"),
    ],
    ids=["short index", "short manifest", "a number", "no JSON"],
)
def test_damage_is_told_before_anything_runs(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, damage: dict[str, bytes], says: str
) -> None:
    task |= s3.rows({"a": "12345"})
    s3.objects |= damage
    done = fargo_run("echo", "ran", environ=task)
    assert (done.returncode, done.stdout) == (125, "")
    assert done.stderr == f"fargo-run: runs/run-1/{says}. Submit the rows anew with `fargo submit`.\n"


def test_a_manifest_that_is_gone_is_told(fargo_run: Runner, task: dict[str, str]) -> None:
    done = fargo_run("echo", "ran", environ=task | {"FARGO_MANIFEST": "1"})
    assert (done.returncode, done.stdout) == (125, "")
    assert "runs/run-1/manifest.idx cannot be read: S3 answers 403, AccessDenied" in done.stderr
