"""The launcher in images without Python: what it can still do, and what it refuses."""

import os
import subprocess
from pathlib import Path

import pytest
from runner_program import RUNNER


@pytest.fixture
def no_python(tmp_path: Path) -> dict[str, str]:
    """An environment whose PATH holds a shell's tools and no python3."""
    for tool in ("sh", "dirname", "readlink", "echo"):
        found = next(path for folder in os.get_exec_path() if (path := Path(folder) / tool).exists())
        (tmp_path / tool).symlink_to(found)
    return {"PATH": str(tmp_path)}


def launch(
    *arguments: str, environ: dict[str, str], program: Path = RUNNER / "bin" / "fargo-run"
) -> tuple[int, str, str]:
    done = subprocess.run([program, *arguments], env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_plain_command_runs_without_a_result(no_python: dict[str, str]) -> None:
    code, out, err = launch("--", "sh", "-c", "echo a  b; exit 4", environ=no_python)
    assert (code, out) == (4, "a b\n")
    assert "no python3: the command runs, and no result is stored" in err


@pytest.mark.parametrize(
    ("argument", "more", "needs"),
    [
        ("x{row}", {}, "{row} needs"),
        ("{run}", {}, "{run} needs"),
        ("a $b {x y} {file-name}.jpg", {}, "{file-name} needs"),
        ("{{photo}}", {}, "{photo} needs"),
        ("", {"FARGO_OUTPUT": "out"}, "an output folder needs"),
        ("", {"FARGO_MANIFEST": "1"}, "rows need"),
        ("", {"FARGO_PACK": "2"}, "several rows in a container need"),
        ("", {"FARGO_INPUTS": '["photo"]'}, "inputs need"),
        ("", {"FARGO_WAVE": "2"}, "a retry of rows needs"),
    ],
)
def test_what_needs_the_runner_is_refused_not_dropped(
    no_python: dict[str, str], argument: str, more: dict[str, str], needs: str
) -> None:
    code, out, err = launch("--", "echo", "ran", argument, environ=no_python | more)
    assert (code, out) == (125, "")
    assert err == f"fargo-run: This image has no python3, which {needs}. Add Python 3.9 or newer to it.\n"


@pytest.mark.parametrize(
    "argument", ["${HOME}", "{}", '{"a": {"b": 1}}', "{print $1}", "{", "}{", "{1}", "a{"]
)
def test_other_braces_need_nothing(no_python: dict[str, str], argument: str) -> None:
    same = {"FARGO_PACK": "1", "FARGO_INPUTS": "[]", "FARGO_WAVE": "1"}
    code, out, _ = launch("--", "echo", argument, "x  y", environ=no_python | same)
    assert (code, out) == (0, f"{argument} x  y\n")


@pytest.mark.parametrize("arguments", [[], ["--"], ["echo", "x"]])
def test_wrong_call_says_how(no_python: dict[str, str], arguments: list[str]) -> None:
    code, _, err = launch(*arguments, environ=no_python)
    assert (code, err) == (125, "fargo-run: There is no command. Write: fargo-run -- COMMAND ARGUMENT…\n")


def test_a_link_to_the_launcher_finds_the_runner(tmp_path: Path) -> None:
    (tmp_path / "fargo-run").symlink_to(RUNNER / "bin" / "fargo-run")
    code, out, _ = launch("--version", environ=dict(os.environ), program=tmp_path / "fargo-run")
    assert code == 0
    assert out.startswith("fargo-run ")
