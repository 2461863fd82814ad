"""`fargo report` on the local AWS: runs that live, failed, were tried again, forgotten, damaged."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_types import Fargo
from local_aws import ACCOUNT, client, forget_jobs, set_rules
from projects import REGION, keep_events
from results_bucket import Bucket

from fargo import ledger
from fargo.errors import AwsDenied
from fargo.model import naming
from fargo.model.run import Run

Submitted = Callable[..., Run]


@pytest.fixture
def bucket(aws: str) -> Bucket:
    return Bucket(client("s3", aws, REGION), f"fargo-demo-{ACCOUNT}-{REGION}", aws)


@pytest.fixture
def submitted(aws: str, fargo: Fargo, bucket: Bucket) -> Submitted:
    """Submit a job, and wait for its end; the run."""
    keep_events(aws)

    def submit(*arguments: str, rules: list[dict[str, object]] | None = None, wait: bool = True) -> Run:
        set_rules(aws, rules or [{"job": "*", "script": [{"sleep": 0.05}, {"exit": 0}]}])
        name = fargo("--local", "submit", *arguments).out.strip()
        if wait:
            fargo("--local", "wait", name)
        return ledger.load(bucket.store(), name)

    return submit


def told(fargo: Fargo, run: Run) -> dict[str, object]:
    found = fargo("--local", "report", run.id, "--json")
    assert found.code == 0, found.err
    return dict(found.json)


def test_it_is_a_file_called_like_the_run(fargo: Fargo, submitted: Submitted, project: Path) -> None:
    run = submitted("work")
    ended = fargo("--local", "report", run.id)
    assert (ended.code, ended.out) == (0, "")
    assert f"{run.id}.html: open it in a browser" in ended.err
    html = (project / f"{run.id}.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "fargo-demo_work:1" in html
    assert sorted(path.name for path in project.glob("*.part")) == []


def test_a_dash_is_stdout_and_json_writes_no_page(fargo: Fargo, submitted: Submitted, project: Path) -> None:
    run = submitted("work")
    before = sorted(project.iterdir())
    assert fargo("--local", "report", run.id, "-o", "-").out.startswith("<!doctype html>")
    assert told(fargo, run)["state"] == "SUCCEEDED"
    assert sorted(project.iterdir()) == before
    both = fargo("--local", "report", run.id, "--json", "-o", "-")
    assert (both.code, both.out) == (2, "")
    assert "both" in both.err.lower()


def test_what_cannot_be_written_is_a_sentence(fargo: Fargo, submitted: Submitted) -> None:
    run = submitted("work")
    ended = fargo("--local", "report", run.id, "-o", "nowhere/r.html")
    assert ended.code == 2
    assert "nowhere/r.html cannot be written: No such file or directory" in ended.err
    assert "-o FILE" in ended.err


def test_waves_attempts_and_rows_come_together(
    fargo: Fargo, submitted: Submitted, bucket: Bucket, aws: str
) -> None:
    rules = [
        {"job": "*w1*:2", "script": [{"oom": True}]},
        {"job": "*", "script": [{"sleep": 0.05}, {"exit": 0}]},
    ]
    run = submitted("work", "--array", "5", rules=rules)
    bucket.results(run, (0, 1, 3, 4))
    bucket.result(run, 2, exit_code=137, signal=9)
    assert fargo("--local", "retry", run.id, "--memory", "1GiB").code == 0
    fargo("--local", "wait", run.id)
    bucket.result(run, 2, wave=2, seconds=9.0)
    found = told(fargo, run)
    assert found["rows"]["succeeded"] == 5
    assert [(wave["number"], wave["memory_mib"]) for wave in found["waves"]] == [(1, 512), (2, 1024)]
    assert found["containers"] == {"total": 6, "waiting": 0, "looked_at": 6}
    assert found["waited_seconds"]["count"] == 6
    assert found["start_up_seconds"]["count"] == 6
    assert found["rows"]["slowest"][0]["row"] == 2
    (finding,) = found["findings"]
    assert "OutOfMemoryError" in finding["cause"]
    assert finding["evidence"] == ["in an earlier wave: its rows ran again"]


def test_a_run_that_failed_whole_says_why(fargo: Fargo, submitted: Submitted) -> None:
    run = submitted("work", "--array", "3", rules=[{"job": "*", "script": [{"oom": True}]}])
    found = told(fargo, run)
    assert found["rows"] == {
        **found["rows"], "succeeded": 0, "failed": 0, "missing": 3, "seconds": None, "slowest": [], "failures": [],
    }  # fmt: skip
    assert [each["rule"] for each in found["findings"]] == ["out-of-memory"]
    assert found["findings"][0]["jobs"] == 3
    page = fargo("--local", "report", run.id, "-o", "-").out
    assert "3 containers failed for one cause" in page


def test_logs_that_nobody_may_read_leave_the_rest(
    fargo: Fargo, submitted: Submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted("work", "--array", "3", rules=[{"job": "*", "script": [{"oom": True}]}])

    def denied(*_: object, **__: object) -> None:
        raise AwsDenied("AWS denied GetLogEvents")

    monkeypatch.setattr("fargo.explain.explaining.explain", denied)
    found = told(fargo, run)
    assert (
        "Why containers failed or wait is told in AWS's words alone: AWS denied GetLogEvents."
        in found["warnings"]
    )
    (finding,) = found["findings"]
    assert (finding["jobs"], finding["evidence"]) == (3, [])
    assert "OutOfMemoryError" in finding["cause"]


def test_a_run_that_still_runs_is_told_as_it_stands(fargo: Fargo, submitted: Submitted) -> None:
    run = submitted("work", "--array", "2", rules=[{"job": "*", "script": [{"sleep": 600}]}], wait=False)
    found = told(fargo, run)
    assert "The run has not ended: this is how it stood at the moment of the report." in found["warnings"]
    assert found["wall_seconds"] is not None
    fargo("--local", "stop", run.id)


def test_what_batch_has_forgotten_is_told_by_events_and_results(
    fargo: Fargo, submitted: Submitted, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted("work", "--array", "3")
    bucket.results(run, range(3))
    forget_jobs()
    monkeypatch.setattr("fargo.model.run.APPEARS_SECONDS", 0)
    found = told(fargo, run)
    assert found["rows"]["succeeded"] == 3
    assert found["containers"]["looked_at"] == 3
    assert found["state"] == "SUCCEEDED"


def test_damaged_results_and_a_damaged_manifest_leave_the_rest(
    fargo: Fargo, submitted: Submitted, bucket: Bucket, project: Path
) -> None:
    (project / "rows.csv").write_text("photo\na.jpg\nb.jpg\nc.jpg\n", encoding="utf-8")
    run = submitted("work", "--over", "rows.csv")
    bucket.results(run, (0, 1))
    bucket.put(naming.result_key(run.id, 2), b"{")
    found = told(fargo, run)
    assert (found["rows"]["damaged"], found["rows"]["succeeded"]) == (1, 2)
    assert found["rows"]["failures"][0]["state"] == "unreadable"
    assert found["rows"]["failures"][0]["row"] == 2
    assert found["rows"]["slowest"][0]["columns"] == {"photo": "a.jpg"}
    bucket.put(naming.manifest_key(run.id), b"?" * 54)
    found = told(fargo, run)
    assert any(words.startswith("The rows' own columns are left out") for words in found["warnings"])
    assert found["rows"]["succeeded"] == 2
    text = fargo("--local", "report", run.id, "-o", "-").out
    assert "1 row that cannot be read" in text
    assert "Rows unreadable" in text
    assert "Rows failed, and no container" not in text


def test_there_is_no_report_of_no_run(fargo: Fargo, aws: str) -> None:
    ended = fargo("--local", "report", "nobody-000000-000000-xxxx")
    assert ended.code == 2
    assert "there is no run" in ended.err
    assert json.dumps(ended.out) == '""'
