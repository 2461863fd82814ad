"""Two versions of fargo on one project: what a newer one left is refused, what an older one left is read."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_types import Fargo
from local_aws import client
from projects import REGION

from fargo.model.naming import ledger_key

UPGRADE = "upgrade fargo: python3 -m pip install --upgrade fargo"
BUCKET = f"fargo-demo-123456789012-{REGION}"
Change = Callable[[dict[str, Any]], None]


def _changed(file: Path, change: Change) -> None:
    told = json.loads(file.read_text(encoding="utf-8"))
    change(told)
    file.write_text(json.dumps(told), encoding="utf-8")


def _ledger(aws: str, run: str, change: Change) -> dict[str, Any]:
    """Change a run's ledger as another version would have written it; what it was."""
    s3 = client("s3", aws, REGION)
    before = json.loads(s3.get_object(Bucket=BUCKET, Key=ledger_key(run))["Body"].read())
    after = json.loads(json.dumps(before))
    change(after)
    s3.put_object(Bucket=BUCKET, Key=ledger_key(run), Body=json.dumps(after).encode())
    return dict(before)


@pytest.fixture
def outputs(aws: str, project: Path) -> Path:
    assert aws
    return project / ".fargo" / "local" / "outputs.json"


def test_an_older_stack_runs_jobs_and_submit_says_that_it_is_older(fargo: Fargo, outputs: Path) -> None:
    """Version 1 put out neither how queues schedule nor a topic."""

    def older(told: dict[str, Any]) -> None:
        told["stack_version"] = "1"
        del told["scheduling"], told["topic_arn"]

    _changed(outputs, older)
    submitted = fargo("--local", "submit", "work")
    assert submitted.code == 0
    assert "the stack is of version 1, and this fargo's is 2" in submitted.err
    assert "To bring it up to date: fargo --local up" in submitted.err
    run = submitted.out.strip()
    for command in ("wait", "show", "logs", "results"):
        assert fargo("--local", command, run).code == 0


def test_a_stack_so_old_that_an_output_is_missing_is_a_sentence(fargo: Fargo, outputs: Path) -> None:
    def oldest(told: dict[str, Any]) -> None:
        told["stack_version"] = "1"
        del told["log_group"]

    _changed(outputs, oldest)
    ended = fargo("--local", "ps")
    assert ended.code == 3
    assert "the stack is of an older version of fargo: it does not tell log_group" in ended.err
    assert "fargo --local up" in ended.err


@pytest.mark.parametrize(
    "command", ["ps", "submit work", "show RUN", "logs RUN", "results RUN", "stop RUN", "retry RUN", "cost"]
)
def test_a_newer_stack_is_refused(fargo: Fargo, outputs: Path, command: str) -> None:
    _changed(outputs, lambda told: told.update(stack_version="99", novelty={"a": 1}))
    ended = fargo("--local", *command.split())
    assert ended.code == 3
    assert "the stack is of a newer fargo: stack version 99, and this one has 2" in ended.err
    assert UPGRADE in ended.err


def test_outputs_that_are_damaged_are_a_sentence(fargo: Fargo, outputs: Path) -> None:
    for damaged in ("", "[]", '"text"'):
        outputs.write_text(damaged, encoding="utf-8")
        ended = fargo("--local", "ps")
        assert (ended.code, "outputs.json is damaged" in ended.err) == (3, True), damaged


@pytest.mark.parametrize(
    "command", ["show", "logs", "wait", "stop", "retry", "results", "explain", "cost", "report"]
)
def test_a_run_of_a_newer_fargo_is_refused_by_name_and_left_out_of_the_list(
    fargo: Fargo, aws: str, command: str
) -> None:
    run = fargo("--local", "submit", "work").out.strip()
    fargo("--local", "wait", run)
    before = _ledger(aws, run, lambda told: told.update(format=99, waves="a hundred"))
    assert before["format"] == 1
    ended = fargo("--local", command, run)
    assert ended.code == 3
    assert f"{run} is of a newer fargo: ledger format 99, and this one has 1" in ended.err
    assert UPGRADE in ended.err
    listed = fargo("--local", "ps", "--json")
    assert (listed.code, listed.json) == (0, [])


def test_a_ledger_without_a_format_and_one_with_a_key_that_is_new_are_read(fargo: Fargo, aws: str) -> None:
    run = fargo("--local", "submit", "work").out.strip()
    assert "submitted by" in fargo("--local", "show", run).out
    _ledger(aws, run, lambda told: [told.pop(name) for name in ("format", "by")] and None)
    assert fargo("--local", "wait", run).code == 0
    shown = fargo("--local", "show", run)
    assert (shown.code, "submitted by" in shown.out) == (0, False)
    _ledger(aws, run, lambda told: told.update(novelty=[1]))
    assert [each["id"] for each in fargo("--local", "ps", "--json").json] == [run]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"format": 99, "name": "demo"}', "target.json was written by a newer fargo: format 99"),
        ("", "target.json is damaged"),
        ("[]", "target.json is damaged"),
        (
            '{"name": "demo", "state": "team-states"}',
            "target.json is damaged: state does not begin with s3://",
        ),
        ('{"name": "demo", "account_id": 123456789012}', "target.json is damaged: account_id is no text"),
    ],
)
def test_a_target_of_a_newer_fargo_or_a_damaged_one_is_refused(
    fargo: Fargo, outputs: Path, content: str, says: str
) -> None:
    (outputs.parent / "target.json").write_text(content, encoding="utf-8")
    for command in (["ps"], ["submit", "work"], ["plan"], ["down"]):
        ended = fargo("--local", *command)
        assert (ended.code, says in ended.err) == (3, True), ended


@pytest.mark.engine
def test_a_plan_file_of_another_fargo_names_both(fargo: Fargo, aws: str, project: Path) -> None:
    assert aws
    file = project.parent / "fargo.plan"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("fargo.json", json.dumps({"fargo": "9.9.9", "format": 7, "novelty": True}))
    ended = fargo("--local", "up", "--plan", str(file), "--yes")
    assert ended.code == 3
    assert "the plan was made by fargo 9.9.9, and this is " in ended.err
    assert "plan again" in ended.err
