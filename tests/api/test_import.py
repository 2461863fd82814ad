"""What `import fargo` is: light, complete, and honest about what there is."""

import importlib.resources
import subprocess
import sys
from pathlib import Path

import pytest

import fargo
from fargo import errors


@pytest.mark.parametrize("name", fargo.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(fargo, name) is not None
    assert name in dir(fargo)


def test_a_public_name_has_a_sentence() -> None:
    undocumented = [
        name for name in fargo.__all__ if name != "__version__" and not getattr(fargo, name).__doc__
    ]
    assert not undocumented


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'fargo' has no attribute 'conect'"):
        fargo.conect  # noqa: B018 # what is tested


def test_every_public_error_is_a_leaf_of_the_one_tree() -> None:
    found = [
        getattr(fargo, name)
        for name in fargo.__all__
        if isinstance(getattr(fargo, name), type) and issubclass(getattr(fargo, name), Exception)
    ]
    assert fargo.FargoError in found
    assert all(issubclass(error, errors.FargoError) for error in found)


def test_the_package_says_that_it_is_typed() -> None:
    assert importlib.resources.files(fargo).joinpath("py.typed").is_file()


def test_mypy_knows_the_types_and_refuses_a_misspelt_name(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(
        "import fargo\n"
        "run = fargo.connect(local=True).submit('work', over=[{'photo': 'a.jpg', 'size': 1}])\n"
        "reveal_type(run.wait().state)\n"
        "reveal_type([row.row for row in run.results()])\n"
        "run.submti()\n"
        "fargo.conect()\n",
        encoding="utf-8",
    )
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--strict", "user.py"],
        cwd=tmp_path,
        env={"MYPYPATH": str(Path(fargo.__file__).parents[1]), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in ended.stdout.splitlines() if line.startswith("user.py")]
    assert [line.split(": ", 2)[2] for line in said] == [
        'Revealed type is "fargo.model.job.JobState"',
        'Revealed type is "list[int]"',
        '"Run" has no attribute "submti"  [attr-defined]',
        'Module has no attribute "conect"; maybe "connect"?  [attr-defined]',
    ], ended.stdout + ended.stderr
