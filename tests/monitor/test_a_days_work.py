"""A day's work by keys alone, against the local AWS: what failed among many, why, and once more with more memory."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_aws import client, local_aws, set_rules
from projects import REGION, deploy, write_project
from textual.pilot import Pilot

from fargo.connection import Connection
from fargo.model import naming
from fargo.model.job import JobState
from fargo.monitor.app import MonitorApp
from fargo.monitor.source import LiveSource

ARRAYS = 50
FAILING = (2, 5)
"""Children of one of the arrays that want more memory than they have."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project on a local AWS with scripted jobs: fifty arrays, of which one has failing children."""
    folder = write_project(tmp_path / "project")
    with local_aws() as endpoint:
        deploy(folder, endpoint)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("ENDPOINT", endpoint)
        bad = [{"out": "loading the reference"}, {"err": "heap full"}, {"oom": True}]
        rules = [{"job": f"other-*-w1-c0:{index}", "script": bad} for index in FAILING]
        set_rules(endpoint, [*rules, {"job": "*", "script": [{"out": "fine"}, {"exit": 0}]}])
        yield folder


def submitted(capsys: pytest.CaptureFixture[str]) -> str:
    """Submit them; the id of the run that will have failures."""
    from fargo.__main__ import run

    for number in range(ARRAYS):
        job = "other" if number == ARRAYS // 2 else "work"
        assert run(["--local", "submit", job, "--array", "8"]) == 0
    runs = capsys.readouterr().out.split()
    assert len(runs) == ARRAYS
    return next(each for each in runs if each.startswith("other"))


def write_results(endpoint: str, run: str, rows: list[int]) -> None:
    """What the runner would have written for the rows that succeeded."""
    s3 = client("s3", endpoint, REGION)
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    for row in rows:
        s3.put_object(Bucket=bucket, Key=naming.result_key(run, row), Body=b"{}")


def text(app: MonitorApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[None], there: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, text(pilot.app)  # type: ignore[arg-type] # it is the monitor
        await pilot.pause(0.1)


async def the_work(app: MonitorApp, pilot: Pilot[None], run: str) -> None:
    await until(pilot, lambda: f"{ARRAYS} of {ARRAYS}" in text(app))
    await pilot.press("f")  # what failed
    await until(pilot, lambda: f"1 of {ARRAYS}" in text(app))
    await pilot.press("enter")  # its children
    await until(pilot, lambda: all(f"#{index} " in text(app) for index in FAILING))
    assert "OutOfMemory" in text(app)
    assert "137" in text(app)
    await pilot.press("l")  # the first one's log
    await until(pilot, lambda: "heap full" in text(app))
    await pilot.press("escape", "escape")
    await pilot.pause()
    await pilot.press("r", "m", "m")  # once more, with twice the memory
    await until(pilot, lambda: "4 GiB instead of 2 GiB (+100%)" in text(app))
    await pilot.press("y")
    await until(pilot, lambda: "wave 2: 2 without a result" in text(app))
    name = naming.batch_job_name(run, 2, 0)

    def passed() -> bool:
        found = [job for job in app.board.top() if job.name == name]
        return bool(found) and dict(found[0].counts) == {JobState.SUCCEEDED: len(FAILING)}

    await until(pilot, passed)
    await pilot.press("f", "home")  # all again, from the newest on: the cursor stays with what was retried
    await until(pilot, lambda: any(" w2 [2]" in line and "2/2" in line for line in text(app).splitlines()))


def test_failures_are_found_read_and_retried_by_keys_alone(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = os.environ["ENDPOINT"]
    run = submitted(capsys)
    write_results(endpoint, run, [row for row in range(8) if row not in FAILING])
    app = MonitorApp(LiveSource(Connection(local=True)), environ={})

    async def drive() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await the_work(app, pilot, run)
            await pilot.press("q")

    asyncio.run(drive())
    batch = client("batch", endpoint, REGION)
    jobs = batch.describe_jobs(jobs=[job.id for job in app.board.top() if job.name.endswith("-w2-c0")])[
        "jobs"
    ]
    sizes = {each["type"]: each["value"] for each in jobs[0]["container"]["resourceRequirements"]}
    assert sizes["MEMORY"] == "4096"
    assert len(jobs) == 1
