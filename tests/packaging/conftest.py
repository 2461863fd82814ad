"""The wheel and the sdist, and virtual environments that hold the wheel and nothing of the checkout."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Asked before a test has an empty home: what pip has downloaded before is not downloaded again.
CACHE = os.environ.get("PIP_CACHE_DIR") or str(Path.home() / ".cache" / "pip")


@dataclass(frozen=True)
class Distributions:
    """What a release uploads."""

    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """Those in `FARGO_TEST_DIST`, as `nox -s build` made them; else made here: the sdist, and the wheel from it."""
    given = os.environ.get("FARGO_TEST_DIST")
    folder = Path(given) if given else tmp_path_factory.mktemp("dist")
    if not given:
        _run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Distributions(wheel, sdist)


class Installed:
    """A wheel in an environment of its own, used from an empty folder."""

    def __init__(self, folder: Path, requirement: str) -> None:
        self.bin = folder / "venv" / "bin"
        self.folder = folder / "empty"
        self.folder.mkdir()
        venv.create(self.bin.parent)
        _run(sys.executable, "-m", "pip", "--python", self.bin / "python", "install", "--quiet", requirement)
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def fargo(self, *arguments: str, code: int = 0, at: str = ".") -> "subprocess.CompletedProcess[str]":
        """Run the command in a folder below the empty one; it must end with this code, and without a traceback."""
        ended = self._call("fargo", *arguments, at=at)
        said = f"{arguments}:\n{ended.stdout}{ended.stderr}"
        assert ended.returncode == code, said
        assert "Traceback" not in said, said
        return ended

    def python(self, program: str) -> str:
        """What a program prints."""
        ended = self._call("python", "-c", program)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def _call(self, program: str, *arguments: str, at: str = ".") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=self.folder / at,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


@pytest.fixture(scope="session")
def bare(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel without any extra."""
    return Installed(tmp_path_factory.mktemp("bare"), str(distributions.wheel))


@pytest.fixture(scope="session")
def local(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The wheel with the local AWS, which is stopped in the end."""
    installed = Installed(tmp_path_factory.mktemp("local"), f"{distributions.wheel}[local]")
    yield installed
    installed.fargo("local", "stop")


def _run(*command: object) -> None:
    ended = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, "PIP_CACHE_DIR": CACHE, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=550,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
