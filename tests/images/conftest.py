"""A build context on disk, an engine with a tiny base image, and a registry with a password."""

import base64
import contextlib
import io
import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fargo.aws.registry import RegistryAuth
from fargo.docker import Engine
from fargo.images import ImageSpec, forget
from fargo.model.image import ImageRef

BASE = ImageRef("fargo-test/images-base", str(os.getpid()))
LABEL = "fargo.test.images"
USER, PASSWORD = "fargo", "a password of the tests"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., ImageSpec]:
    """Write files into a context (and a runner beside it) and give its spec."""

    def _make(files: dict[str, str] | None = None, *, folder: str = "context", **fields: object) -> ImageSpec:
        runner = tmp_path / "runner"
        write_files(runner, {"bin/fargo-run": "#!/bin/sh\n", "fargo_runner/__init__.py": ""})
        context = tmp_path / folder
        write_files(context, {"Dockerfile": "FROM scratch\nCOPY . /\n"} | (files or {}))
        return ImageSpec(context=context, runner=runner, **fields)

    return _make


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine of this machine."""
    found = Engine.connect(environ=os.environ)
    yield found
    found.close()


@pytest.fixture
def repository(engine: Engine) -> Iterator[str]:
    """A repository's name of this test alone; its images go afterwards."""
    name = f"fargo-test/{uuid.uuid4().hex[:12]}"
    yield name
    forget(name, engine)


@pytest.fixture(scope="session")
def base(engine: Engine) -> Iterator[str]:
    """A base image with a shell, made of Debian's static busybox; what builds on it goes with it."""
    client = engine._client
    changes = [f"LABEL {LABEL}=yes", "ENV PATH=/bin"]
    client.import_image_from_data(
        _root_filesystem(), repository=BASE.repository, tag=BASE.tag, changes=changes
    )
    yield str(BASE)
    engine.remove(BASE)
    client.prune_images({"dangling": True, "label": LABEL})


def _root_filesystem() -> bytes:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.fail("these tests need a static busybox: apt-get install busybox-static")
    program = Path(busybox).read_bytes()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("bin/busybox")
        info.size, info.mode = len(program), 0o755
        archive.addfile(info, io.BytesIO(program))
        for applet in ("sh", "echo", "sleep", "cat", "ls", "find", "stat", "test"):
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
    return out.getvalue()


@dataclass(frozen=True)
class LoopbackRegistry:
    """Debian's docker-registry, as `fargo.images.Registry`."""

    host: str
    password: str = PASSWORD

    def auth(self) -> RegistryAuth:
        return RegistryAuth(username=USER, password=self.password, endpoint=f"http://{self.host}")

    def digest(self, ref: ImageRef) -> str:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"http://{self.host}/v2/{ref.name}/manifests/{ref.tag}",
            headers={"Authorization": f"Basic {login}", "Accept": MANIFEST},
            method="HEAD",
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(answer.headers["Docker-Content-Digest"])
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return ""
                raise


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackRegistry]:
    """A real registry on loopback that wants a password."""
    program = shutil.which("docker-registry")
    if program is None or shutil.which("htpasswd") is None:
        pytest.fail("these tests need a registry: apt-get install docker-registry apache2-utils")
    folder = tmp_path_factory.mktemp("registry")
    known = subprocess.run(["htpasswd", "-Bbn", USER, PASSWORD], capture_output=True, text=True, check=True)
    (folder / "htpasswd").write_text(known.stdout, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    (folder / "config.yml").write_text(_registry_config(folder, host), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", folder / "config.yml"], stdout=log, stderr=log)
    try:
        _wait_for(host, folder / "log")
        yield LoopbackRegistry(host)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _registry_config(folder: Path, host: str) -> str:
    return f"""\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}
http: {{addr: "{host}"}}
auth: {{htpasswd: {{realm: fargo, path: {folder}/htpasswd}}}}
"""


def _wait_for(host: str, log: Path) -> None:
    name, _, port = host.partition(":")
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((name, int(port)), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"the registry does not answer at {host}: {log.read_text(errors='replace')[-500:]}")
