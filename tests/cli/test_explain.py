"""`fargo explain`: what is asked for by a run, a row or a job's id; what it looks like, and what is refused."""

import json
import re
import uuid
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import client, set_rules
from projects import REGION

from fargo.local import daemon

RULES = [
    {"job": "work*:1", "script": [{"out": "reading \x1b[31mpart 1"}, {"oom": True}]},
    {"job": "work*:3", "script": [{"oom": True}]},
    {"job": "work*:4", "script": [{"fail": "TaskMelted: the flux"}]},
    {"job": "other*", "script": [{"sleep": 300}]},
    {"job": "*", "script": [{"exit": 0}]},
]


@pytest.fixture
def run(aws: str, fargo: Fargo) -> str:
    """An array of six, of which three failed."""
    set_rules(aws, RULES)
    name = fargo("--local", "submit", "work", "--array", "6").out.strip()
    fargo("--local", "wait", name)
    return name


def test_the_cause_comes_first_then_what_says_so_what_mends_it_and_the_end_of_a_log(
    fargo: Fargo, run: str
) -> None:
    told = fargo("--local", "explain", run, "--plain")
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == [
        f"{run} FAILED: 3 of 6 containers failed",
        "",
        "2 jobs (#1, #3): It wanted more memory than it has: 512 MiB",
        "  AWS: exit 137, OutOfMemoryError: Container killed due to memory usage",
        "  → run again what failed with more memory",
        f"    fargo --local retry {run} --memory '1 GiB'",
        '  → for later runs: memory = "1 GiB" under [jobs.work] in fargo.toml, then deploy',
        "    fargo --local up",
        "  the log of #1 ends:",
        r"    reading \x1b[31mpart 1",
        "",
        "1 job (#4): TaskMelted: the flux",
        "  these are AWS's own words, which no rule knows",
    ]


def test_containers_of_several_rows_are_told_by_their_rows(fargo: Fargo, aws: str) -> None:
    failing = [{"job": f"*:{index}", "script": [{"out": "no"}, {"exit": 3}]} for index in (2, 6)]
    set_rules(aws, [*failing, {"job": "*", "script": [{"exit": 0}]}])
    run = fargo("--local", "submit", "work", "--array", "25", "--pack", "4").out.strip()
    waited = fargo("--local", "wait", run).err
    assert "percent, 7 of 7 containers done, 2 failed" in waited
    assert "  2 jobs: exit 3, Essential container in task exited (rows #8-11, row #24)" in waited
    told = fargo("--local", "explain", run, "--plain").out.splitlines()
    assert told[0] == f"{run} FAILED: 2 of 7 containers failed"
    assert told[2].startswith("2 jobs (rows #8-11, row #24): ")
    assert "  the log of rows #8-11 ends:" in told
    assert "5 succeeded, 2 failed of 7 containers" in fargo("--local", "show", run, "--plain").out


def test_json_has_all_of_it(fargo: Fargo, run: str) -> None:
    told = fargo("--local", "explain", run, "--json").json
    assert list(told) == ["run", "part", "state", "at", "failed", "looked_at", "failed_rows", "findings"]
    assert (told["run"], told["state"], told["failed"], told["looked_at"]) == (run, "FAILED", 3, 3)
    first, second = told["findings"]
    assert list(first) == ["rule", "cause", "jobs", "examples", "evidence", "fixes", "log_tail"]
    assert [example["name"] for example in first["examples"]] == ["#1", "#3"]
    assert first["fixes"][0]["command"] == f"fargo --local retry {run} --memory '1 GiB'"
    assert (second["rule"], second["cause"], second["log_tail"]) == ("", "TaskMelted: the flux", [])


def _job(fargo: Fargo, run: str) -> str:
    (job,) = fargo("--local", "show", run, "--json").json["jobs"]
    return str(job["id"])


def _single(fargo: Fargo) -> str:
    return _job(fargo, fargo("--local", "submit", "work").out.strip())


def test_a_row_and_a_jobs_id_are_explained_alone(fargo: Fargo, run: str) -> None:
    for what in (f"{run}:3", f"{_job(fargo, run)}:3"):
        told = fargo("--local", "explain", what, "--json").json
        assert told["part"] == (f"job {what}" if what != f"{run}:3" else "row 3")
        (finding,) = told["findings"]
        assert (finding["rule"], finding["jobs"]) == ("out-of-memory", 1)
    assert fargo("--local", "explain", f"{run}:0", "--plain").out.splitlines() == [
        f"row 0 of {run} succeeded: there is nothing to explain",
        f"  fargo --local results {run}",
    ]
    assert len(fargo("--local", "explain", _job(fargo, run), "--json").json["findings"]) == 2


