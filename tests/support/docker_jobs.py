"""Jobs in real containers, for tests: images made without a registry, and an engine that can go away."""

import io
import os
import shutil
import socket
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from docker.constants import DEFAULT_UNIX_SOCKET
from local_aws import LOG_GROUP, client, make_definition

IMAGE = f"fargo-test/busybox:{os.getpid()}"  # two runs of the tests may share an engine
TOOLS = ("sh", "env", "head", "nc", "seq", "sleep", "tail", "true")
STAYS = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
"""Runs until it is told to end, and ends then: a shell alone, as process 1, would not hear SIGTERM."""


def shell(text: str) -> list[str]:
    return ["sh", "-c", text]


@contextmanager
def busybox_image(engine: Any, name: str = IMAGE, changes: tuple[str, ...] = ()) -> Iterator[str]:
    """A static busybox as an image, with a /tmp for everybody."""
    busybox = shutil.which("busybox")
    assert busybox, "these tests need a static busybox: apt-get install busybox-static"
    links = {f"bin/{tool}": "busybox" for tool in TOOLS}
    files = {"bin/busybox": Path(busybox).read_bytes()}
    with image(engine, name, files, links, ["ENV PATH=/bin", *changes]) as made:
        yield made


@contextmanager
def image(
    engine: Any, name: str, files: dict[str, bytes], links: dict[str, str], changes: list[str]
) -> Iterator[str]:
    """An image of executable `files` and symbolic `links` (path to target), while the block runs."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(folder)
        for path, target in links.items():
            link = tarfile.TarInfo(path)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
    repository, _, tag = name.partition(":")
    engine.api.import_image_from_data(packed.getvalue(), repository, tag, changes=changes)
    try:
        yield name
    finally:
        engine.images.remove(name, force=True)


def submit(batch: Any, name: str, command: list[str], *, container: Any = None, **more: Any) -> str:
    """A job on the queue `containers`, with a definition of its own; its id."""
    definition = make_definition(
        batch, name, container={"image": IMAGE, "command": command, **(container or {})}, **more
    )
    return str(batch.submit_job(jobName=name, jobQueue="containers", jobDefinition=definition)["jobId"])


def lines(endpoint: str, job: dict[str, Any]) -> list[str]:
    """The job's whole log."""
    logs = client("logs", endpoint)
    where = {"logGroupName": LOG_GROUP, "logStreamName": job["container"]["logStreamName"]}
    found: list[str] = []
    page = logs.get_log_events(**where, startFromHead=True)
    while page["events"]:
        found += [event["message"] for event in page["events"]]
        page = logs.get_log_events(**where, startFromHead=True, nextToken=page["nextForwardToken"])
    return found


def engine_socket() -> str:
    """The path of the engine's own socket."""
    usual = os.environ.get("DOCKER_HOST", DEFAULT_UNIX_SOCKET)
    return usual.removeprefix("http+").removeprefix("unix://")


class Relay:
    """A socket that passes everything on to the engine until it is cut, as if the engine had died."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = engine_socket()
        self._open: list[socket.socket] = []
        self.join()

    def join(self) -> None:
        """Listen."""
        self._path.unlink(missing_ok=True)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._path))
        self._listening.listen(64)
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        """Refuse connections, and end those that there are."""
        for each in [self._listening, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open = []
        self._path.unlink(missing_ok=True)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._engine)
                self._open += [here, there]
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
