"""What cannot be is a `FargoError` that says where and why, and nothing was sent."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from projects import write_project

import fargo
from fargo.local import daemon

SURROGATE = "\udc80"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no rows in over"),
        ([{"pohto": "a.jpg"}], r"over, row 1: the command wants \{photo\}, and the columns are pohto"),
        ([{"photo": "a"}, {"size": 1}], "over, row 2: no column 'photo', which the command wants"),
        ([{"photo": "a"}, "b.csv"], "over, row 2: 'b.csv' is no mapping"),
        (["b.csv", {"photo": "a"}], "over has sources, and {'photo': 'a'} among them"),
        ([{1: "a"}], "over, row 1: the name 1 is no text"),
        ([{"photo": {1, 2}}], "over, row 1: a value cannot be written as JSON: set"),
        ([{"photo": float("nan")}], "over, row 1: a value cannot be written as JSON"),
        ([{"photo": "a\0b"}], "over, row 1: a NUL"),
        ([{"photo": SURROGATE}], "over, row 1"),
        ([{}], "over, row 1: it is empty"),
        ({"photo": ["a.jpg", "b.jpg"]}, "over is one mapping, and each row is one"),
        ("none.csv", "--over none.csv: it is not there"),
    ],
)
def test_a_row_that_cannot_be_is_named(project: fargo.Project, rows: Iterable[Any], said: str) -> None:
    before = project.runs()
    with pytest.raises(fargo.UsageError, match=said):
        project.submit("photo", over=rows)
    assert project.runs() == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"array": 0}, "array: 0 is less than 1"),
        ({"pack": 0}, "pack: 0 is less than 1"),
        ({"array": 2.5}, "array: 2.5 is no whole number"),
        ({"limit": "3"}, "limit: '3' is no whole number"),
        ({"memory": "lots"}, "memory: 'lots' is not a size such as"),
        ({"timeout": "soon"}, "timeout: 'soon' is not a duration such as"),
        ({"timeout": 5}, "60s or more"),
        ({"vcpu": 3}, "Fargate does not offer"),
        ({"arguments": "--fast"}, "arguments: '--fast' is one text"),
        ({"environment": {"FARGO_RUN": "x"}}, "names that begin with FARGO_"),
        ({"limit": 3}, "--limit says which rows"),
        ({"after": "work-none"}, "there is no run work-none"),
    ],
)
def test_what_is_asked_wrongly_is_refused(project: fargo.Project, asked: dict[str, Any], said: str) -> None:
    before = project.runs()
    with pytest.raises(fargo.UsageError, match=said):
        project.submit("work", **asked)
    assert project.runs() == before


def test_a_job_that_is_not_there_is_named_with_the_nearest(project: fargo.Project) -> None:
    with pytest.raises(fargo.UsageError, match="has no job wrok") as raised:
        project.submit("wrok")
    assert raised.value.hint.startswith("did you mean work?")


def test_a_retry_of_what_runs_is_refused(project: fargo.Project, play: Any) -> None:
    play(**{"*": [{"sleep": 600}]})
    run = project.submit("work", array=2)
    with pytest.raises(fargo.UsageError, match="has not ended"):
        run.retry()
    with pytest.raises(fargo.UsageError, match="'a bit' is not a size"):
        run.retry(memory="a bit")
    run.stop()


def test_a_project_is_found_as_the_command_line_finds_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = folder / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert fargo.connect().name == "demo"
    assert fargo.connect(folder / "fargo.toml").name == "demo"
    monkeypatch.chdir(tmp_path)
    for missing in (None, tmp_path, tmp_path / "none.toml"):
        with pytest.raises(fargo.ProjectFileError):
            fargo.connect(missing)


def test_what_is_not_deployed_starts_no_local_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    project = fargo.connect(write_project(tmp_path / "new"), local=True)
    with pytest.raises(fargo.NotDeployed):
        project.submit("work")
    assert daemon.status() is None


def test_the_library_prints_nothing(
    project: fargo.Project, play: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    play(**{"*": [{"exit": 0}]})
    project.submit("work", array=2).wait(timeout=60)
    assert capfd.readouterr() == ("", "")
