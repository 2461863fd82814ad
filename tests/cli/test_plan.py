"""`fargo plan` with a script in Terraform's place: lines, JSON, exit codes and the file."""

import json
import os
import stat
from pathlib import Path

import pytest
from cli_types import Fargo

TERRAFORM = """#!/bin/sh
case "$1" in
  init) mkdir -p .terraform; touch .terraform.lock.hcl ;;
  plan) for each in "$@"; do case $each in -out=*) echo plan > "${{each#-out=}}" ;; esac; done ;;
  show) cat "{shown}" ;;
esac
"""
QUEUE = 'module.batch.aws_batch_job_queue.this["spot"]'


@pytest.fixture
def shown(aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What Terraform shows of its plan: to be written by the test."""
    assert aws
    file = tmp_path / "shown.json"
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM.format(shown=file), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    change = {"actions": ["update"], "before": {"priority": 9}, "after": {"priority": 1}}
    drift = {"actions": ["update"], "before": {"priority": 1}, "after": {"priority": 9}}
    content = {
        "resource_changes": [{"address": QUEUE, "change": change}],
        "resource_drift": [{"address": QUEUE, "change": drift}],
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_plan_is_told_in_words_with_its_drift_and_its_cost(fargo: Fargo, shown: Path) -> None:
    assert shown
    ended = fargo("--local", "plan")
    assert ended.code == 0
    assert "changed by others: job queue spot: priority: 1 → 9, put back by `up`" in ended.err
    assert "~ job queue spot\n    priority: 9 → 1\n" in ended.err
    assert "a month" in ended.err
    assert ended.out == ""


def test_the_exit_code_tells_a_ci_whether_there_is_something_to_do(fargo: Fargo, shown: Path) -> None:
    found = fargo("--local", "plan", "--detailed-exitcode", "--json")
    assert found.code == 2
    assert found.json["changes"][0]["words"] == found.json["drift"][0]["words"] == "job queue spot"
    shown.write_text("{}", encoding="utf-8")
    nothing = fargo("--local", "plan", "--detailed-exitcode", "--json")
    assert (nothing.code, nothing.json["empty"], nothing.json["drift"]) == (0, True, [])


def test_a_plan_is_written_for_its_owner_and_none_is_left_behind(
    fargo: Fargo, shown: Path, project: Path
) -> None:
    assert shown
    assert fargo("--local", "plan", "--out", "fargo.plan").code == 0
    assert stat.S_IMODE((project / "fargo.plan").stat().st_mode) == 0o600
    assert list((project / ".fargo" / "local").glob("*.tfplan")) == []


@pytest.mark.engine
def test_a_plan_of_another_build_context_is_refused(fargo: Fargo, shown: Path, project: Path) -> None:
    assert shown
    fargo("--local", "plan", "--out", "../fargo.plan")
    (project / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    ended = fargo("--local", "up", "--plan", "../fargo.plan", "--yes")
    assert ended.code == 3
    assert "the plan names the image" in ended.err
    assert "plan again: `fargo --local plan --out FILE`" in ended.err
