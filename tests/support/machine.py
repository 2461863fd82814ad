"""What the nox sessions ask of the machine itself: packages, and a word about it on stderr.

Everything in this folder that `noxfile.py` imports is stdlib only: nox runs before anything
of the project is installed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class SetupError(Exception):
    """The machine cannot be prepared; the message says why and what a person can do."""


def say(message: str) -> None:
    """One line of narration, on stderr: stdout stays data."""
    print(f"setup: {message}", file=sys.stderr, flush=True)


def apt_install(packages: Sequence[str], *, reason: str) -> None:
    """Install Debian or Ubuntu packages, without recommended ones, saying so first.

    Args:
        packages: their names.
        reason: what misses them, such as `no Docker engine answers`.

    Raises:
        SetupError: not root, no apt, or apt failed.
    """
    names = " ".join(packages)
    command = f"apt-get update && apt-get install -y --no-install-recommends {names}"
    if not shutil.which("apt-get"):
        raise SetupError(f"{reason}, and there is no apt here. Install {names} your machine's way.")
    if os.geteuid() != 0:
        raise SetupError(f"{reason}. Run as root: {command}")
    say(f"{reason}: installing {names}")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-q"], environ=environ)
    run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], environ=environ)


def run(command: Sequence[str], *, environ: Mapping[str, str] | None = None) -> str:
    """Run a command to its end and give its stdout.

    Raises:
        SetupError: it cannot be started or failed; the message ends with its last lines.
    """
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be started: {error}.") from error
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise SetupError(f"`{' '.join(command)}` ended with {done.returncode}:\n{tail}")
    return done.stdout


def os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """The fields of os-release(5), unquoted; empty where there is no such file."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {key: value.strip("\"'") for key, _, value in pairs}
