"""A Docker engine for the sessions: the one that answers, else one started for them.

A fresh Debian or Ubuntu without Docker gets `docker.io` from its own mirror (as root). An
engine that was started here can be stopped again, and only that one.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine_api import DEFAULT_HOST, answers, engine_host
from machine import SetupError, apt_install, say

_PACKAGES = ("docker.io", "iptables")
_PATIENCE = 60.0
_STOPPING = 60.0
_LOG_TAIL = 15


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """How dockerd is started.

    Attributes:
        host: the unix socket it listens on; it is never given a TCP address.
        log: its own output.
        pid_files: which dockerd and its containerd write, and believe at the next start.
    """

    host: str = DEFAULT_HOST
    log: Path = Path("/var/log/fargo-dockerd.log")
    pid_files: tuple[Path, ...] = (
        Path("/var/run/docker.pid"),
        Path("/var/run/docker/containerd/containerd.pid"),
    )


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine that answers.

    Attributes:
        host: its address, as for `DOCKER_HOST`.
        process: the dockerd that was started for it; None where one was running before.
    """

    host: str
    process: "subprocess.Popen[bytes] | None" = None

    def stop(self) -> None:
        """End the engine if it was started here, and wait for it; else do nothing.

        Raises:
            SetupError: it does not end within a minute.
        """
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOPPING)
        except subprocess.TimeoutExpired as error:
            raise SetupError(f"dockerd ({self.process.pid}) does not end. Look with: docker ps") from error
        say("stopped the Docker engine that was started for this session")


def ensure_engine(daemon: Daemon | None = None) -> Engine:
    """Find a Docker engine, or install and start one.

    Args:
        daemon: how to start one; without it, only where `DOCKER_HOST` names no other engine.

    Returns:
        The engine; its `stop()` ends it only if it was started here.

    Raises:
        SetupError: none answers and none can be started here; says what to do.
    """
    host = daemon.host if daemon else engine_host()
    if answers(host):
        return Engine(host=host)
    missing = f"No Docker engine answers at {host}"
    if daemon is None and host != DEFAULT_HOST:
        raise SetupError(f"{missing}, which DOCKER_HOST names. Start that engine, or unset DOCKER_HOST.")
    if os.geteuid() != 0:
        raise SetupError(f"{missing}. Start Docker (such as: sudo systemctl start docker), or run as root.")
    if not shutil.which("dockerd"):
        apt_install(_PACKAGES, reason=missing)
        if _answers_within(host, 15 if Path("/run/systemd/system").is_dir() else 0):
            return Engine(host=host)
    return start(daemon or Daemon())


def start(daemon: Daemon) -> Engine:
    """Start dockerd in a session of its own, so that Ctrl-C here does not end it first.

    Raises:
        SetupError: it ends at once or does not answer within a minute; holds its last lines.
    """
    _forget_the_dead(daemon.pid_files)
    say(f"starting a Docker engine; its log is {daemon.log}")
    with daemon.log.open("ab") as log:
        process = subprocess.Popen(
            ["dockerd", "--host", daemon.host],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    engine = Engine(host=daemon.host, process=process)
    if not _answers_within(daemon.host, _PATIENCE, process):
        ended = process.poll()
        if ended is None:
            engine.stop()
        how = "does not answer" if ended is None else f"ended with {ended}"
        tail = "\n".join(daemon.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:])
        raise SetupError(f"dockerd {how}. The last lines of {daemon.log}:\n{tail}")
    return engine


def _forget_the_dead(pid_files: Iterable[Path]) -> None:
    """Remove what an engine that was killed left: its number may be another process's by now."""
    for file in pid_files:
        if not file.is_file():
            continue
        comm = Path("/proc", file.read_text(encoding="utf-8").strip() or "none", "comm")
        if not comm.is_file() or comm.read_text(encoding="utf-8").strip() not in ("dockerd", "containerd"):
            file.unlink()


def _answers_within(host: str, seconds: float, process: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Whether the engine answers before the time is over or the process has ended."""
    until = time.monotonic() + seconds
    while not answers(host):
        if time.monotonic() > until or (process and process.poll() is not None):
            return False
        time.sleep(0.2)
    return True
