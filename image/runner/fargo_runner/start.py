"""What stands between a command and its start: what Python leaves behind, and why the kernel refuses."""

from __future__ import annotations

import errno
import os
import signal

from fargo_runner import contract

PYTHON_IGNORES = [signal.SIGPIPE, signal.SIGXFSZ]
"""A command gets these back as the kernel gives them: `yes | head` must end quietly."""


def replace(command: tuple[str, ...]) -> tuple[int, str]:
    """Become the command; returns only if it cannot start: the exit code and why."""
    for number in PYTHON_IGNORES:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 the command is the job's own, and no shell is wanted
    except OSError as error:
        return not_started(command[0], error)


def not_started(program: str, error: OSError | ValueError) -> tuple[int, str]:
    """The exit code and the sentence for a program that the kernel refuses."""
    if isinstance(error, FileNotFoundError):
        import shutil

        if shutil.which(program):
            return contract.EXIT_NOT_FOUND, f"{program} names an interpreter that is not in the image."
        where = "in the image" if "/" in program else f"on the image's PATH, {os.environ.get('PATH', '')}"
        why = f"{program} is not {where}. Look at the job's command and at the Dockerfile."
        return contract.EXIT_NOT_FOUND, why
    return contract.EXIT_NOT_EXECUTABLE, f"{program} {_why(error)}."


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeError):
        return "cannot be started: a value of the row is no text that UTF-8 can hold"
    if isinstance(error, ValueError):
        return "cannot be started: a value of the row holds a NUL, which no argument can"
    if error.errno == errno.ENOEXEC:
        return "is no program for this CPU architecture, or is a script without a #! line"
    if error.errno == errno.E2BIG:
        return (
            "cannot be started: the row's values are too large for Linux, which takes 128 KiB each "
            "and about 2 MiB together. Put large ones into `inputs`"
        )
    if isinstance(error, PermissionError):
        return (
            "may not be executed. Make it executable in the image (chmod +x), or name its interpreter first"
        )
    return f"cannot be started: {error.strerror}"
