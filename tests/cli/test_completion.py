"""`fargo completion`: in the real bash, zsh and fish, what a Tab makes of a line."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_types import Fargo
from projects import write_project

TOOL = Path(__file__).parents[2] / "tool"
SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
}
"""Shells that complete on a terminal only, without anybody's settings."""

DUMP = {
    # Both write the line as it stands when Ctrl-X d is typed.
    "bash": 'dump() { printf "%s" "$READLINE_LINE" > line.new; mv line.new line; }; bind -x \'"\\C-xd": dump\'',
    "zsh": 'dump() { print -rn -- "$BUFFER" > line.new; mv line.new line; }; zle -N dump; bindkey "^Xd" dump',
}
SETUP = {"bash": "", "zsh": "autoload -U compinit; compinit -u -D; "}
"""zsh's own completion must be on first, as it is in most people's ~/.zshrc."""

LINES = [
    ("fargo sub", "fargo submit "),
    ("fargo --local expl", "fargo --local explain "),
    ("fargo submit --exp", "fargo submit --expect "),
    ("fargo submit --format js", "fargo submit --format jsonl "),
    ("fargo submit wo", "fargo submit work "),
    ("fargo --project other/fargo.toml submit al", "fargo --project other/fargo.toml submit align "),
    ("fargo submit work --exit-code j", "fargo submit work --exit-code job "),
    ("fargo init --example sim", "fargo init --example simulate "),
    ("fargo doctor --for sub", "fargo doctor --for submit "),
    ("fargo local res", "fargo local reset "),
    ("fargo completion f", "fargo completion fish "),
    ("fargo submit --over pho", "fargo submit --over photos.csv "),
    ("fargo show wo", "fargo show wo"),  # runs are AWS's to list
]
"""What is typed, and what the line is after a Tab. Each has one answer."""

Complete = Callable[[str], str]


@pytest.fixture
def place(project: Path, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """The project's folder with another project in it, and the environment of a shell that finds fargo."""
    (project / "photos.csv").touch()
    write_project(project / "other", more="[jobs.align]\ncommand = ['true']\n")
    program = tmp_path / "bin" / "fargo"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fargo "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return project, {**os.environ, "PYTHONPATH": str(TOOL), "PATH": path, "TERM": "dumb", "PS1": "$ "}


class Shell:
    """A shell on a pseudo-terminal that has read fargo's script."""

    def __init__(self, name: str, folder: Path, environ: dict[str, str]) -> None:
        self._line = folder / "line"
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [name, *SHELLS[name]], cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )  # fmt: skip
        os.close(slave)
        self.said = ""
        self.type(f'{SETUP[name]}eval "$(fargo completion {name})"; {DUMP[name]}; echo rea""dy\n')
        self._wait(lambda: "ready" in self.said)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def _wait(self, done: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, self.said
            if select.select([self._master], [], [], 0.1)[0]:
                self.said += os.read(self._master, 65536).decode(errors="replace")

    def complete(self, typed: str) -> str:
        """What a line is after a Tab."""
        self._line.unlink(missing_ok=True)
        self.type(f"{typed}\t\x18d")
        self._wait(self._line.is_file)
        self.type("\x15")
        return self._line.read_text(encoding="utf-8")

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)


@pytest.mark.parametrize("name", SHELLS)
def test_a_tab_completes(name: str, place: tuple[Path, dict[str, str]]) -> None:
    if not shutil.which(name):
        pytest.skip(f"no {name} here")
    shell = Shell(name, *place)
    try:
        assert {typed: shell.complete(typed) for typed, _ in LINES} == dict(LINES)
        assert "Traceback" not in shell.said
    finally:
        shell.end()


def test_fish_completes(place: tuple[Path, dict[str, str]]) -> None:
    if not shutil.which("fish"):
        pytest.skip("no fish here")
    folder, environ = place
    program = "fargo completion fish | source; for line in $argv; echo (complete -C $line | string split \\t)[1]; end"
    lines = {typed: completed for typed, completed in LINES if "photos" not in completed}
    ended = subprocess.run(
        ["fish", "--no-config", "-c", program, "--", *lines], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert ended.stderr == ""
    words = [completed.split()[-1] if completed != typed else "" for typed, completed in lines.items()]
    assert ended.stdout.splitlines() == words


STRANGE = '[jobs."$(touch pwned)"]\n[jobs."file,evil\\nplain,evil"]\n'


@pytest.mark.parametrize("text", ["jobs = 3", "name = ", "", None, STRANGE])
def test_a_project_file_that_cannot_be_read_completes_nothing(
    fargo: Fargo, project: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    (project / "fargo.toml").unlink()
    if text is not None:
        (project / "fargo.toml").write_text(text, encoding="utf-8")
    environ = {"COMP_WORDS": "fargo submit ", "COMP_CWORD": "2", "_FARGO_COMPLETE": "bash_complete"}
    ended = subprocess.run(
        [sys.executable, "-m", "fargo"], cwd=project, env={**os.environ, "PYTHONPATH": str(TOOL), **environ},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_ends_with_how_to_keep_it(fargo: Fargo, shell: str) -> None:
    ended = fargo("completion", shell)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1].startswith(f"# For every new {shell}")


def test_another_shell_is_refused_with_those_there_are(fargo: Fargo) -> None:
    ended = fargo("completion", "tcsh")
    assert ended.code == 2
    assert "'bash', 'zsh', 'fish'" in ended.err
