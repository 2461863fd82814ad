"""The background process: started once, found, stopped, and never heard from outside."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from listening import listening_addresses
from local_aws import client, make_definition, make_queue, wait_for_job, wait_until

import fargo
from fargo.errors import LocalAwsError
from fargo.local import daemon
from fargo.local.state import StateDir, Status


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateDir]:
    """A state folder of the test's own; whatever runs there at the end is stopped."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(fargo.__file__).parents[1]))
    yield StateDir.default()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    daemon.stop()


def start() -> Status:
    return daemon.start(port=0, executor="scripted")


def answers(endpoint: str) -> bool:
    with urllib.request.urlopen(f"{endpoint}/_fargo/status", timeout=60) as answer:
        return bool(json.load(answer)["endpoint"] == endpoint)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", f"from fargo.local import daemon; {code}"]


def test_start_status_stop(folder: StateDir) -> None:
    assert daemon.status() is None
    started = start()
    assert daemon.status() == started
    assert answers(started.endpoint)
    assert started.pid != os.getpid()
    assert Path(started.log) == folder.log
    assert Path(started.kept) == folder.path
    assert daemon.stop() is True
    assert daemon.status() is None
    assert daemon.stop() is False


def test_it_refuses_to_start_twice(folder: StateDir) -> None:
    first = start()
    with pytest.raises(LocalAwsError, match="runs already") as refused:
        start()
    assert first.endpoint in refused.value.message
    assert refused.value.hint == "fargo local stop"
    assert daemon.status() == first


