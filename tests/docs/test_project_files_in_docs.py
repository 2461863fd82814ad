"""Every project file on a page is one that fargo takes, and every part of one would be, in a whole file."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fargo import config
from fargo.errors import ProjectFileError

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^ *```toml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
HEAD = 'name = "page"\n'
JOB = '\n[jobs.page]\ncommand = ["work"]\n'


def blocks() -> dict[str, str]:
    """A block's page and line → the block."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]
    return {
        f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}": found[1]
        for page in sorted(pages)
        for text in [page.read_text(encoding="utf-8")]
        for found in FENCE.finditer(text)
    }


def whole(text: str) -> str:
    """The block as a project file: what every file needs is added where the block leaves it out."""
    tables: dict[str, Any] = tomllib.loads(text)
    for name, job in tables.get("jobs", {}).items():
        if "command" not in job:
            text = text.replace(f"[jobs.{name}]\n", f'[jobs.{name}]\ncommand = ["work"]\n')
    return ("" if "name" in tables else HEAD) + text + ("" if "jobs" in tables else JOB)


def load(text: str, folder: Path) -> config.Project:
    file = folder / "fargo.toml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, environ={"AWS_REGION": "eu-west-1"})


@pytest.mark.parametrize("place", blocks())
def test_a_project_file_on_a_page_is_taken(place: str, tmp_path: Path) -> None:
    text = blocks()[place]
    assert load(whole(text), tmp_path).jobs


def test_a_page_without_blocks_would_be_seen() -> None:
    assert {"docs/rows.md", "docs/project-file.md", "docs/account.md"} <= {
        place.split(":")[0] for place in blocks()
    }


def test_a_wrong_key_in_a_part_is_found(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match="memori"):
        load(whole('[jobs.work]\nmemori = "1 GiB"\n'), tmp_path)
