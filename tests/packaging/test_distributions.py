"""What a release holds: all that it needs, and nothing else."""

import email
import re
import subprocess
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from fargo import __version__
from fargo.stack import LEFT_OUT

ROOT = Path(__file__).parents[2]
DATA = "fargo/_data/"
MANUAL = f"fargo-{__version__}.data/data/share/man/man1/fargo.1"
"""pip puts it where `man fargo` finds it, beside the environment's programs."""
PLACES = {
    "tool": "",
    "terraform": f"{DATA}terraform/",
    "image": f"{DATA}image/",
    "examples": f"{DATA}examples/",
}


@pytest.fixture(scope="module")
def wheel(distributions: Any) -> dict[str, bytes]:
    """Each file's name in the wheel => its content."""
    with zipfile.ZipFile(distributions.wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="module")
def sdist(distributions: Any) -> dict[str, bytes]:
    """Each file's name in the sdist => its content."""
    with tarfile.open(distributions.sdist) as opened:
        files = [
            (member.name.partition("/")[2], opened.extractfile(member)) for member in opened.getmembers()
        ]
        return {name: file.read() for name, file in files if file}


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    """Each file that git keeps, or would keep once it is added => its content."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    if listed.returncode or not (ROOT / ".git").exists():
        pytest.skip("this is no clone of the repository: there is nothing to compare with")
    names = listed.stdout.rstrip("\0").split("\0")
    return {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}


def test_the_sdist_is_the_repository(sdist: dict[str, bytes], kept: dict[str, bytes]) -> None:
    described = sdist.pop("PKG-INFO")
    assert described.startswith(b"Metadata-Version")
    assert sorted(sdist) == sorted(kept)
    assert sdist == kept


def test_the_wheel_made_from_the_sdist_is_the_repositorys_package_and_data(
    wheel: dict[str, bytes], kept: dict[str, bytes]
) -> None:
    expected = {}
    for name, content in kept.items():
        top, _, rest = name.partition("/")
        if top in PLACES and not (top == "terraform" and rest.partition("/")[0] in LEFT_OUT):
            expected[PLACES[top] + rest] = content
    expected[MANUAL] = kept["docs/fargo.1"]
    found = {name: content for name, content in wheel.items() if ".dist-info/" not in name}
    assert sorted(found) == sorted(expected)
    assert found == expected


@pytest.mark.parametrize(
    "name",
    [
        "fargo/py.typed",
        "fargo/view/report/report.css",
        "fargo/view/report/report.js",
        f"{DATA}terraform/main.tf",
        f"{DATA}terraform/modules/batch/queues.tf",
        f"{DATA}image/Dockerfile",
        f"{DATA}image/runner/bin/fargo-run",
        f"{DATA}examples/media/.dockerignore",
        f"fargo-{__version__}.dist-info/licenses/LICENSE",
    ],
)
def test_what_the_program_reads_is_in_the_wheel(wheel: dict[str, bytes], name: str) -> None:
    assert name in wheel


def test_nothing_but_the_package_is_put_beside_others(wheel: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == {"fargo", f"fargo-{__version__}.dist-info", f"fargo-{__version__}.data"}
    assert [name for name in wheel if ".data/" in name] == [MANUAL]
    refused = re.compile(
        r"(^|/)(tests|policies|__pycache__|\.terraform|\.fargo|\.git)(/|$)|\.(pyc|tfstate|lock\.hcl)$"
    )
    assert not [name for name in wheel if refused.search(name)]


def test_the_runner_can_be_executed(distributions: Any) -> None:
    with zipfile.ZipFile(distributions.wheel) as opened:
        mode = opened.getinfo(f"{DATA}image/runner/bin/fargo-run").external_attr >> 16
    assert mode & 0o111 == 0o111


@pytest.fixture(scope="module")
def metadata(wheel: dict[str, bytes]) -> Message:
    return email.message_from_bytes(wheel[f"fargo-{__version__}.dist-info/METADATA"])


def test_the_metadata_says_what_an_index_shows(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("fargo", __version__)
    assert (metadata["License-Expression"], metadata["License-File"]) == ("MIT", "LICENSE")
    assert metadata["Description-Content-Type"] == "text/markdown"
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert metadata["Requires-Python"] == project["requires-python"]
    assert metadata["Summary"] == project["description"]
    assert sorted(metadata.get_all("Classifier", [])) == sorted(project["classifiers"])
    assert {"local", "monitor", "web"} <= set(metadata.get_all("Provides-Extra", []))


def test_the_description_needs_no_file_beside_it(metadata: Message) -> None:
    description = str(metadata.get_payload())
    assert description.startswith("# fargo\n")
    assert re.findall(r"\]\((?!https?:|#)[^)]*\)", description) == []
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    headings = re.compile(r"^#+ .*$", re.MULTILINE)
    assert len(headings.findall(description)) == len(headings.findall(text))
