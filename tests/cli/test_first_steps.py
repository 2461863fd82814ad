"""`init`, `doctor` and `build`: what they look at, what they change, and what they leave alone."""

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import pytest
from cli_types import Fargo

from fargo import config
from fargo.cli import up
from fargo.cli.init import RUNNER_LINES
from fargo.docker import Engine
from fargo.docker.engine import About
from fargo.local import daemon
from fargo.local.state import StateDir

ROOT = Path(__file__).parents[2]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """An engine that answers, and holds every image already."""
    engine = create_autospec(Engine, instance=True)
    engine.architecture.return_value = "amd64"
    engine.about.return_value = About(
        version="20.10", api="1.41", architecture="amd64", system="", folder=str(tmp_path), is_here=True
    )
    monkeypatch.setattr(Engine, "connect", lambda environ: engine)
    return engine


@pytest.mark.parametrize(
    ("folder", "name"), [("hello", "hello"), ("simulate", "simulate"), ("My Project", "simulate"), ("a--b", "simulate"), ("w", "simulate")]
)  # fmt: skip
def test_a_new_project_is_named_like_its_folder_where_it_may_be(
    fargo: Fargo, tmp_path: Path, folder: str, name: str
) -> None:
    ended = fargo("init", str(tmp_path / folder))
    assert ended.code == 0
    made = tomllib.loads((tmp_path / folder / "fargo.toml").read_text(encoding="utf-8"))
    assert made["name"] == name
    assert list(made["jobs"]) == ["simulate", "combine"]
    kept = f"{folder} is no name for a project, which has 2 to 30 lower-case letters"
    assert (kept in ended.err) is (folder != name)
    assert ("The project is named simulate: change `name` in" in ended.err) is (folder != name)


def test_init_here_takes_this_folders_name(
    fargo: Fargo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    ended = fargo("init")
    assert tomllib.loads(Path("fargo.toml").read_text(encoding="utf-8"))["name"] == "here"
    assert "cd " not in ended.err


def test_the_way_into_a_new_folder_can_be_pasted_into_a_shell(fargo: Fargo) -> None:
    assert "  cd 'my project; x' && fargo --local up\n" in fargo("init", "my project; x").err


def test_doctor_counts_a_project_file_that_is_broken(fargo: Fargo, project: Path, connected: Engine) -> None:
    (project / "fargo.toml").write_text('name = "demo"\nnmae = 1\n', encoding="utf-8")
    ended = fargo("doctor", "--json")
    found = {check["name"]: check for check in ended.json}
    assert ended.code == 3
    assert found["project file"]["verdict"] == "missing"
    assert "nmae is not a setting" in found["project file"]["found"]
    assert "no project file here" not in ended.err
    assert "identity" not in found
    named = fargo("doctor", "--json", "--project", "none.toml")
    assert (named.code, "none.toml: no such file" in named.out) == (3, True)


def test_doctor_without_a_project_looks_at_the_rest(
    fargo: Fargo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connected: Engine
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = fargo("doctor", "--json")
    assert "no project file here" in ended.err
    assert {"Terraform", "AWS provider", "Docker engine"} <= {check["name"] for check in ended.json}
    assert not {"project file", "identity"} & {check["name"] for check in ended.json}


def test_doctor_starts_no_local_aws(fargo: Fargo, connected: Engine) -> None:
    found = {check["name"]: check for check in fargo("--local", "doctor", "--json").json}
    assert found["local AWS"]["verdict"] == "warning"
    assert "`fargo --local up`" in found["local AWS"]["hint"]
    assert daemon.status() is None


def test_doctor_looks_at_a_local_aws_that_runs(fargo: Fargo, connected: Engine, aws: str) -> None:
    found = {check["name"]: check for check in fargo("--local", "doctor", "--json").json}
    assert "account 123456789012" in found["identity"]["found"]


def test_doctor_names_a_mirror_without_the_provider(
    fargo: Fargo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connected: Engine
) -> None:
    monkeypatch.setenv("FARGO_PROVIDER_MIRROR", str(tmp_path))
    ended = fargo("doctor", "--json")
    found = {check["name"]: check for check in ended.json}
    assert ended.code == 3
    assert found["AWS provider"]["verdict"] == "missing"


def test_a_build_without_work_says_so(fargo: Fargo, connected: Engine, aws: str) -> None:
    ended = fargo("--local", "build")
    assert ended.code == 0
    assert "is there already\nnothing to build, nothing to push\n" in ended.err


def test_an_image_is_held_for_this_local_aws(fargo: Fargo, connected: Any, aws: str) -> None:
    assert fargo("--local", "build").code == 0
    (image, name), _ = connected.tag.call_args
    repository, _, tag = image.partition(":")
    assert str(name) == f"{repository}/held:{tag}-{StateDir.default().id}"


def test_an_encoding_without_our_signs_ends_nothing(
    started: "Callable[..., subprocess.Popen[str]]", tmp_path: Path
) -> None:
    ended = started("doctor", "--local", PYTHONIOENCODING="ascii", DOCKER_HOST=f"unix://{tmp_path}/none")
    out, err = ended.communicate(timeout=60)
    assert ended.returncode == 3
    assert "\\u2718 Docker engine" in out
    assert err == ""


def test_init_shows_the_lines_that_add_the_runner_to_an_image_of_ones_own(
    fargo: Fargo, tmp_path: Path
) -> None:
    said = fargo("init", str(tmp_path / "new")).err
    default = (ROOT / "image" / "Dockerfile").read_text(encoding="utf-8")
    for line in RUNNER_LINES:
        assert f"  {line}\n" in said
        assert line in default


@pytest.mark.parametrize(
    ("example", "command"),
    [
        ("simulate", "submit simulate --follow"),
        ("etl", "submit clean --over ROWS --follow"),
        ("media", "submit convert --over ROWS --follow"),
        ("inference", "submit train --follow"),
    ],
)
def test_up_names_a_job_that_can_be_run_first(example: str, command: str) -> None:
    project = config.load(ROOT / "examples" / example / "fargo.toml")
    assert up._first_submit(project) == command
