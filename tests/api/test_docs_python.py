"""docs/python.md is true: its example runs as written, and its names are those there are."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import fargo

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")


def test_the_example_runs_as_written(
    project: fargo.Project,
    folder: Path,
    play: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    play(**{"*:7": [{"exit": 3}], "*": [{"exit": 0}]})
    monkeypatch.chdir(folder)
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example
    exec(compile(example[1], "docs/python.md", "exec"), {})
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "0 of 300 rows; see photos/results.csv"  # scripted jobs write no results
    assert said[-2] == "299 s3://pictures/299.jpg no result"
    assert (folder / "photos" / "results.csv").is_file()
    assert len(project.runs(limit=1)[0].status().run.waves) == 2


@pytest.mark.parametrize("owner", [fargo.Project, fargo.Run])
def test_every_method_is_in_the_table(owner: type) -> None:
    methods = [name for name in vars(owner) if not name.startswith("_") and callable(getattr(owner, name))]
    assert [name for name in methods if f"`{owner.__name__}.{name}(" not in PAGE] == []


def test_every_error_is_in_the_table() -> None:
    errors = [name for name in fargo.__all__ if issubclass(getattr(fargo, name).__class__, type)]
    found = [name for name in errors if issubclass(getattr(fargo, name), fargo.FargoError)]
    assert [name for name in found if name not in PAGE] == []
