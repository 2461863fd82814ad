"""What is looked at on this machine, each with what was found, what is needed and how to get it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from fargo.config import Project
from fargo.docker import Engine
from fargo.docker.engine import About
from fargo.doctor import machine
from fargo.doctor.check import Check, Verdict, guarded
from fargo.doctor.machine import Machine
from fargo.errors import EngineMissing
from fargo.terraform import MINIMUM, PROVIDER, mirror

ABOUT = About(version="27.1", api="1.46", architecture="amd64", system="Debian", folder="/", is_here=True)
TERRAFORM = Path(__file__).parents[2] / "terraform"


@pytest.fixture
def looked(project: Project, tmp_path: Path) -> Machine:
    return Machine(
        environ={"PATH": str(tmp_path)}, home=tmp_path, scratch=tmp_path, project=project, local=False
    )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have an engine answer as this."""

    def answer(about: About) -> None:
        client = create_autospec(Engine, instance=True)
        client.about.return_value = about
        monkeypatch.setattr(Engine, "connect", lambda environ: client)

    return answer


@pytest.fixture
def binfmt(engine: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Linux would tell of emulators, beside an engine of this machine."""
    engine(ABOUT)
    folder = tmp_path / "binfmt"
    folder.mkdir()
    monkeypatch.setattr(machine, "BINFMT", folder)
    return folder


def by_name(look: Callable[[], Iterator[Check]]) -> dict[str, Check]:
    return {check.name: check for check in guarded("look", look)}


def arm(project: Project) -> Project:
    return replace(project, image=SimpleNamespace(cpu=SimpleNamespace(docker="arm64")))  # type: ignore[arg-type]


def test_what_is_needed_of_terraform_and_its_provider_is_what_the_stack_demands() -> None:
    text = (TERRAFORM / "versions.tf").read_text(encoding="utf-8")
    assert 'required_version = ">= {}.{}"'.format(*MINIMUM) in text
    assert 'version = "~> {}.{}"'.format(*PROVIDER) in text


def test_packages_of_an_extra_that_are_missing(looked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_installed", lambda name: name not in ("moto", "textual"))
    found = by_name(looked.python)
    assert found["fargo"].needed == "Python 3.11 or newer"
    assert found["fargo[local]"].verdict is found["fargo[monitor]"].verdict is Verdict.WARNING
    assert found["fargo[local]"].hint == "python3 -m pip install 'fargo[local]'"
    with_local = by_name(replace(looked, local=True).python)
    assert with_local["fargo[local]"].verdict is Verdict.MISSING


def test_no_terraform(looked: Machine) -> None:
    found = by_name(looked.terraform)["look"]
    assert (found.verdict, found.found) == (Verdict.MISSING, "terraform is not on the PATH")
    assert "developer.hashicorp.com" in found.hint


@pytest.mark.parametrize(
    ("names", "verdict", "said"),
    [
        (["5.100.0", "5.99.1"], Verdict.OK, "5.100.0, mirror "),
        (["terraform-provider-aws_5.101.2_linux_amd64.zip"], Verdict.OK, "5.101.2, mirror "),
        (["5.9.0", "6.1.0"], Verdict.MISSING, "holds 5.9.0, 6.1.0 of it"),
        ([], Verdict.MISSING, "holds no version of it"),
    ],
)
def test_a_mirror_must_hold_a_version_that_fits(
    looked: Machine, tmp_path: Path, names: list[str], verdict: Verdict, said: str
) -> None:
    folder = tmp_path / "mirror"
    (folder / mirror.PROVIDER).mkdir(parents=True)
    for name in names:
        (folder / mirror.PROVIDER / name).mkdir()
    environ = {**looked.environ, mirror.ENV_MIRROR: str(folder)}
    found = by_name(replace(looked, environ=environ).provider)["AWS provider"]
    assert (found.verdict, said in found.found) == (verdict, True)
    assert found.needed == "5.100 or newer, before 6"


def test_an_engine_of_the_images_own_architecture(looked: Machine, engine: Callable[..., None]) -> None:
    engine(ABOUT)
    found = by_name(looked.engine)
    assert found["Docker engine"].found == "27.1, API 1.46, amd64"
    assert "architecture" not in found
    assert "images" in " ".join(check.found for check in guarded("look", looked.engine))


@pytest.mark.parametrize(
    ("registered", "verdict", "said"),
    [
        (None, Verdict.MISSING, "qemu-aarch64 is not registered"),
        ("disabled\ninterpreter /usr/bin/qemu\nflags: F\n", Verdict.MISSING, "is disabled"),
        ("enabled\ninterpreter /usr/bin/qemu\nflags: \n", Verdict.MISSING, "containers do not see it"),
        ("enabled\ninterpreter /usr/bin/qemu\nflags: OCF\n", Verdict.OK, "with the emulator qemu-aarch64"),
    ],
)
def test_another_architecture_needs_an_emulator_that_containers_see(
    looked: Machine, binfmt: Path, registered: str | None, verdict: Verdict, said: str
) -> None:
    if registered is not None:
        (binfmt / "qemu-aarch64").write_text(registered, encoding="utf-8")
    found = by_name(replace(looked, project=arm(looked.project)).engine)["architecture"]  # type: ignore[arg-type]
    assert (found.verdict, said in found.found) == (verdict, True), found
    assert verdict is Verdict.OK or "binfmt --install arm64" in found.hint


def test_an_engine_elsewhere_and_docker_desktop(looked: Machine, engine: Callable[..., None]) -> None:
    other = replace(looked, project=arm(looked.project))  # type: ignore[arg-type]
    engine(replace(ABOUT, system="Docker Desktop"))
    assert by_name(other.engine)["architecture"].verdict is Verdict.OK
    engine(replace(ABOUT, is_here=False))
    away = by_name(other.engine)
    assert "cannot be told from here" in away["architecture"].found
    assert "images" not in away["disk"].found


def test_room_is_counted_once_for_each_disk_and_looked_at_without_an_engine(
    looked: Machine, engine: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1.5 * machine.GIB))
    monkeypatch.setattr(machine.tempfile, "gettempdir", lambda: str(looked.home))
    engine(replace(ABOUT, folder=str(looked.home)))
    disk = by_name(looked.engine)["disk"]
    assert (disk.verdict, disk.needed) == (Verdict.WARNING, "8 GiB")
    assert disk.found == "1.5 GiB free for the project, temporary files, images"
    assert disk.hint == "docker system prune"

    def refuse(environ: object) -> Engine:
        raise EngineMissing("No Docker engine answers.", "start it")

    monkeypatch.setattr(Engine, "connect", refuse)
    found = by_name(looked.engine)
    assert found["disk"].needed == "3 GiB"
    assert (found["Docker engine"].verdict, found["Docker engine"].hint) == (Verdict.MISSING, "start it")


def test_a_defect_in_one_look_is_said_and_hides_no_other() -> None:
    def broken() -> Iterator[Check]:
        yield Check("first", Verdict.OK, "there")
        raise KeyError("x")

    first, second = guarded("second", broken)
    assert (first.found, second.verdict) == ("there", Verdict.UNKNOWN)
    assert "defect of fargo: KeyError" in second.found
