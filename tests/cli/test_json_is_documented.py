"""Every key that `--json` prints is in the command's page, in backticks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import ACCOUNT, client, set_rules
from projects import REGION
from results_bucket import Bucket

from fargo import ledger

DOCS = Path(__file__).parents[2] / "docs"
FREE = {"columns", "settings", "usd"}
"""Keys whose own keys are data: a row's columns, a job's settings, rates by their names."""


def keys(found: Any) -> Iterator[str]:
    """All keys of an answer, at any depth."""
    if isinstance(found, list):
        for each in found:
            yield from keys(each)
    elif isinstance(found, dict):
        for key, value in found.items():
            yield key
            yield from () if key in FREE else keys(value)


def documented(page: str) -> set[str]:
    """The words in a page's code spans; `findings[].rule` and `.at` are about their last part."""
    spans = re.findall(r"`([^`\n]+)`", (DOCS / page).read_text(encoding="utf-8"))
    return {re.split(r"[.\[]", span.removesuffix("[]"))[-1].strip("]") for span in spans}


@pytest.fixture
def run(fargo: Fargo, aws: str) -> str:
    """An array of which a container was killed for memory; two rows left a result."""
    oom = {"job": "*:1", "script": [{"err": "too much"}, {"oom": True}]}
    set_rules(aws, [oom, {"job": "*", "script": [{"exit": 0}]}])
    name = fargo("--local", "submit", "work", "--array", "3").out.strip()
    fargo("--local", "wait", name)
    bucket = Bucket(client("s3", aws, REGION), f"fargo-demo-{ACCOUNT}-{REGION}", aws)
    bucket.results(ledger.load(bucket.store(), name), (0, 2))
    return name


@pytest.mark.parametrize(
    ("command", "page"),
    [
        (("explain", "RUN"), "explain.md"),
        (("cost", "RUN"), "cost.md"),
        (("cost",), "cost.md"),
        (("report", "RUN"), "report.md"),
        (("doctor",), "doctor.md"),
    ],
)
def test_every_key_is_in_the_page_of_its_command(
    fargo: Fargo, run: str, command: tuple[str, ...], page: str
) -> None:
    said = fargo("--local", *(run if word == "RUN" else word for word in command), "--json")
    found = set(keys(said.json))
    assert len(found) > 5, said.err
    known = documented(page)
    if page == "report.md":
        known |= documented("explain.md") | documented("cost.md")
    assert found - known == set()
