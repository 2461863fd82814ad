"""`fargo local`: what it keeps, what it forgets, and what it says of both."""

import os
import signal
from pathlib import Path

import pytest
from cli_types import Fargo
from local_aws import client, wait_until

from fargo.local import daemon
from fargo.local.state import StateDir


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def endpoint() -> str:
    return daemon.start(port=0, executor="scripted").endpoint


def test_stop_keeps_what_it_held(fargo: Fargo, endpoint: str) -> None:
    client("sns", endpoint).create_topic(Name="topic")
    assert fargo("local", "stop").err == "stopped; what it held is kept\n"
    assert fargo("local", "stop", "--json").json == {"stopped": False}
    again = fargo("local", "start", "--executor", "scripted", "--json").json
    assert (again["endpoint"], again["warning"]) == (endpoint, "")
    assert Path(again["kept"]) == StateDir.default().path
    assert len(client("sns", endpoint).list_topics()["Topics"]) == 1
    shown = [line.split()[0] for line in fargo("local", "status").out.splitlines()]
    assert "kept" in shown
    assert "warning" not in shown, "it has none: no line for an empty value"
    daemon.stop()


def test_start_says_that_the_last_one_was_killed(fargo: Fargo, endpoint: str) -> None:
    killed = daemon.status()
    assert killed
    os.kill(killed.pid, signal.SIGKILL)
    wait_until(lambda: not StateDir.default().is_locked())
    ended = fargo("local", "start", "--executor", "scripted")
    assert f"the local AWS before this one (pid {killed.pid}) was killed" in ended.out
    daemon.stop()


def test_reset_asks_first(fargo: Fargo, endpoint: str) -> None:
    ended = fargo("local", "reset")
    assert ended.code == 2
    assert "its jobs, logs, buckets and images" in ended.err
    assert "--yes" in ended.err
    assert daemon.status()
    daemon.stop()


def test_reset_forgets_everything(fargo: Fargo, endpoint: str) -> None:
    client("sns", endpoint).create_topic(Name="topic")
    ended = fargo("local", "reset", "--yes", "--json")
    assert (ended.code, ended.json) == (0, {"stopped": True})
    assert daemon.status() is None
    again = daemon.start(port=0, executor="scripted").endpoint
    assert client("sns", again).list_topics()["Topics"] == []
    daemon.stop()
    assert fargo("local", "reset", "--yes").err.endswith("\neverything is forgotten\n")