def test_the_lock_refuses_a_second_server_whatever_the_files_say(folder: StateDir) -> None:
    first = start()
    folder.forget()
    run = subprocess.run(
        [sys.executable, "-m", "fargo.local", "--port", "0", "--executor", "scripted"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == LocalAwsError.exit_code
    assert "a local AWS runs already" in run.stderr
    folder.write(first)


def test_of_many_that_ensure_at_once_all_get_the_same_server(folder: StateDir) -> None:
    code = python("print(daemon.ensure().pid)")
    racing = [subprocess.Popen(code, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    pids = {process.communicate(timeout=120)[0].strip() for process in racing}
    running = daemon.status()
    assert running
    assert pids == {str(running.pid)}


def test_ensure_finds_what_runs(folder: StateDir) -> None:
    assert start() == daemon.ensure()


def test_a_server_that_was_killed_is_not_taken_for_running(folder: StateDir) -> None:
    started = start()
    os.kill(started.pid, signal.SIGKILL)
    wait_until(lambda: not folder.is_locked())
    assert folder.read() == started
    assert daemon.status() is None
    assert start().pid != started.pid


def test_a_pid_that_now_belongs_to_somebody_else_is_left_alone(folder: StateDir) -> None:
    folder.path.mkdir(parents=True)
    mine = Status(endpoint="http://127.0.0.1:1", pid=os.getpid(), started="", executor="docker", log="")
    folder.write(mine)
    assert daemon.status() is None
    assert daemon.stop() is False


def test_it_survives_the_crash_of_its_parent_and_of_its_parent_s_group(folder: StateDir) -> None:
    code = python("daemon.start(port=0, executor='scripted'); import time; time.sleep(600)")
    parent = subprocess.Popen(code, start_new_session=True)
    wait_until(lambda: daemon.status() is not None)
    os.killpg(parent.pid, signal.SIGINT)
    os.killpg(parent.pid, signal.SIGKILL)
    parent.wait(timeout=60)
    running = daemon.status()
    assert running
    assert answers(running.endpoint)


def test_it_serves_though_nobody_waits_for_its_start_any_more(folder: StateDir) -> None:
    readable, writable = os.pipe()
    os.close(readable)
    arguments = ["--port", "0", "--executor", "scripted", "--ready-fd", str(writable)]
    with subprocess.Popen([sys.executable, "-m", "fargo.local", *arguments], pass_fds=(writable,)) as server:
        os.close(writable)
        wait_until(lambda: daemon.status() is not None)
        running = daemon.status()
        assert running
        assert answers(running.endpoint)
        assert daemon.stop()
        assert server.wait(60) == 0


def test_it_listens_on_loopback_alone(folder: StateDir) -> None:
    started = start()
    port = int(started.endpoint.rpartition(":")[2])
    assert listening_addresses(started.pid) == {("127.0.0.1", port)}


def test_a_port_that_is_taken_is_a_sentence(folder: StateDir) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalAwsError, match=f"port {port} of 127.0.0.1") as refused:
            daemon.start(port=port, executor="scripted")
    assert str(folder.log) in refused.value.hint
    assert daemon.status() is None


def test_without_a_wish_a_taken_usual_port_is_no_obstacle(
    folder: StateDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = daemon.start(executor="scripted")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    second = daemon.start(executor="scripted")
    assert answers(first.endpoint)
    assert answers(second.endpoint)
    daemon.stop()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_it_listens_where_it_did_the_last_time(folder: StateDir) -> None:
    first = start()
    daemon.stop()
    assert daemon.start(executor="scripted").endpoint == first.endpoint


def test_a_last_port_that_somebody_else_took_is_no_obstacle(folder: StateDir) -> None:
    first = start()
    daemon.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

        def bound() -> bool:
            with suppress(OSError):  # the process has said that all is kept, and is about to end
                taken.bind(("127.0.0.1", int(first.endpoint.rpartition(":")[2])))
                return True
            return False

        wait_until(bound)
        taken.listen()
        second = daemon.start(executor="scripted")
        assert second.endpoint != first.endpoint
        assert answers(second.endpoint)


def test_missing_packages_are_named_with_the_command_that_installs_them(
    folder: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "moto" else object())
    with pytest.raises(LocalAwsError, match="not installed: moto") as refused:
        start()
    assert refused.value.hint == "python3 -m pip install 'fargo[local]'"


def test_a_state_folder_that_cannot_be_made_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(LocalAwsError, match="cannot be made"):
        start()


def test_its_client_side_imports_none_of_the_heavy_packages(folder: StateDir) -> None:
    heavy = "{'moto', 'waitress', 'boto3', 'botocore', 'docker', 'flask'}"
    code = python(f"import sys; print(sorted({heavy} & set(sys.modules)))")
    assert subprocess.check_output(code, text=True).strip() == "[]"


def test_in_the_foreground_it_ends_with_ctrl_c(folder: StateDir) -> None:
    command = [sys.executable, "-m", "fargo.local", "--port", "0", "--executor", "scripted"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_until(lambda: daemon.status() is not None)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"everything is kept in" in said


def test_without_an_engine_it_starts_warns_and_fails_jobs_with_the_reason(
    folder: StateDir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    started = daemon.start(port=0, executor="docker")
    assert started.warning.startswith("no Docker engine answers")
    client("logs", started.endpoint).create_log_group(logGroupName="/fargo/test/jobs")
    batch = client("batch", started.endpoint)
    make_queue(batch)
    make_definition(batch)
    job = batch.submit_job(jobName="job", jobQueue="queue", jobDefinition="job")
    reason = wait_for_job(batch, job["jobId"], "FAILED")["statusReason"]
    assert reason.startswith("CannotStartContainerError: no Docker engine answers")


class FarEngine(http.server.BaseHTTPRequestHandler):
    """A Docker engine on another machine: it makes networks whose gateway is no address of this one."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        answers = {
            "/version": {"ApiVersion": "1.41"},
            "/info": {"NCPU": 2, "MemTotal": 4 << 30},
            "/containers/json": [],
            "/networks": [],
            "/networks/create": {"Id": "far"},
        }
        path = self.path.partition("?")[0].removeprefix("/v1.41")
        network = {"IPAM": {"Config": [{"Gateway": "203.0.113.7"}]}}
        body = json.dumps(answers.get(path, network)).encode()
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_an_engine_whose_network_is_not_of_this_machine_is_a_warning_and_no_outside_address(
    folder: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), FarEngine) as engine:
        threading.Thread(target=engine.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{engine.server_address[1]}")
        started = daemon.start(port=0, executor="docker")
        port = int(started.endpoint.rpartition(":")[2])
        assert "containers cannot reach the local AWS: 203.0.113.7" in started.warning
        assert listening_addresses(started.pid) == {("127.0.0.1", port)}
        daemon.stop()
        engine.shutdown()
