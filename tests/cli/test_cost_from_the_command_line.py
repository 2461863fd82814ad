"""Money on the command line: told before a submission, counted after it, added up, and never without its source."""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from faulty import faults
from local_aws import ACCOUNT, client, set_rules, wait_until
from projects import REGION

from fargo.cost import MINIMUM_SECONDS, START_SECONDS

BUCKET = f"fargo-demo-{ACCOUNT}-{REGION}"
SMALL = 0.25 * 0.04048 + 0.5 * 0.004445
"""An hour of 0.25 vCPU and 512 MiB, in US dollars."""
LARGE = 0.04048 + 2 * 0.004445
MIB = 1024 * 1024


@pytest.fixture
def play(aws: str) -> Callable[..., None]:
    """Say what the project's scripted jobs do, from attempt to attempt."""

    def rules(*attempts: list[dict[str, Any]]) -> None:
        set_rules(aws, [{"job": "*", "script": list(attempts)}])

    return rules


@pytest.fixture
def confirm_above(project: Path) -> Callable[[float], None]:
    """Put a limit into the project file."""

    def limit(dollars: float) -> None:
        file = project / "fargo.toml"
        file.write_text(f"{file.read_text()}\n[cost]\nconfirm_above = {dollars}\n")

    return limit


def _down(service: str, operation: str) -> dict[str, Any]:
    return {"service": service, "operation": operation, "kind": "unavailable"}


def _ended(fargo: Fargo, *arguments: str) -> str:
    run: str = fargo("--local", "submit", *arguments).out.strip()
    fargo("--local", "wait", run)
    return run


def _measure(aws: str, run: str, rows: range, **more: Any) -> None:
    """What the runner would have written."""
    s3 = client("s3", aws, REGION)
    body = {"seconds": 100.0, "cpu_seconds": 20.0, "peak_memory_bytes": 300 * MIB, "exit_code": 0} | more
    for row in rows:
        s3.put_object(
            Bucket=BUCKET, Key=f"runs/{run}/result/{row}.json", Body=json.dumps({"row": row} | body)
        )


def test_submit_says_what_it_will_cost_without_being_asked(fargo: Fargo, aws: str) -> None:
    first = fargo("--local", "submit", "work", "--array", "1000")
    at_least = 1000 * 60 / 3600 * SMALL
    assert (
        f"on AWS at least ${at_least:.2f}: 1,000 containers of 0.25 vCPU, 512 MiB, 1m00 each; list"
        in first.err
    )
    assert "; list prices of us-east-1, 2026-06-01, from the local AWS" in first.err
    told = fargo("--local", "submit", "work", "--array", "10", "--pack", "5", "--expect", "10m")
    about = 2 * (5 * 600 + START_SECONDS) / 3600 * SMALL
    assert (
        f"on AWS about ${about:.2g}: 2 containers of 0.25 vCPU, 512 MiB, 50m20 each, by --expect" in told.err
    )
    assert told.out.count("\n") == 1
    _measure(aws, told.out.strip(), range(10))
    known = fargo("--local", "submit", "work")
    assert f"1 container of 0.25 vCPU, 512 MiB, 2m00, by the median of {told.out.strip()}" in known.err


def test_where_earlier_runs_cannot_be_read_it_is_submitted_all_the_same(fargo: Fargo, aws: str) -> None:
    run = _ended(fargo, "work")
    _measure(aws, run, range(1))
    with faults(aws, [_down("s3", "ListObjectsV2")]):
        ended = fargo("--local", "submit", "work")
    assert (ended.code, "at least $" in ended.err) == (0, True)


def test_what_is_dear_is_asked_about_and_not_sent_where_nobody_answers(
    fargo: Fargo, aws: str, confirm_above: Callable[[float], None]
) -> None:
    confirm_above(1)
    dear = ("--local", "submit", "work", "--array", "1000", "--expect", "10m")
    refused = fargo(*dear)
    assert refused.code == 2
    assert "This would cost about $2.13, more than [cost] confirm_above = 1. Go on?" in refused.err
    assert "--yes" in refused.err
    assert fargo("--local", "ps", "--json").json == []
    assert fargo(*dear, "--yes").code == 0
    assert fargo("--local", "submit", "work").code == 0