def test_a_job_of_a_wave_that_is_over_is_named_by_it_and_not_proposed_again(fargo: Fargo, aws: str) -> None:
    set_rules(aws, [{"job": "work*-w1-*", "script": [{"oom": True}]}, {"job": "*", "script": [{"exit": 0}]}])
    run = fargo("--local", "submit", "work", "--array", "3").out.strip()
    fargo("--local", "wait", run)
    job = _job(fargo, run)
    fargo("--local", "retry", run)
    fargo("--local", "wait", run)
    lines = fargo("--local", "explain", job, "--plain").out.splitlines()
    assert lines[0] == f"job {job} of wave 1 of {run} FAILED: 3 of 3 containers failed"
    assert not [line for line in lines if " retry " in line]


def test_a_row_that_a_later_wave_mended_succeeded_though_the_wave_failed(fargo: Fargo, aws: str) -> None:
    fails = [{"job": f"work*-w{wave}", "script": [{"oom": True}]} for wave in ("1-*:1", "1-*:2", "2-*:2")]
    set_rules(aws, [*fails, {"job": "*", "script": [{"exit": 0}]}])
    run = fargo("--local", "submit", "work", "--array", "3").out.strip()
    fargo("--local", "wait", run)
    fargo("--local", "retry", run)
    fargo("--local", "wait", run)
    told = {row: fargo("--local", "explain", f"{run}:{row}", "--json").json for row in range(3)}
    assert [told[row]["state"] for row in range(3)] == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
    assert [len(told[row]["findings"]) for row in range(3)] == [0, 0, 1]


def test_a_log_of_endless_lines_is_cut(fargo: Fargo, aws: str) -> None:
    set_rules(aws, [{"job": "*", "script": [*[{"out": "a" * 200_000}] * 3, {"exit": 1}]}])
    run = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", run)
    assert len(fargo("--local", "explain", run, "--plain").out) < 4_000
    assert len(fargo("--local", "explain", run, "--json").out) < 20_000


def test_a_run_that_goes_well_says_so(fargo: Fargo, aws: str) -> None:
    set_rules(aws, RULES)
    name = fargo("--local", "submit", "other").out.strip()
    fargo("--local", "wait", name, "--timeout", "2")
    told = fargo("--local", "explain", name, "--plain")
    assert told.code == 0
    assert told.out.splitlines()[0] == f"{name} goes well: 1 RUNNING, and none failed"


def test_failures_are_told_while_the_others_go_on(fargo: Fargo, aws: str) -> None:
    set_rules(aws, [{"job": "*:1", "script": [{"oom": True}]}, {"job": "*", "script": [{"sleep": 300}]}])
    name = fargo("--local", "submit", "work", "--array", "3").out.strip()
    fargo("--local", "wait", name, "--fail-fast")
    lines = fargo("--local", "explain", name, "--plain").out.splitlines()
    assert lines[0] == f"{name} RUNNING: 1 of 3 containers failed"
    assert lines[2] == "1 job (#1): It wanted more memory than it has: 512 MiB"
    assert lines[-1] == "the others go on: what failed can be run again once they have ended"


def test_commands_to_copy_are_never_broken(fargo: Fargo, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from fargo.cli.output import Output

    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(Output, "plain", False, raising=False)
    lines = fargo("--local", "explain", run).out.splitlines()
    assert f"    fargo --local retry {run} --memory '1 GiB'" in [
        re.sub(r"\x1b\[[0-9;]*m", "", each) for each in lines
    ]


def test_what_is_not_there_is_refused_with_a_next_step(fargo: Fargo, run: str) -> None:
    refused = {
        "nope": "there is no run nope",
        "": "the run's name is empty",
        f"{run}:x": "'x' is not the number of a row",
        f"{run}:6": "has no row 6",
        f"{_job(fargo, run)}:6": "has no job",
        f"{_single(fargo)}:0": "has no job",
        str(uuid.UUID(int=7)): "no job 00000000-0000-0000-0000-000000000007 in this project",
    }
    for what, said in refused.items():
        told = fargo("--local", "explain", what)
        assert (told.code, told.out) == (2, "")
        assert said in told.err
        assert "→" in told.err


def test_a_run_that_is_not_submitted_whole_says_how_to_go_on(fargo: Fargo, run: str) -> None:
    (bucket,) = (each["Name"] for each in client("s3", _endpoint(), REGION).list_buckets()["Buckets"])
    s3, key = client("s3", _endpoint(), REGION), f"runs/{run}/run.json"
    entry = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    _forget_job(entry)
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(entry).encode())
    told = fargo("--local", "explain", run, "--json").json
    assert "not-submitted" in [finding["rule"] for finding in told["findings"]]


def _forget_job(entry: dict[str, Any]) -> None:
    chunk = entry["waves"][0]["chunks"][0]
    chunk["job_id"], chunk["job_name"] = "", f"{chunk['job_name']}0"


def _endpoint() -> str:
    running = daemon.status()
    assert running
    return running.endpoint


def test_a_local_aws_that_was_stopped_is_started_and_still_knows(fargo: Fargo, run: str) -> None:
    daemon.stop()
    told = fargo("--local", "explain", f"{run}:1", "--json")
    assert told.code == 0
    assert told.json["findings"][0]["rule"] == "out-of-memory"
