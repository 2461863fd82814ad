"""The command as a child: output, exit codes, signals, what it used."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from runner_program import PATH, RUNNER, Runner
from scripted_s3 import ScriptedS3

PROGRAM = str(RUNNER / "bin" / "fargo-run")
PLAIN = {"PATH": PATH}


def test_output_and_exit_code_are_the_commands_own(fargo_run: Runner, task: dict[str, str]) -> None:
    done = fargo_run("sh", "-c", "echo out; echo err >&2; exit 3", environ=task)
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_command_gets_the_row_and_its_arguments_unharmed(fargo_run: Runner, task: dict[str, str]) -> None:
    task |= {"AWS_BATCH_JOB_ARRAY_INDEX": "4", "FARGO_ROWS": "5"}
    show = "import os, sys; print(os.environ['FARGO_ROW'], sys.argv[1:])"
    done = fargo_run(sys.executable, "-c", show, "{row} $HOME;", "a  b", "", environ=task)
    assert done.stdout == "4 ['4 $HOME;', 'a  b', '']\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_killed_command_is_128_plus_the_signal(
    fargo_run: Runner, task: dict[str, str], s3: ScriptedS3, number: int
) -> None:
    assert fargo_run("sh", "-c", f"kill -{number} $$", environ=task).returncode == 128 + number
    assert (s3.failed()["exit_code"], s3.failed()["signal"]) == (128 + number, number)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that the kernel refuses, each for another reason."""
    for name, content, mode in (
        ("interpreter", "#!/no/such/interpreter\n", 0o755),
        ("mode", "#!/bin/sh\n", 0o644),
        ("format", "no program", 0o755),
    ):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    return tmp_path


@pytest.mark.parametrize(
    ("program", "code", "says"),
    [
        ("none", 127, "is not in the image"),
        ("interpreter", 127, "names an interpreter that is not in the image"),
        ("mode", 126, "may not be executed. Make it executable"),
        ("format", 126, "is no program for this CPU architecture"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    fargo_run: Runner, task: dict[str, str], programs: Path, program: str, code: int, says: str
) -> None:
    for environ in (task, PLAIN):
        done = fargo_run(str(programs / program), environ=environ)
        assert done.returncode == code
        assert done.stderr.startswith(f"fargo-run: {programs / program} {says}")
        assert done.stderr.count("\n") == 1


def test_unknown_name_is_told_with_the_path_that_was_searched(fargo_run: Runner) -> None:
    done = fargo_run("no-such-program", environ=PLAIN)
    assert done.returncode == 127
    assert f"is not on the image's PATH, {PATH}" in done.stderr


def test_without_a_run_the_command_replaces_the_runner(fargo_run: Runner, s3: ScriptedS3) -> None:
    done = fargo_run("sh", "-c", "echo {row} $FARGO_ROW; exit 5", environ=PLAIN)
    assert (done.returncode, done.stdout, s3.tries) == (5, "{row}\n", 0)


def start(script: str, environ: dict[str, str]) -> "subprocess.Popen[str]":
    """Start a shell script under the runner and wait for its first line, `ready`."""
    command = [PROGRAM, "--", "sh", "-c", script]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR1"])
def test_signal_reaches_the_command_and_its_end_is_waited_for(
    task: dict[str, str], s3: ScriptedS3, name: str
) -> None:
    process = start(
        f"trap 'sleep 0.2; echo saved; exit 7' {name}; echo ready; while :; do sleep 0.05; done", task
    )
    process.send_signal(getattr(signal, f"SIG{name}"))
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (7, "saved\n")
    assert s3.failed()["exit_code"] == 7


def test_stop_reaches_programs_behind_a_shell_that_does_not_pass_it_on(
    task: dict[str, str], s3: ScriptedS3
) -> None:
    process = start("echo ready; sleep 60; echo never", task)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (143, "")
    assert s3.failed()["signal"] == signal.SIGTERM


def test_broken_pipe_ends_a_command_quietly(fargo_run: Runner, task: dict[str, str]) -> None:
    done = fargo_run("sh", "-c", "yes | head -n 1", environ=task)
    assert (done.returncode, done.stdout, done.stderr) == (0, "y\n", "")


def test_memory_time_and_cpu_are_measured(fargo_run: Runner, task: dict[str, str], s3: ScriptedS3) -> None:
    work = "import time; x = b'x' * (150 << 20)\nwhile time.process_time() < .4: pass"
    fargo_run(sys.executable, "-c", work, environ=task)
    result = s3.result()
    assert 150 << 20 < int(result["peak_memory_bytes"]) < 250 << 20
    assert 0.3 <= float(result["cpu_seconds"]) < 3
    assert 0.3 <= float(result["seconds"]) < 30


@pytest.mark.parametrize("arguments", [[], ["--"], ["true"], ["--help"]])
def test_wrong_call_says_how(arguments: list[str]) -> None:
    done = subprocess.run([PROGRAM, *arguments], env=PLAIN, capture_output=True, text=True, check=False)
    assert done.returncode == 125
    assert "Write: fargo-run -- COMMAND" in done.stderr


def test_own_modules_of_the_job_do_not_reach_the_runner(
    fargo_run: Runner, task: dict[str, str], tmp_path: Path
) -> None:
    for name in ("json", "http", "random", "dataclasses"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the job\\'s own module')")
    done = fargo_run("true", environ=task | {"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