def test_a_retry_is_asked_about_as_well(
    fargo: Fargo, aws: str, play: Callable[..., None], confirm_above: Callable[[float], None]
) -> None:
    play([{"exit": 1}])
    run = _ended(fargo, "work", "--array", "3")
    _measure(aws, run, range(1))
    confirm_above(0.0001)
    refused = fargo("--local", "retry", run)
    assert (refused.code, f"by the median of {run}" in refused.err) == (2, True)
    assert "2 containers" in refused.err
    assert fargo("--local", "retry", run, "--yes").code == 0


@pytest.mark.parametrize("limit", ["-1", "nan", "inf", '"5"'])
def test_a_limit_that_is_none_is_refused(fargo: Fargo, project: Path, limit: str) -> None:
    file = project / "fargo.toml"
    file.write_text(f"{file.read_text()}\n[cost]\nconfirm_above = {limit}\n")
    ended = fargo("--local", "cost")
    assert (ended.code, "cost.confirm_above" in ended.err) == (2, True)


def test_every_attempt_counts_by_the_second_and_a_minute_at_the_least(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play([{"sleep": 0.1}, {"stopped": "Host EC2 (instance i-1) terminated."}], [{"exit": 0}])
    batch = client("batch", aws, REGION)
    definition = batch.describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    (work,) = (each for each in definition if each["jobDefinitionName"] == "fargo-demo_work")
    kept = {name: work[name] for name in ("jobDefinitionName", "type", "containerProperties")}
    batch.register_job_definition(**kept, platformCapabilities=["FARGATE"], retryStrategy={"attempts": 3})
    outputs = json.loads((Path(".fargo") / "local" / "outputs.json").read_text())
    name, _, revision = outputs["job_definitions"]["work"].rpartition(":")
    outputs["job_definitions"]["work"] = f"{name}:{int(revision) + 1}"
    (Path(".fargo") / "local" / "outputs.json").write_text(json.dumps(outputs))
    run = _ended(fargo, "work", "--array", "4")
    found = fargo("--local", "cost", run, "--json").json
    assert found["created"] == fargo("--local", "show", run, "--json").json["created"]
    (wave,) = found["actual"]["waves"]
    assert (wave["attempts"], wave["containers"], wave["looked_at"]) == (8, 4, 4)
    assert wave["billed_seconds"] == 8 * MINIMUM_SECONDS
    assert found["actual"]["usd"] == pytest.approx(8 * 60 / 3600 * SMALL, abs=1e-6)
    assert (found["actual"]["exact"], found["actual"]["finished"]) == (True, True)
    assert found["estimate"]["usd"] == pytest.approx(4 * 60 / 3600 * SMALL, abs=1e-6)


def test_what_spot_costs_is_assumed_and_said(fargo: Fargo, play: Callable[..., None]) -> None:
    play([{"exit": 0}])
    submitted = fargo("--local", "submit", "other")
    assert submitted.err.splitlines()[0].endswith("; Spot at 33% of the list price assumed")
    run = submitted.out.strip()
    fargo("--local", "wait", run)
    found = fargo("--local", "cost", run, "--json").json["actual"]
    assert found["usd"] == pytest.approx(60 / 3600 * LARGE * 0.33, abs=1e-6)
    assert found["waves"][0]["spot"] is True
    assert "Spot at 33% of the list price assumed" in found["basis"]


def test_the_estimate_stands_beside_the_actual_and_a_better_size_below(
    fargo: Fargo, aws: str, play: Callable[..., None]
) -> None:
    play([{"exit": 0}])
    run = _ended(fargo, "other", "--array", "20", "--on-demand", "--expect", "5m")
    _measure(aws, run, range(20))
    lines = dict(line.split("\t", 1) for line in fargo("--local", "cost", run).out.splitlines())
    estimate, actual = 20 * 320 / 3600 * LARGE, 20 * 60 / 3600 * LARGE
    assert lines["cost"] == f"about ${estimate:.2g}\t${actual:.2g}"
    assert lines["containers"] == "20\t20"
    assert lines["billed each"] == "5m20\t1m00"
    assert lines["used"] == "of 1 vCPU, 2 GiB: 0.20 vCPU, 300 MiB at the most, measured in 20 of 20 rows"
    assert (
        lines["size"]
        == f"0.25 vCPU, 512 MiB would have saved ${actual * (1 - SMALL / LARGE):.2g}, with 20% to spare"
    )
    assert lines["fargo.toml"] == 'vcpu = 0.25, memory = "512 MiB"'


def test_what_runs_is_counted_so_far(fargo: Fargo, play: Callable[..., None]) -> None:
    play([{"sleep": 60}])
    run = fargo("--local", "submit", "work").out.strip()
    wait_until(lambda: fargo("--local", "cost", run, "--json").json["actual"])
    shown = fargo("--local", "cost", run)
    assert f"so far\t{run} is RUNNING" in shown.out
    assert "size\ttold when it has ended" in shown.out
    fargo("--local", "stop", run)


def test_waves_are_told_one_by_one(fargo: Fargo, aws: str, play: Callable[..., None]) -> None:
    play([{"exit": 1}])
    run = _ended(fargo, "work", "--array", "2")
    _measure(aws, run, range(1))
    fargo("--local", "retry", run, "--memory", "1 GiB")
    fargo("--local", "wait", run)
    lines = fargo("--local", "cost", run).out.splitlines()
    assert any(
        line.startswith("wave 1\t\t") and "2 containers of 0.25 vCPU, 512 MiB" in line for line in lines
    )
    assert any(line.startswith("wave 2\t\t") and "1 container of 0.25 vCPU, 1 GiB" in line for line in lines)


def test_runs_are_added_up_by_run_by_job_and_by_day(fargo: Fargo, play: Callable[..., None]) -> None:
    assert "no runs yet" in fargo("--local", "cost").out
    play([{"exit": 0}])
    runs = [_ended(fargo, "work"), _ended(fargo, "work"), _ended(fargo, "other", "--on-demand")]
    small, large = 60 / 3600 * SMALL, 60 / 3600 * LARGE
    spent = fargo("--local", "cost", "--json").json["spent"]
    names = [each["name"] for each in spent["runs"]]
    assert sorted(names) == sorted(runs)
    seconds = [re.findall(r"\d{6}-\d{6}", name) for name in names]
    assert seconds == sorted(seconds, reverse=True)
    assert spent["usd"] == pytest.approx(2 * small + large, abs=2e-6)
    jobs = fargo("--local", "cost", "--by", "job", "--json").json["spent"]["runs"]
    assert [(each["name"], each["runs"]) for each in jobs] == [("other", 1), ("work", 2)]
    (day,) = fargo("--local", "cost", "--by", "day", "--since", "7d", "--json").json["spent"]["runs"]
    assert (day["runs"], day["usd"]) == (3, pytest.approx(2 * small + large, abs=2e-6))
    assert len(fargo("--local", "cost", "-n", "1", "--json").json["spent"]["runs"]) == 1
    later = (datetime.now().astimezone() + timedelta(hours=1)).isoformat()
    assert "no runs" in fargo("--local", "cost", "--since", later).out


def test_the_standing_cost_names_what_is_stored_and_what_nobody_knows(fargo: Fargo, aws: str) -> None:
    shown = fargo("--local", "cost")
    assert shown.out.startswith("standing cost: $44.80 a month (list prices of us-east-1, 2026-06-01, from")
    assert "$43.80  3 interface endpoints in 2 zones" in shown.out
    assert "images: there are none" in shown.out
    found = fargo("--local", "cost", "--json").json
    assert found["prices"]["source"] == "local"
    assert math.isclose(found["monthly_usd"], 44.8, abs_tol=0.01)


def test_where_the_price_list_does_not_answer_packaged_prices_are_told_and_why(
    fargo: Fargo, aws: str
) -> None:
    with faults(aws, [_down("pricing", "GetProducts")]):
        shown = fargo("--local", "cost").out
    assert (
        "list prices of us-east-1, 2026-06, packaged with fargo (the price list API does not answer)" in shown
    )


def test_options_about_many_runs_are_refused_for_one(fargo: Fargo) -> None:
    ended = fargo("--local", "cost", "work-1", "--by", "day")
    assert (ended.code, "--by, --since and --limit are about many runs" in ended.err) == (2, True)
