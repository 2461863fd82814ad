"""The examples as a user runs them, in containers, with results that are known: without Terraform, which others test."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from example_base import example_base
from local_aws import client, local_aws, make_definition
from projects import REGION, deploy

from fargo import config

pytestmark = pytest.mark.engine
EXAMPLES = Path(__file__).parents[2] / "examples"
TOOL = EXAMPLES.parent / "tool"


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with local_aws("docker") as endpoint:
        yield endpoint


class Example:
    """An example's copy, as `fargo init` makes it, whose image is built and whose jobs are deployed."""

    def __init__(self, folder: Path, name: str, base: str, endpoint: str) -> None:
        self.folder = folder
        more = ["--base-image", base] if base else []
        made = self._python("-m", "fargo", "init", str(folder), "--example", name, *more)
        assert made.returncode == 0, made.stderr
        outputs = deploy(folder, endpoint, folder.name)
        built = json.loads(self.fargo("build", "--json").stdout)
        outputs |= {"image_tag": built["image"].partition(":")[2]}
        outputs["job_definitions"] = self._definitions(endpoint, outputs, built["image"])
        (folder / ".fargo/local/outputs.json").write_text(json.dumps(outputs), encoding="utf-8")

    def _definitions(self, endpoint: str, outputs: dict[str, Any], image: str) -> dict[str, str]:
        batch, made = client("batch", endpoint, REGION), {}
        options = {"awslogs-group": outputs["log_group"]}
        for name, job in config.load(self.folder / "fargo.toml").jobs.items():
            told = {"FARGO_BUCKET": outputs["bucket"], "FARGO_OUTPUT": job.output}
            container = {
                "image": image,
                "environment": [{"name": key, "value": value} for key, value in told.items()],
                "logConfiguration": {"logDriver": "awslogs", "options": options},
            }
            made[name] = make_definition(
                batch,
                f"fargo-{self.folder.name}_{name}",
                vcpu=f"{job.vcpu:g}",
                memory=str(job.size.memory_mib),
                container=container,
            )
        return made

    def fargo(self, *arguments: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        ended = self._python("-m", "fargo", "--local", *arguments, cwd=self.folder)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended

    def script(self, name: str) -> None:
        """Run a script that makes the example's data, on this machine."""
        ended = self._python(name, cwd=self.folder)
        assert ended.returncode == 0, ended.stderr

    def submit(self, *arguments: str) -> str:
        return self.fargo("submit", *arguments).stdout.strip()

    def results(self, run: str) -> Path:
        """A run's results on disk."""
        self.fargo("results", run)
        return self.folder / run

    def _python(self, *arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(TOOL)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


@pytest.fixture
def example(aws: str, tmp_path: Path, request: pytest.FixtureRequest) -> Example:
    """The example that the test names."""
    base = example_base(os.environ.get("FARGO_TEST_BASE_IMAGE", ""))
    return Example(tmp_path / f"try-{request.param}", request.param, base, aws)


@pytest.mark.parametrize("example", ["etl"], indirect=True)
def test_logs_become_tables_and_the_summary_is_what_the_whole_files_hold(example: Example) -> None:
    example.script("make_logs.py")
    run = example.submit("clean", "--over", "logs/*.log.gz")
    assert "1 failed" in example.fargo("wait", run, code=1).stderr
    damaged = example.fargo("logs", run, "--failed").stdout
    assert "web-3-20260302-20.log.gz is damaged" in damaged
    total = example.submit("total", "--after", run, "--partial")
    example.fargo("wait", total)
    expected = json.loads((example.folder / "logs/expected.json").read_text())
    with (example.results(total) / "output/0/totals.csv").open(newline="") as table:
        days = list(csv.DictReader(table))
    assert len(days) == 2
    for day in days:
        for name in ("requests", "errors", "bytes"):
            assert int(day[name]) == expected[f"{day['day']} {name}"]
    tables = list(example.results(run).glob("output/*/day=*/*.csv.gz"))
    assert len(tables) == 24


@pytest.mark.parametrize("example", ["media"], indirect=True)
def test_pictures_become_thumbnails_and_sounds_get_one_loudness(example: Example) -> None:
    example.script("make_media.py")
    run = example.submit("convert", "--over", "media/*")
    example.fargo("wait", run, code=1)
    assert "broken.png cannot be converted" in example.fargo("logs", run, "--failed").stdout
    found = example.results(run)
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


@pytest.mark.parametrize("example", ["inference"], indirect=True)
def test_a_model_is_trained_then_asked_by_an_array_then_scored_without_waiting_in_between(
    example: Example,
) -> None:
    train = example.submit("train")
    predict = example.submit("predict", "--array", "4", "--after", train, "--", "--parts", "4")
    score = example.submit("score", "--after", predict)
    example.fargo("wait", score)
    found = json.loads((example.results(score) / "output/0/score.json").read_text())
    assert found["images"] == 719
    assert found["accuracy"] > 0.95
    assert found["right"] + sum(each["count"] for each in found["mistaken"]) == 719
