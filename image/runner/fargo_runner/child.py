"""Run commands as children: pass signals on, reap what they leave, measure them.

The runner is the container's process 1: the kernel gives it every orphan, and drops signals
that it does not ask for. All signals are blocked and taken one by one in a single loop on the
main thread, so there is no handler. Children inherit the file descriptors: their output never
passes through the runner.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Mapping

from fargo_runner import contract, memory
from fargo_runner.start import PYTHON_IGNORES, not_started

if TYPE_CHECKING:
    from typing import Callable, Sequence

_STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}
_PASSED_ON = {*_STOPS, signal.SIGUSR1, signal.SIGUSR2}
_TAKEN = {*_PASSED_ON, signal.SIGCHLD}
_SAMPLE_SECONDS = 0.25
_KIB = 1024


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it used.

    Attributes:
        exit_code: its own, 128 + N where signal N killed it, 126 or 127 where it did not start.
        signal: N, or None.
        seconds: wall time.
        peak_memory_bytes: the most that it was seen to hold, and at least what its largest
            process held.
        cpu_seconds: user and system time of all its processes that ended.
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


@dataclass
class _Child:
    """A command that runs, and what its processes have used so far."""

    container: memory.MemoryPeak | None
    started: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    clock: float = field(default_factory=time.monotonic)
    held: int = 0
    cpu_seconds: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)
    exit_code: int = 0

    def ended(self, problem: str = "") -> Ended:
        """What became of it."""
        killed_by = -self.exit_code if self.exit_code < 0 else None
        return Ended(
            exit_code=contract.EXIT_SIGNAL + killed_by if killed_by else self.exit_code,
            signal=killed_by,
            started=self.started,
            stopped=datetime.now(timezone.utc),
            seconds=time.monotonic() - self.clock,
            peak_memory_bytes=max(self.held, self.container.bytes if self.container else 0),
            cpu_seconds=self.cpu_seconds,
            problem=problem,
        )


def not_begun(problem: str) -> Ended:
    """The end of a command that the runner could not even try to start."""
    return _Child(None, exit_code=contract.EXIT_RUNNER_FAILED).ended(problem)


class Children:
    """The commands that run at this moment.

    Threads of `work` call `run`; the main thread is in `work` until they are through.

    Args:
        alone: only one runs at a time, so all that the container holds is its.

    Attributes:
        stopped: the signal that asked to stop; nothing is begun after it. 0: none did.
    """

    def __init__(self, *, alone: bool) -> None:
        # Signals stay blocked to the end: a stop that comes while results are uploaded must not cut
        # the upload; the engine's SIGKILL ends it if it takes too long.
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _TAKEN)
        self._alone = alone
        self._running: dict[int, _Child] = {}
        self._past: set[int] = set()
        self._lock = threading.Lock()
        self._busy = 0
        self.stopped = 0

    def run(self, command: tuple[str, ...], environ: Mapping[str, str]) -> Ended | None:
        """Run a command to its end.

        Args:
            command: the program, looked up on PATH, and its arguments.
            environ: its whole environment.

        Returns:
            None where a stop came before it: it has not begun.
        """
        child = _Child(memory.MemoryPeak() if self._alone else None)
        with self._lock:
            if self.stopped:
                return None
            try:
                # A group of its own, so that a stop reaches the programs behind a shell too.
                process = os.posix_spawnp(
                    command[0],
                    command,
                    environ,
                    setpgroup=0,
                    setsigmask=self._mask,
                    setsigdef=PYTHON_IGNORES,
                )
            except (OSError, ValueError) as error:
                child.exit_code, problem = not_started(command[0], error)
                return child.ended(problem)
            self._running[process] = child
            self._past.discard(process)
        child.over.wait()
        return child.ended()

    def work(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Call each task in a thread of its own, and watch the children until all have returned."""
        self._busy = len(tasks)
        threads = [threading.Thread(target=self._one, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        while self._busy:
            self._sample()
            taken = signal.sigtimedwait(_TAKEN, _SAMPLE_SECONDS)
            if taken and taken.si_signo in _PASSED_ON:
                self._pass_on(taken.si_signo)
            self._reap()
        for thread in threads:
            thread.join()

    def _one(self, task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            with self._lock:
                self._busy -= 1
            # Wakes the loop, as the end of a child does.
            os.kill(os.getpid(), signal.SIGCHLD)

    def _sample(self) -> None:
        with self._lock:
            running = dict(self._running)
        held = {} if self._alone or not running else memory.of_groups()
        for group, child in running.items():
            if child.container:
                child.container.sample()
            child.held = max(child.held, held.get(group, 0))

    def _pass_on(self, number: int) -> None:
        with self._lock:
            if number in _STOPS:
                self.stopped = self.stopped or number
            for group in self._running:
                with suppress(ProcessLookupError):
                    os.killpg(group, number)

    def _reap(self) -> None:
        """Take every process that has ended, orphans too."""
        with self._lock, suppress(ChildProcessError):
            while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                self._take(found.si_pid)

    def _take(self, process: int) -> None:
        """Take one, and count what it used to the command whose group it is in."""
        group = os.getpgid(process)
        if process in self._running:
            # Its number is still taken, so the group is surely its own: what it left behind ends
            # with it, as with a container, and cannot reach into the next row.
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
        _, status, usage = os.wait4(process, 0)
        child = self._running.get(group) or self._only(group)
        if child:
            child.held = max(child.held, usage.ru_maxrss * _KIB)
            child.cpu_seconds += usage.ru_utime + usage.ru_stime
        if process in self._running:
            ended = self._running.pop(process)
            self._past.add(process)
            ended.exit_code = os.waitstatus_to_exitcode(status)
            ended.over.set()

    def _only(self, group: int) -> _Child | None:
        """The one command that runs: what has left its group, and is no rest of an ended one's, is its."""
        alone = len(self._running) == 1 and group not in self._past
        return next(iter(self._running.values())) if alone else None
