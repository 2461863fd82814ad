"""`fargo up` of target aws, as two people run it, each in a folder and a process of their own; without an image."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from killing import DRIVE

UP = (
    DRIVE
    + """
project = config.load(Path(sys.argv[1]))
session = Session(Target.AWS, project.region)
deployment = Deployment(project, session)
folder = deployment.folder
try:
    moves = folder.is_to_move
    if bucket := shared_state.missing_bucket(session, folder):
        print("to be made", flush=True)
        input()
        shared_state.make_bucket(session, bucket)
    if moves:
        shared_state.move(session, folder)
    plan = run(deployment.plan("0123456789abcdef", quick=True))
    print("planned", len(plan.changes), *sorted({change.action for change in plan.changes}), flush=True)
    input()
    run(deployment.apply(plan))
    print("applied", flush=True)
except FargoError as error:
    print(f"{error.message}\\n{error.hint}", flush=True)
    sys.exit(error.exit_code)
"""
)
"""The steps of the command, each where it would ask: a line on stdin agrees."""


@dataclass(frozen=True)
class Person:
    """One of a team: a folder with the project file, and an environment."""

    folder: Path
    environ: dict[str, str]

    def python(self, *arguments: str) -> "subprocess.Popen[str]":
        """Python with these arguments; stdout and stderr come as one."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )

    def up(self) -> "subprocess.Popen[str]":
        """`up`, up to its first question."""
        return self.python("-c", UP, str(self.folder / "fargo.toml"))

    def fargo(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command; whatever it says."""
        with self.python("-m", "fargo", *arguments) as process:
            said, _ = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, said)


def until(process: "subprocess.Popen[str]", words: str) -> list[str]:
    """Read until a line begins with `words`; all lines."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(words):
            return lines
    raise AssertionError("".join(lines))


def agree(*processes: "subprocess.Popen[str]") -> None:
    """Say yes."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("yes\n")
        process.stdin.flush()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Exit code, and what it said since."""
    said, _ = process.communicate(timeout=400)
    return process.returncode, said
