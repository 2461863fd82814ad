"""The examples as their READMEs have them, in containers, with results that are known: without Terraform, which others test."""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import played_terraform
import pytest
from doc_pages import Command, page_commands
from doc_session import Session
from example_base import example_base
from local_aws import local_aws

pytestmark = pytest.mark.engine
FEW = {"fargo submit simulate": "-- --samples 1000 --size 32"}
DOWN = Command("after", "fargo down")


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with local_aws("docker") as endpoint:
        yield endpoint


@pytest.fixture
def example(
    aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Session:
    """The example that the test names, in its folder; all commands of its README but the last have been run."""
    monkeypatch.setenv("PATH", f"{played_terraform.install(tmp_path / 'bin')}:{os.environ['PATH']}")
    base = example_base(os.environ.get("FARGO_TEST_BASE_IMAGE", ""))
    session = Session(tmp_path, monkeypatch, base_image=base, more=FEW)
    name = request.param
    session.one(Command("before", f"fargo init try-{name} --example {name} && cd try-{name}"))
    *before, last = page_commands(f"examples/{name}/README.md")
    assert last.text == DOWN.text
    session.play(before)
    return session


def _output(example: Session, run: str, file: str) -> str:
    """A file that row 0 of a run left."""
    example.one(Command("after", f"fargo results {run} -o found"))
    return Path("found/output/0", file).read_text(encoding="utf-8")


@pytest.mark.parametrize("example", ["simulate"], indirect=True)
def test_experiments_are_combined_to_an_answer_that_is_known(example: Session) -> None:
    found = json.loads(_output(example, "LAST", "combined.json"))
    assert abs(found["estimate"] - 0.91132) < 5 * found["standard_error"]
    example.one(DOWN)


@pytest.mark.parametrize("example", ["etl"], indirect=True)
def test_logs_become_tables_and_the_summary_is_what_the_whole_files_hold(example: Session) -> None:
    run = example.names["RUN"]
    damaged = example.one(Command("after", f"fargo logs {run} --failed"))
    assert "web-3-20260302-20.log.gz is damaged" in damaged
    expected = json.loads(Path("logs/expected.json").read_text(encoding="utf-8"))
    days = list(csv.DictReader(_output(example, "LAST", "totals.csv").splitlines()))
    assert len(days) == 2
    for day in days:
        for name in ("requests", "errors", "bytes"):
            assert int(day[name]) == expected[f"{day['day']} {name}"]
    assert len(list(Path(run).glob("output/*/day=*/*.csv.gz"))) == 24
    example.one(DOWN)


@pytest.mark.parametrize("example", ["media"], indirect=True)
def test_pictures_become_thumbnails_and_sounds_get_one_loudness(example: Session) -> None:
    found = Path(example.names["RUN"])
    damaged = example.one(Command("after", f"fargo logs {found} --failed"))
    assert "broken.png cannot be converted" in damaged
    reports = [json.loads(file.read_text()) for file in sorted(found.glob("output/*/report.json"))]
    pictures = [report for report in reports if report["kind"] == "picture"]
    assert [list(each["thumbnails"].values()) for each in pictures] == [
        [[640, 427], [320, 213], [160, 107]]
    ] * 3
    assert len(list(found.glob("output/*/*.webp"))) == 9
    sounds = [report for report in reports if report["kind"] == "sound"]
    assert [each["seconds"] for each in sounds] == [6.0] * 3
    for file in found.glob("output/*/*.opus"):
        assert file.read_bytes().startswith(b"OggS")
    assert len(list(found.glob("output/*/*.opus"))) == 3
    example.one(DOWN)


@pytest.mark.parametrize("example", ["inference"], indirect=True)
def test_a_model_is_trained_then_asked_by_an_array_then_scored_without_waiting_in_between(
    example: Session,
) -> None:
    found = json.loads(_output(example, "LAST", "score.json"))
    assert found["images"] == 719
    assert found["accuracy"] > 0.95
    assert found["right"] + sum(each["count"] for each in found["mistaken"]) == 719
    example.one(DOWN)
