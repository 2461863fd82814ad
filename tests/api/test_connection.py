"""The composition root: when it starts the local AWS, and that each submission has a writer of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

import fargo
from fargo.connection import Connection
from fargo.local import daemon


def test_the_local_aws_is_started_where_none_runs_and_the_library_is_silent(
    folder: Path, aws: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    running = daemon.status()
    assert running
    started: list[str] = []

    def ensure() -> daemon.Status:
        started.append("started")
        return replace(running, warning="no engine answers")

    monkeypatch.setattr(daemon, "status", lambda: None)
    monkeypatch.setattr(daemon, "ensure", ensure)
    assert fargo.connect(folder, local=True).runs() == []
    assert (started, capfd.readouterr()) == (["started"], ("", ""))
    said: list[str] = []
    file = folder / "fargo.toml"
    assert Connection(file, local=True, say=said.append, warn=said.append).session.endpoint == aws
    assert said == ["starting the local AWS", "no engine answers"]


def test_each_submission_is_a_writer_of_its_own(folder: Path, aws: str) -> None:
    connection = Connection(folder / "fargo.toml", local=True)
    assert connection.sender().writer != connection.sender().writer
