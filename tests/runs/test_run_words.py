"""What is said of runs: names that are no names, runs without jobs, files that jobs have named."""

from datetime import timedelta

import pytest
from fakes import NOW, Objects, a_run

from fargo import ledger
from fargo.aws.store import Store
from fargo.errors import UsageError
from fargo.model.job import Job, JobState
from fargo.model.log import LogEvent
from fargo.model.run import RunSnapshot
from fargo.view import data, listing, runs


@pytest.mark.parametrize(
    ("name", "said"), [("", "is empty"), ("\udcff", "there is no run"), ("a/b", "no run a/b")]
)
def test_a_name_that_no_run_can_have_is_refused_without_asking(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ledger.load(Store(Objects(), "bucket"), name)


@pytest.mark.parametrize(
    ("job_id", "age", "word", "why"),
    [
        ("", timedelta(days=1), "UNKNOWN", "no answer of AWS Batch is known"),
        ("j1", timedelta(seconds=5), "UNKNOWN", "AWS Batch does not show it yet"),
        ("j1", timedelta(days=30), "GONE", "AWS Batch no longer knows it"),
    ],
)
def test_a_run_without_jobs_is_gone_only_where_aws_knew_it(
    job_id: str, age: timedelta, word: str, why: str
) -> None:
    run = a_run(job_id)
    state = RunSnapshot(run=run, at=NOW + age, jobs=(), gone=len(run.job_ids))
    cells = listing.plain([state], {})[1].split("\t")
    assert (cells[1], cells[-1]) == (word, why)
    assert dict(runs.detail(state))["state"] == f"{word}: {why}"
    assert runs.progress_words(state) == f"{run.id} {why}"


def test_names_of_output_files_never_drive_the_terminal() -> None:
    result = {
        "exit_code": 0,
        "seconds": 1.0,
        "cpu_seconds": 1.0,
        "outputs": [{"key": "runs/r/output/0/\x1b]0;owned\x07", "size": 3}],
    }
    shown = dict(runs.measured(result))
    assert shown["output"] == "runs/r/output/0/\\x1b]0;owned\\x07 (3 bytes)"
    assert shown["exit code"] == "0"


def test_a_snapshot_is_the_same_whatever_the_time() -> None:
    job = Job(id="j1", name="n", state=JobState.RUNNING)
    first = RunSnapshot(run=a_run("j1"), at=NOW, jobs=(job,))
    later = RunSnapshot(run=a_run("j1"), at=NOW + timedelta(seconds=5), jobs=(job,))
    assert data.same(later, first)
    assert not data.same(RunSnapshot(run=a_run("j1"), at=NOW, jobs=(), gone=1), first)
    assert not data.same(LogEvent(NOW, "s", "x"), first)
