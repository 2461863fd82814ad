"""Start, find and stop the local AWS from another process. Imports neither moto nor waitress."""

import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from fargo.errors import LocalAwsError
from fargo.local.state import StateDir, Status

__all__ = ["DEFAULT_PORT", "Status", "ensure", "reset", "start", "status", "stop"]

DEFAULT_PORT = 5151
START_SECONDS = 120
STOP_SECONDS = 180
_LOG_LINES = 15


def status() -> Status | None:
    """The running local AWS, or None. A file left by a dead server does not count."""
    folder = StateDir.default()
    return folder.read() if folder.is_locked() else None


def start(*, port: int | None = None, executor: str = "docker", speed: float = 1.0) -> Status:
    """Start the local AWS and wait until it answers.

    Args:
        port: where it listens; None for the port of the last time, at first 5151, or a free one where that
            is taken.
        executor: `docker`, or `scripted` for jobs without containers.
        speed: how many times faster than a real clock the scripted executor's clock runs.

    Raises:
        LocalAwsError: one runs already, its packages are missing, or it did not come up in two minutes.
    """
    running = status()
    if running:
        raise _already(running)
    _need_packages()
    folder = StateDir.default()
    before = folder.log.stat().st_size if folder.log.exists() else 0
    started = _spawn(port, executor, speed)
    if started:
        return started
    running = status()
    if running:
        raise _already(running)
    raise LocalAwsError(
        f"the local AWS did not start:\n{_last_words(folder, before)}", f"its whole log is in {folder.log}"
    )


def ensure() -> Status:
    """The running local AWS; started first where none runs.

    Raises:
        LocalAwsError: as `start`.
    """
    running = status()
    if running:
        return running
    try:
        return start()
    except LocalAwsError:
        running = _await_other()
        if running is None:
            raise
        return running


def stop() -> bool:
    """Stop the local AWS; its containers and its network go with it, all else is kept for the next start.

    Returns:
        Whether one was running.

    Raises:
        LocalAwsError: it did not end within three minutes.
    """
    running = status()
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    folder, deadline = StateDir.default(), time.monotonic() + STOP_SECONDS
    while folder.is_locked():
        if time.monotonic() > deadline:
            raise LocalAwsError(
                f"the local AWS (pid {running.pid}) does not end",
                f"kill -9 {running.pid}; its containers are removed at the next start",
            )
        time.sleep(0.02)
    return True


def reset() -> bool:
    """Forget everything that is kept: the next local AWS begins empty. One that runs is stopped first.

    Returns:
        Whether one was running.

    Raises:
        LocalAwsError: as `stop`; or another one was started meanwhile.
    """
    stopped = stop()
    folder = StateDir.default()
    lock = folder.lock()
    if lock is None:
        raise LocalAwsError("a local AWS was started meanwhile; nothing was forgotten", "fargo local reset")
    with lock:
        folder.clear()
    return stopped


def _already(running: Status) -> LocalAwsError:
    return LocalAwsError(
        f"the local AWS runs already, at {running.endpoint} (pid {running.pid})", "fargo local stop"
    )


def _need_packages() -> None:
    missing = [name for name in ("moto", "flask", "waitress") if importlib.util.find_spec(name) is None]
    if missing:
        raise LocalAwsError(
            f"the local AWS needs packages that are not installed: {', '.join(missing)}",
            "python3 -m pip install 'fargo[local]'",
        )


def _spawn(port: int | None, executor: str, speed: float) -> Status | None:
    """The new server's status, told over a pipe; None where it ended before it was ready."""
    folder = StateDir.default()
    try:
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LocalAwsError(
            f"the local AWS keeps its state in {folder.path}, which cannot be made: {error.strerror}",
            "set XDG_STATE_HOME to a folder that can be written",
        ) from error
    readable, writable = os.pipe()
    command = [sys.executable, "-m", "fargo.local", "--background", "--ready-fd", str(writable)]
    command += ["--executor", executor, "--speed", str(speed)]
    command += [] if port is None else ["--port", str(port)]
    try:
        with folder.log.open("ab") as log:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                cwd="/",
                pass_fds=(writable,),
                start_new_session=True,
                check=False,
            )
    finally:
        os.close(writable)
    with os.fdopen(readable, "rb") as pipe:
        if not select.select([pipe], [], [], START_SECONDS)[0]:
            return None
        told = pipe.readline()
    return Status(**json.loads(told)) if told else None


def _environment() -> dict[str, str]:
    """Ours without AWS's variables, and with the folder that this very fargo was imported from."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    here = str(Path(__file__).resolve().parents[2])
    paths = [here, *(str(Path(p).absolute()) for p in kept.get("PYTHONPATH", "").split(os.pathsep) if p)]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}


def _await_other() -> Status | None:
    """Another process won the race to start: what it started, once it is ready."""
    folder, deadline = StateDir.default(), time.monotonic() + START_SECONDS
    while folder.is_locked() and time.monotonic() < deadline:
        running = folder.read()
        if running:
            return running
        time.sleep(0.05)
    return None


def _last_words(folder: StateDir, start: int) -> str:
    """The end of what was logged since the log was `start` bytes long."""
    with folder.log.open("rb") as log:
        log.seek(start)
        lines = log.read().decode(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-_LOG_LINES:])
