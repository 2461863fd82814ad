"""A local AWS without the wait for its start: a fork of a process that has loaded all that a server needs.

To load moto takes a second and a half of a core, and the tests want a fresh local AWS two hundred times.
"""

import json
import logging
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection

from fargo.local import daemon
from fargo.local.state import StateDir, Status

_SERVICES = ("ec2", "ecr", "events", "iam", "kms", "logs", "s3", "secretsmanager", "ssm", "sts")
_LOADED = [
    "__main__",
    "fargo.local.server",
    "moto.moto_server.werkzeug_app",
    "waitress.server",
    *(f"moto.{service}.{part}" for service in _SERVICES for part in ("models", "responses", "urls")),
]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_LOADED)


def start(executor: str, speed: float = 1.0) -> Status:
    """Start a local AWS on a free port, as `daemon.start` does, and wait until it answers.

    Raises:
        AssertionError: it ended before it was ready.
    """
    folder = StateDir.default()
    folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    ours, its = _context.Pipe(duplex=False)
    with ours:
        with its:
            given = (executor, speed, daemon._environment(), its)
            _context.Process(target=_serve, args=given, daemon=True).start()
        # What the server tells is a line, not a message of multiprocessing's.
        with os.fdopen(os.dup(ours.fileno()), encoding="utf-8") as told:
            line = told.readline()
    if not line:
        raise AssertionError(f"the local AWS did not start: {folder.log.read_text(encoding='utf-8')}")
    return Status(**json.loads(line))


def _serve(executor: str, speed: float, environ: dict[str, str], ready: Connection) -> None:
    """In the fork: become what `python -m fargo.local --background` is."""
    from fargo.local import __main__ as program

    os.setsid()
    os.chdir("/")
    os.environ.clear()
    os.environ.update(environ)
    log = os.open(StateDir.default().log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    arguments = {"port": 0, "executor": executor, "speed": speed, "ready-fd": ready.fileno()}
    sys.argv = ["fargo.local", *(f"--{name}={value}" for name, value in arguments.items())]
    code = program.main()
    logging.shutdown()
    os._exit(code)
