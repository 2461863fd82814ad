"""`fargo down` where nothing is deployed: well, if it is certain that nothing is there."""

import shutil
from pathlib import Path

import pytest
from cli_types import Fargo

from fargo.local import daemon

NOTHING = "demo is not deployed here: nothing to take down"


def test_a_local_aws_that_was_never_begun_holds_nothing_and_is_not_started(
    fargo: Fargo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    ended = fargo("--local", "down")
    assert (ended.code, ended.err, ended.out) == (0, f"{NOTHING}\n", "")
    assert daemon.status() is None
    counts = fargo("--local", "down", "--json").json
    assert (counts["counts"]["resources"], counts["left"], counts["kept"]) == (0, [], [])


def test_where_the_account_holds_nothing_of_the_name_a_second_down_is_well(
    fargo: Fargo, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    daemon.start(port=0, executor="scripted")
    ended = fargo("--local", "down", "--yes")
    assert (ended.code, ended.err) == (0, f"{NOTHING}\n")
    daemon.stop()


def test_what_another_folder_deployed_is_named_and_not_said_to_be_gone(
    fargo: Fargo, project: Path, aws: str
) -> None:
    shutil.rmtree(project / ".fargo")
    ended = fargo("--local", "down", "--yes")
    assert (ended.code, ended.out) == (3, "")
    assert f"{NOTHING}. But things of its name are there: " in ended.err
    assert "job queue fargo-demo-on-demand" in ended.err
    assert "`fargo --local up --adopt` and `fargo --local down`" in ended.err
