"""The background process: lock, sockets, services, and an orderly end."""

import gc
import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import IO

from fargo.errors import EngineMissing, LocalAwsError
from fargo.local import moto_mends
from fargo.local.app import LocalAws
from fargo.local.batch.api import BatchService
from fargo.local.clock import Clock
from fargo.local.control import Control
from fargo.local.daemon import DEFAULT_PORT
from fargo.local.engine import Engine, Ready
from fargo.local.executors import Executor
from fargo.local.executors.docker import DockerExecutor
from fargo.local.executors.scripted import ScriptedExecutor
from fargo.local.faults import Faults
from fargo.local.moto_keep import Keep
from fargo.local.moto_moments import Moments
from fargo.local.noted import Noted
from fargo.local.serving import serve
from fargo.local.state import StateDir, Status
from fargo.local.ways import Ways

_log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_LOG_BYTES = 1024 * 1024
_LOCK_SECONDS = 1.0
_GARBAGE = 20_000
"""Objects made between two collections: log events and children come by the ten thousand."""
_PORT_SECONDS = 0.5
"""How long a server that has just ended may still hold its port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run.

    Attributes:
        port: None for the usual one, or a free one where that is taken; 0 for a free one.
        executor: `docker` or `scripted`.
        speed: of the clock; other than 1 with the scripted executor only.
        ready_fd: a file descriptor that is told the status as one line of JSON, once it answers.
    """

    port: int | None = None
    executor: str = "docker"
    speed: float = 1.0
    ready_fd: int | None = None


class Server:
    """One local AWS, from its lock to its last container."""

    def __init__(self, options: Options, folder: StateDir) -> None:
        self._options = options
        self._folder = folder
        self._stop = threading.Event()
        self._gateways: set[str] = set()
        crashed = folder.read()
        folder.forget()
        self._socket = _listen(options.port, folder.last_port)
        self.port = int(self._socket.getsockname()[1])
        self._moto, lost = _open_moto(folder)
        self._clock = Clock(options.speed)
        self._executor, self._engine = self._make_executor()
        self._ways = Ways()
        self._batch = BatchService(self._executor, self._clock, folder.path / "batch.db", self._ways)
        found = (_after_crash(crashed, self._batch.cut_off), lost, self._batch.lost)
        self._lasting = [text for text in found if text]
        self._status = Status(
            endpoint=f"http://{_LOOPBACK}:{self.port}",
            pid=os.getpid(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            executor=options.executor,
            log=str(folder.log),
            kept=str(folder.path),
        )
        for text in self._lasting:
            _log.warning("%s", text)
        self._warn("")
        self._app = self._make_app()

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then remove every container and the network, and keep the rest."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        # What is loaded stays; the collector need not walk through moto's and botocore's models again.
        gc.freeze()
        gc.set_threshold(_GARBAGE)
        serve(self._app, self._socket)
        self._find_engine()
        self._folder.keep_port(self.port)
        self._folder.write(self._status)
        self._tell_ready()
        _log.info("listening on %s", self._status.endpoint)
        self._stop.wait()
        _log.info("stopping; everything is kept in %s", self._folder.path)
        self._batch.close()
        self._executor.close()
        self._moto.close()
        self._folder.forget()

    def _make_app(self) -> LocalAws:
        faults, noted = Faults(), Noted()
        scripted = self._executor if isinstance(self._executor, ScriptedExecutor) else None
        control = Control(
            status=lambda: self._status,
            faults=faults,
            noted=noted,
            interrupt=self._batch.interrupt,
            scripted=scripted,
        )
        return LocalAws(self._batch, self._ways.watching(self._moto), control, faults, noted)

    def _make_executor(self) -> tuple[Executor, Engine | None]:
        if self._options.executor == ScriptedExecutor.name:
            return ScriptedExecutor(self._clock), None
        engine = Engine(self._folder.id, self._open_gateway)
        return DockerExecutor(engine, self.port), engine

    def _find_engine(self) -> None:
        """Without an engine Terraform works all the same, so its absence is a warning."""
        if self._engine is None:
            return
        try:
            self._engine.ready()
        except EngineMissing as error:
            self._warn(f"{error.message}; jobs fail to start until one does")

    def _open_gateway(self, ready: Ready) -> None:
        """Listen where the containers look for AWS: on the gateway of the internal network."""
        if ready.gateway in self._gateways:
            return
        try:
            serve(self._app, _bound(ready.gateway, self.port))
        except OSError as error:
            self._warn(
                f"containers cannot reach the local AWS: {ready.gateway}:{self.port}, the gateway of their "
                f"network, cannot be listened on ({error.strerror}); is the engine on another machine?"
            )
        else:
            self._gateways.add(ready.gateway)
            self._warn("")

    def _warn(self, text: str) -> None:
        """Say what does not work now; empty where all does. What was lost before stays said."""
        if text:
            _log.warning("%s", text)
        self._status = replace(self._status, warning="; ".join([*self._lasting, *filter(None, [text])]))
        if self._folder.read():
            self._folder.write(self._status)

    def _tell_ready(self) -> None:
        import json

        if self._options.ready_fd is not None:
            # Who started it may have been killed meanwhile; others find it.
            with suppress(BrokenPipeError), os.fdopen(self._options.ready_fd, "w") as pipe:
                pipe.write(json.dumps(asdict(self._status)) + "\n")


def run(options: Options) -> None:
    """Run a local AWS in this process until it is told to stop.

    Raises:
        LocalAwsError: another one runs, or the port is taken.
    """
    folder = StateDir.default()
    lock = _lock(folder)
    if folder.log.exists() and folder.log.stat().st_size > _LOG_BYTES:
        os.truncate(folder.log, 0)
    with lock:
        Server(options, folder).run()


def _lock(folder: StateDir) -> IO[str]:
    """The lock; another process may hold it for a moment, to look whether a server lives here."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        lock = folder.lock()
        if lock:
            return lock
        if time.monotonic() > deadline:
            raise LocalAwsError("a local AWS runs already", "fargo local status")
        time.sleep(0.02)


def _open_moto(folder: StateDir) -> tuple[Keep, str]:
    """Every service but Batch with what it held, and a sentence about what of that is lost."""
    moments = Moments()
    moto = moto_mends.application()
    moments.install()
    keep = Keep(folder.path / "moto", moto, moments)
    return keep, keep.open()


def _after_crash(crashed: Status | None, cut_off: int) -> str:
    """What it means that a server left its status behind."""
    if crashed is None:
        return ""
    jobs = f", and so is every container that ran ({cut_off})" if cut_off else ""
    return (
        f"the local AWS before this one (pid {crashed.pid}) was killed: all that it had answered is kept, "
        f"what it had not is lost{jobs}"
    )


def _listen(port: int | None, last: int | None) -> socket.socket:
    """At `port`; or, where that does not matter, at the last one, so that endpoints in use stay true."""
    if port is not None:
        try:
            return _bound(_LOOPBACK, port)
        except OSError as error:
            raise LocalAwsError(
                f"port {port} of {_LOOPBACK} cannot be listened on: {error.strerror}",
                "leave --port out, and a free one is taken",
            ) from error
    deadline = time.monotonic() + _PORT_SECONDS
    while last:
        with suppress(OSError):
            return _bound(_LOOPBACK, last)
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    with suppress(OSError):
        return _bound(_LOOPBACK, DEFAULT_PORT)
    return _bound(_LOOPBACK, 0)


def _bound(address: str, port: int) -> socket.socket:
    bound = socket.socket()
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        bound.listen(1024)
    except OSError:
        bound.close()
        raise
    return bound
