"""`fargo show`: why containers failed, how long they took, what they cost; also of what AWS Batch has forgotten."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import client, forget_jobs, set_rules, wait_until
from projects import REGION, keep_events

import fargo as library
from fargo.model.job import JobState
from fargo.model.naming import events_log_group

MEMORY = "OutOfMemoryError: Container killed due to memory usage"
Ended = Callable[..., str]


@pytest.fixture
def ended(aws: str, fargo: Fargo) -> Ended:
    """Run a job to its end, once its events have been told; its run."""
    keep_events(aws)
    rules = [
        {"job": "*:1", "script": [{"oom": True}]},
        {"job": "*:3", "script": [{"oom": True}]},
        {"job": "*:4", "script": [{"exit": 2}]},
        {"job": "other*", "script": [{"sleep": 0.2}, {"exit": 3}]},
        {"job": "*", "script": [{"sleep": 0.1}, {"exit": 0}]},
    ]
    set_rules(aws, rules)
    logs = client("logs", aws, REGION)

    def run(*arguments: str) -> str:
        name = fargo("--local", "submit", *arguments).out.strip()
        fargo("--local", "wait", name)
        (job,) = fargo("--local", "show", name, "--json").json["jobs"]

        def told() -> bool:
            found = logs.filter_log_events(logGroupName=events_log_group("demo"))["events"]
            details = [json.loads(event["message"])["detail"] for event in found]
            return any(each["jobId"] == job["id"] and each["status"] == job["state"] for each in details)

        wait_until(told)
        return name

    return run


@pytest.fixture
def grown_old(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let AWS Batch forget all jobs, and none be so young that it may not show them yet."""

    def forget() -> None:
        forget_jobs()
        monkeypatch.setattr("fargo.model.run.APPEARS_SECONDS", 0)

    return forget


def _plain(fargo: Fargo, run: str) -> list[list[str]]:
    shown = fargo("--local", "show", run, "--plain")
    assert shown.code == 0, shown.err
    return [line.split("\t") for line in shown.out.splitlines()]


def _of(rows: list[list[str]], name: str) -> list[str]:
    return [value for key, value in rows if key == name]


def test_an_arrays_failures_are_one_line_for_each_cause(fargo: Fargo, ended: Ended) -> None:
    rows = _plain(fargo, ended("work", "--array", "6"))
    assert _of(rows, "failed") == [
        f"2 jobs: exit 137, {MEMORY} (#1, #3)",
        "1 job: exit 2, Essential container in task exited (#4)",
    ]
    assert _of(rows, "each ran") == ["p50 0s, p90 0s, of 6"]
    assert re.fullmatch(
        r"about \$0\.00\d+, by list prices of us-east-1, 2026-06-01, from the local AWS; .*",
        _of(rows, "cost so far")[0],
    )
    assert "timeline" not in dict(rows)


def test_a_single_job_has_a_timeline(fargo: Fargo, ended: Ended) -> None:
    rows = _plain(fargo, ended("other"))
    (timeline,) = _of(rows, "timeline")
    assert re.fullmatch(r"queued \d+s, start \d+s, run \d+s, failed", timeline)
    assert len(_of(rows, "failed")) == 1
    assert "each ran" not in dict(rows)


def test_what_is_shown_is_there_as_json(fargo: Fargo, ended: Ended) -> None:
    shown = fargo("--local", "show", ended("other"), "--json").json
    (phases,) = shown["timeline"].values()
    assert [phase["step"] for phase in phases] == ["queued", "start", "run"]
    assert phases[-1]["seconds"] >= 0.2
    assert (shown["failed"], shown["spread"]) == (1, None)
    assert shown["causes"][0]["exit_code"] == 3
    assert 0 < shown["cost_so_far_usd"] < 0.01


def _told(shown: dict[str, Any]) -> dict[str, Any]:
    """All of it but the time of asking, and whom it is from."""
    return {name: value for name, value in shown.items() if name not in ("at", "past")}


@pytest.mark.parametrize("arguments", [("work", "--array", "6"), ("other",)])
def test_a_run_that_aws_batch_has_forgotten_is_shown_as_it_was(
    fargo: Fargo, ended: Ended, grown_old: Callable[[], None], arguments: tuple[str, ...]
) -> None:
    run = ended(*arguments)
    before = fargo("--local", "show", run, "--json").json
    grown_old()
    after = fargo("--local", "show", run, "--json").json
    assert (before["past"], after["past"]) == ([], [before["jobs"][0]["id"]])
    assert _told(after) == _told(before)


def test_the_lines_of_a_run_that_aws_batch_has_forgotten_are_read_all_the_same(
    fargo: Fargo, aws: str, ended: Ended, grown_old: Callable[[], None]
) -> None:
    rules = [
        {"job": "*:1", "script": [{"out": "one"}, {"exit": 1}]},
        {"job": "*", "script": [{"out": "fine"}]},
    ]
    set_rules(aws, rules)
    run = ended("work", "--array", "6")
    before = sorted(fargo("--local", "logs", run, "--timestamps").out.splitlines())
    assert len(before) == 6
    grown_old()
    for asked in ((run,), ("-f", run)):
        assert sorted(fargo("--local", "logs", *asked, "--timestamps").out.splitlines()) == before
    assert fargo("--local", "logs", run, "--failed").out == "#1 one\n"
    assert fargo("--local", "logs", f"{run}:1").out == "one\n"


def test_python_sees_a_forgotten_run_as_it_ended(
    ended: Ended, grown_old: Callable[[], None], project: Path
) -> None:
    run = ended("other")
    grown_old()
    known = library.connect(project / "fargo.toml", local=True).run(run)
    for status in (known.status(), known.wait()):
        assert (status.state, status.gone, status.finished) == (JobState.FAILED, 0, True)
        assert status.jobs[0].exit_code == 3


def test_ps_and_wait_tell_how_a_forgotten_run_ended(
    fargo: Fargo, ended: Ended, grown_old: Callable[[], None]
) -> None:
    run = ended("work", "--array", "6")
    grown_old()
    listed = fargo("--local", "ps", "--plain")
    assert "FAILED" in listed.out
    assert "GONE" not in listed.out
    waited = fargo("--local", "wait", run)
    assert waited.code == 1
    assert "FAILED" in waited.err
    assert "3 failed" in waited.err


def test_without_events_a_forgotten_run_is_gone_as_before(
    fargo: Fargo, aws: str, grown_old: Callable[[], None]
) -> None:
    run = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", run)
    grown_old()
    shown = fargo("--local", "show", run, "--plain")
    assert shown.code == 0, shown.err
    assert "state\tGONE: AWS Batch no longer knows it" in shown.out
    assert "cost so far" not in shown.out


def test_a_run_that_has_not_started_has_cost_nothing_yet(fargo: Fargo, aws: str) -> None:
    set_rules(aws, [{"job": "*", "script": [{"sleep": 60}]}])
    first = fargo("--local", "submit", "work").out.strip()
    waiting = fargo("--local", "submit", "other", "--after", first).out.strip()
    rows = dict(_plain(fargo, waiting))
    assert "cost so far" not in rows
    assert rows["timeline"].endswith(", pending")
