"""What prepares a machine for the sessions: the engine, the base image, apt."""

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import docker
import engine
import engine_api
import machine
import pytest
from base_image import ensure_base_image, mirrors
from engine import Daemon, ensure_engine, start
from machine import SetupError, apt_install, os_release

SUPPORT = Path(machine.__file__).parent

# A dockerd that answers a ping on its socket and nothing else.
ANSWERING = """#!{python}
import http.server, os, socketserver, sys
path = sys.argv[sys.argv.index("--host") + 1].removeprefix("unix://")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/_ping" else 404)
        self.end_headers()
    def address_string(self):
        return "a client"
print("dockerd is up", flush=True)
socketserver.UnixStreamServer(path, Handler).serve_forever()
"""
FAILING = "#!/bin/sh\necho 'failed to start daemon: no cgroups'\nexit 1\n"


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    pid_files = (tmp_path / "docker.pid", tmp_path / "containerd.pid")
    return Daemon(host=f"unix://{tmp_path}/docker.sock", log=tmp_path / "log", pid_files=pid_files)


@pytest.fixture
def dockerd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a program that stands in for dockerd, first on the PATH."""
    program = tmp_path / "bin" / "dockerd"
    program.parent.mkdir()
    program.write_text(ANSWERING.format(python=sys.executable))
    program.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return program


@pytest.mark.usefixtures("dockerd")
def test_engine_is_started_where_none_answers_and_only_that_one_is_stopped(daemon: Daemon) -> None:
    assert not engine_api.answers(daemon.host)
    started = ensure_engine(daemon)
    again = ensure_engine(daemon)
    assert engine_api.answers(daemon.host)
    assert started.process
    assert os.getsid(started.process.pid) == started.process.pid
    assert again.process is None
    again.stop()
    assert engine_api.answers(daemon.host)
    started.stop()
    assert not engine_api.answers(daemon.host)
    assert "dockerd is up" in daemon.log.read_text()


@pytest.mark.usefixtures("dockerd")
def test_what_a_killed_engine_left_does_not_stop_the_next(daemon: Daemon) -> None:
    """Its number may be another process's by now, and dockerd refuses to start beside that."""
    of_another, of_nobody = daemon.pid_files
    of_another.write_text(f"{os.getpid()}\n")
    of_nobody.write_text("")
    start(daemon).stop()
    assert not of_another.exists()
    assert not of_nobody.exists()


def test_dockerd_that_ends_at_once_is_told_with_its_last_words(daemon: Daemon, dockerd: Path) -> None:
    dockerd.write_text(FAILING)
    with pytest.raises(SetupError, match=r"(?s)dockerd ended with 1\..*failed to start daemon: no cgroups"):
        start(daemon)


def test_dockerd_that_never_answers_is_ended(
    daemon: Daemon, dockerd: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dockerd.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(engine, "_PATIENCE", 0.3)
    with pytest.raises(SetupError, match="dockerd does not answer"):
        start(daemon)
    assert "stopped the Docker engine" in capsys.readouterr().err


def test_anyone_but_root_is_told_to_start_docker(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"No Docker engine answers at unix://.*sudo systemctl start docker"):
        ensure_engine(daemon)


def test_an_engine_elsewhere_is_not_replaced_by_one_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    with pytest.raises(SetupError, match=r"which DOCKER_HOST names\. Start that engine, or unset"):
        ensure_engine()


def test_an_engine_behind_ssh_is_out_of_reach_for_these_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://build-host")
    with pytest.raises(SetupError, match="unix:// or tcp:// only"):
        ensure_engine()


def test_apt_asks_for_root_with_the_whole_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SetupError, match=r"X is missing\. Run as root: apt-get update && apt-get install"):
        apt_install(["x"], reason="X is missing")


def test_without_apt_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(SetupError, match=r"X is missing, and there is no apt here\. Install x"):
        apt_install(["x"], reason="X is missing")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["no-such-program"], "cannot be started"),
        (["sh", "-c", "echo why >&2; exit 3"], "ended with 3:\nwhy"),
    ],
)
def test_failed_command_is_told_with_its_output(command: list[str], says: str) -> None:
    with pytest.raises(SetupError) as caught:
        machine.run(command)
    assert says in str(caught.value)


def test_mirrors_are_those_of_the_distribution_and_nobody_elses() -> None:
    targets = [
        "http://mirror/debian bookworm main",
        "http://mirror/debian bookworm main",
        "http://mirror/debian bookworm contrib",
        "http://mirror/debian bookworm-updates main",
        "http://mirror/debian-security bookworm-security main",
        "http://mirror/debian bookworm-backports main",
        "https://download.docker.com/linux/debian bookworm stable",
        "https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main",
        "https://deb.nodesource.com/node_20.x nodistro main",
    ]
    assert list(mirrors(targets, "bookworm")) == [
        "deb http://mirror/debian bookworm main",
        "deb http://mirror/debian bookworm-updates main",
        "deb http://mirror/debian-security bookworm-security main",
    ]


def test_release_is_read_without_its_quotes(tmp_path: Path) -> None:
    (tmp_path / "os-release").write_text(
        "ID=debian\nVERSION_CODENAME=\"bookworm\"\n\n# comment\nNAME='D G'\n"
    )
    assert os_release(tmp_path / "os-release") == {
        "ID": "debian",
        "VERSION_CODENAME": "bookworm",
        "NAME": "D G",
    }
    assert os_release(tmp_path / "none") == {}


@pytest.mark.parametrize("module", ["machine", "engine", "engine_api", "base_image"])
def test_noxfile_can_import_them_before_anything_is_installed(module: str) -> None:
    code = f"import sys; sys.path.insert(0, {str(SUPPORT)!r}); import {module}"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


@pytest.mark.engine
def test_engine_that_refuses_an_import_is_quoted() -> None:
    with pytest.raises(SetupError, match=r"refuses to import UPPER:local: .*invalid reference format"):
        engine_api.import_image(
            engine_api.engine_host(), "UPPER:local", io.BytesIO(), changes=[], message="never"
        )


@pytest.mark.engine
def test_base_image_holds_a_whole_python_and_nothing_of_the_host() -> None:
    tag = ensure_base_image()
    client = docker.from_env(timeout=60)
    try:
        look = "python -c 'import ssl, lzma'; cd /etc; cat hostname; ls /var/lib/apt/lists apt/apt.conf.d"
        seen = client.containers.run(tag, ["sh", "-c", look], remove=True, hostname="job").decode().split()
        size = client.images.get(tag).attrs["Size"]
    finally:
        client.close()
    assert "job" in seen
    assert "99mmdebstrap" not in seen
    assert not [name for name in seen if name.endswith("Packages")]
    assert size < 150_000_000
