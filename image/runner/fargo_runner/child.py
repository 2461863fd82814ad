"""Run the command as a child: pass signals on, reap what it leaves, measure it.

The runner is the container's process 1: the kernel gives it every orphan, and drops signals
that it does not ask for. All signals are blocked and taken one by one in a single loop, so
there is no handler, no thread and no race. The child inherits the file descriptors: its
output never passes through the runner.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Mapping

from fargo_runner import contract
from fargo_runner.memory import MemoryPeak

_PASSED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2}
_TAKEN = {*_PASSED_ON, signal.SIGCHLD}
_PYTHON_IGNORES = [signal.SIGPIPE, signal.SIGXFSZ]
"""The child gets these back as the kernel gives them: `yes | head` must end quietly."""
_SAMPLE_SECONDS = 0.25
_KIB = 1024


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it used.

    Attributes:
        exit_code: its own, 128 + N where signal N killed it, 126 or 127 where it did not start.
        signal: N, or None.
        seconds: wall time.
        peak_memory_bytes: the most that the container was seen to hold, and at least what the
            largest process held.
        cpu_seconds: user and system time of all processes that ended.
        problem: why it did not start, a sentence; else empty.
    """

    exit_code: int
    signal: int | None
    started: datetime
    stopped: datetime
    seconds: float
    peak_memory_bytes: int
    cpu_seconds: float
    problem: str = ""


class _Usage:
    """Sums up the processes that were reaped."""

    def __init__(self) -> None:
        self.largest_kib = 0
        self.cpu_seconds = 0.0

    def reap(self) -> dict[int, int]:
        """Take every process that has ended, orphans too: process id → wait status."""
        ended: dict[int, int] = {}
        with suppress(ChildProcessError):
            while True:
                process, status, usage = os.wait4(-1, os.WNOHANG)
                if process == 0:
                    break
                ended[process] = status
                self.largest_kib = max(self.largest_kib, usage.ru_maxrss)
                self.cpu_seconds += usage.ru_utime + usage.ru_stime
        return ended


def run(command: tuple[str, ...], environ: Mapping[str, str]) -> Ended:
    """Run a command to its end.

    Signals stay blocked afterwards: a stop that comes while results are uploaded must not cut
    the upload; the engine's SIGKILL ends it if it takes too long.

    Args:
        command: the program, looked up on PATH, and its arguments.
        environ: its whole environment.
    """
    old = signal.pthread_sigmask(signal.SIG_BLOCK, _TAKEN)
    started, clock = datetime.now(timezone.utc), time.monotonic()
    usage, memory, problem = _Usage(), MemoryPeak(), ""
    try:
        # A group of its own, so that a stop reaches the programs behind a shell too.
        process = os.posix_spawnp(
            command[0], command, environ, setpgroup=0, setsigmask=old, setsigdef=_PYTHON_IGNORES
        )
    except OSError as error:
        exit_code, problem = _not_started(command[0], error)
    else:
        exit_code = os.waitstatus_to_exitcode(_wait(process, usage, memory))
    killed_by = -exit_code if exit_code < 0 else None
    return Ended(
        exit_code=contract.EXIT_SIGNAL + killed_by if killed_by else exit_code,
        signal=killed_by,
        started=started,
        stopped=datetime.now(timezone.utc),
        seconds=time.monotonic() - clock,
        peak_memory_bytes=max(usage.largest_kib * _KIB, memory.bytes),
        cpu_seconds=usage.cpu_seconds,
        problem=problem,
    )


def replace(command: tuple[str, ...]) -> tuple[int, str]:
    """Become the command; returns only if it cannot start: the exit code and why."""
    for number in _PYTHON_IGNORES:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 the command is the job's own, and no shell is wanted
    except OSError as error:
        return _not_started(command[0], error)


def _wait(process: int, usage: _Usage, memory: MemoryPeak) -> int:
    """Pass signals on until the process has ended; its wait status."""
    while True:
        memory.sample()
        taken = signal.sigtimedwait(_TAKEN, _SAMPLE_SECONDS)
        if taken and taken.si_signo in _PASSED_ON:
            with suppress(ProcessLookupError):
                os.killpg(process, taken.si_signo)
        ended = usage.reap()
        if process in ended:
            return ended[process]


def _not_started(program: str, error: OSError) -> tuple[int, str]:
    """The exit code and the sentence for a program that the kernel refuses."""
    if isinstance(error, FileNotFoundError):
        if shutil.which(program):
            return contract.EXIT_NOT_FOUND, f"{program} names an interpreter that is not in the image."
        where = "in the image" if "/" in program else f"on the image's PATH, {os.environ.get('PATH', '')}"
        why = f"{program} is not {where}. Look at the job's command and at the Dockerfile."
        return contract.EXIT_NOT_FOUND, why
    if error.errno == errno.ENOEXEC:
        why = "is no program for this CPU architecture, or is a script without a #! line"
        return contract.EXIT_NOT_EXECUTABLE, f"{program} {why}."
    if isinstance(error, PermissionError):
        why = "may not be executed. Make it executable in the image (chmod +x), or name its interpreter first"
        return contract.EXIT_NOT_EXECUTABLE, f"{program} {why}."
    return contract.EXIT_NOT_EXECUTABLE, f"{program} cannot be started: {error.strerror}."
