"""The background process: lock, sockets, services, and an orderly end."""

import logging
import os
import signal
import socket
import threading
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import IO

from fargo.errors import EngineMissing, LocalAwsError
from fargo.local.app import LocalAws, WsgiApp
from fargo.local.batch.api import BatchService
from fargo.local.clock import Clock
from fargo.local.daemon import DEFAULT_PORT
from fargo.local.engine import Engine, Ready
from fargo.local.executors import Executor
from fargo.local.executors.docker import DockerExecutor
from fargo.local.executors.scripted import ScriptedExecutor
from fargo.local.state import StateDir, Status

_log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_THREADS = 16
_LARGEST_BODY = 6 * 1024**3
_LOG_BYTES = 1024 * 1024
_LOCK_SECONDS = 1.0


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
        self._socket = _listen(options.port)
        self.port = int(self._socket.getsockname()[1])
        self._clock = Clock(options.speed)
        self._executor, self._engine = self._make_executor()
        self._batch = BatchService(self._executor, self._clock)
        scripted = self._executor if isinstance(self._executor, ScriptedExecutor) else None
        self._status = Status(
            endpoint=f"http://{_LOOPBACK}:{self.port}",
            pid=os.getpid(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            executor=options.executor,
            log=str(folder.log),
        )
        self._app = LocalAws(self._batch, scripted, lambda: self._status)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then remove every container and the network."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        _serve(self._app, self._socket)
        self._find_engine()
        self._folder.write(self._status)
        self._tell_ready()
        _log.info("listening on %s", self._status.endpoint)
        self._stop.wait()
        _log.info("stopping; jobs, buckets and logs were kept in memory only and are gone")
        self._batch.close()
        self._executor.close()
        self._folder.forget()

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
            _serve(self._app, _bound(ready.gateway, self.port))
        except OSError as error:
            self._warn(
                f"containers cannot reach the local AWS: {ready.gateway}:{self.port}, the gateway of their "
                f"network, cannot be listened on ({error.strerror}); is the engine on another machine?"
            )
        else:
            self._gateways.add(ready.gateway)
            self._warn("")

    def _warn(self, text: str) -> None:
        if text:
            _log.warning("%s", text)
        self._status = replace(self._status, warning=text)
        if self._folder.read():
            self._folder.write(self._status)

    def _tell_ready(self) -> None:
        import json

        if self._options.ready_fd is not None:
            with os.fdopen(self._options.ready_fd, "w") as pipe:
                pipe.write(json.dumps(asdict(self._status)) + "\n")


def run(options: Options) -> None:
    """Run a local AWS in this process until it is told to stop.

    Raises:
        LocalAwsError: another one runs, or the port is taken.
    """
    folder = StateDir.default()
    lock = _lock(folder)
    folder.forget()
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


def _listen(port: int | None) -> socket.socket:
    wanted = DEFAULT_PORT if port is None else port
    try:
        return _bound(_LOOPBACK, wanted)
    except OSError as error:
        if port is None:
            return _bound(_LOOPBACK, 0)
        raise LocalAwsError(
            f"port {wanted} of {_LOOPBACK} cannot be listened on: {error.strerror}",
            "leave --port out, and a free one is taken",
        ) from error


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


def _serve(app: WsgiApp, listening: socket.socket) -> None:
    """Answer requests on `listening`, from threads that end with the process."""
    from waitress.server import create_server

    server = create_server(
        app,
        map={},
        sockets=[listening],
        threads=_THREADS,
        ident="fargo",
        max_request_body_size=_LARGEST_BODY,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
    )
    threading.Thread(target=server.run, name="http", daemon=True).start()
