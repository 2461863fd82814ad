"""Kill fargo and the Terraform that it drives, as a lost machine would: SIGKILL, without a last word."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

DRIVE = """
import sys
from pathlib import Path
from fargo import config
from fargo.aws.session import Session, Target
from fargo.deploy import Deployment, shared_state
from fargo.errors import FargoError
from fargo.terraform import Message, Phase, Progress

def run(events):
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            return end.value
        if isinstance(event, Progress) and event.phase is not Phase.GOING_ON:
            print(event.phase.value, event.action, event.address, flush=True)
        elif isinstance(event, Message):
            print(event.text, flush=True)
"""
"""The beginning of a program that drives the library: `run` goes through events, and prints them."""

UP = (
    DRIVE
    + """
session = Session(Target.LOCAL, "us-east-1", endpoint=sys.argv[2])
deployment = Deployment(config.load(Path(sys.argv[1]), environ={}), session)
try:
    run(deployment.apply(run(deployment.plan("0123456789abcdef"))))
except FargoError as error:
    sys.exit(f"{error.message}\\n{error.hint}")
"""
)
"""`fargo up` without an image, so that it needs no Docker engine."""


def start(*arguments: str, environ: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    """Python with these arguments; stdout and stderr come as one."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environ or dict(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill_at(process: "subprocess.Popen[str]", reached: Callable[[str], bool]) -> list[str]:
    """Kill the process and the Terraform below it at the first line of which `reached` holds; all its lines."""
    lines = []
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if reached(line):
                kill(process.pid)
                break
        lines += process.stdout
    return lines


def kill(pid: int) -> None:
    """Kill a process and the sessions of its children: Terraform's holds its providers."""
    children = {child for child, (parent, _) in _processes().items() if parent == pid}
    os.kill(pid, signal.SIGKILL)
    for each, (_, session) in _processes().items():
        if session in children:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def _processes() -> dict[int, tuple[int, int]]:
    """Process id → its parent and its session. Source: proc(5), /proc/pid/stat."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
            found[int(folder.name)] = (int(fields[1]), int(fields[3]))
    return found
