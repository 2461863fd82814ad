"""Containers with several rows: each row that failed is explained by its own end, log and result."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from explained import Explainer, fargo, submit
from local_aws import local_aws, set_rules
from projects import deploy, write_project

from fargo.model import naming
from fargo.model.job import JobState

OF_ROW_0 = [
    {"err": "Traceback (most recent call last):"},
    {"err": '  File "fit.py", line 1, in <module>'},
    {"err": "ValueError: n/a"},
    {"err": "fargo-run: row 0: exit code 1."},
]
MANY = [{"out": f"row 3 counts {number}"} for number in range(60)]
RULES = [
    {"job": "*:0", "script": [*OF_ROW_0, *MANY, {"exit": 1}]},
    {"job": "*:1", "script": [{"err": "fargo-run: row 6: exit code 3."}, {"out": "row 7"}, {"oom": True}]},
    {"job": "*:2", "script": [{"exit": 0}]},
    {"job": "*:3", "script": [{"fail": "Job attempt duration exceeded timeout"}]},
]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Explainer]]:
    """Twenty rows in four containers of five, of which three failed, with what the runner wrote."""
    project = write_project(tmp_path_factory.mktemp("rows") / "project")
    with local_aws() as endpoint:
        deploy(project, endpoint)
        set_rules(endpoint, RULES)
        found = Explainer(project, submit(project, ["work", "--array", "20", "--pack", "5"]))
        for row, code in ((0, 1), (6, 3), (8, 137), (9, 3)):
            _failed(found, row, code)
        _put(
            found, naming.result_key(found.run.id, 1), {"row": 1, "exit_code": 0, "job_id": _child(found, 0)}
        )
        yield project, found


def _child(found: Explainer, index: int) -> str:
    return f"{found.run.last.chunks[0].job_id}:{index}"


def _put(found: Explainer, key: str, content: dict[str, Any]) -> None:
    found.connection.store.put(key, json.dumps(content).encode())


def _failed(found: Explainer, row: int, code: int) -> None:
    now = datetime.now(UTC)
    content = {
        "row": row, "wave": 1, "attempt": 1, "job_id": _child(found, row // 5), "exit_code": code,
        "started": (now - timedelta(hours=1)).isoformat(), "stopped": now.isoformat(), "seconds": 2.0,
        "peak_memory_bytes": 100 * 2**20, "problem": "",
    }  # fmt: skip
    _put(found, naming.failed_key(found.run.id, row), content)


def test_each_row_is_told_by_its_own_end_and_a_container_where_no_row_explains_it(
    packed: tuple[Path, Explainer],
) -> None:
    told = packed[1].explain()
    assert (told.failed, told.looked, told.rows, told.read) == (3, 3, 4, 4)
    found = {finding.rule: finding for finding in told.findings}
    assert {rule: (each.jobs, [job.row for job in each.examples]) for rule, each in found.items()} == {
        "python-exception": (1, [0]),
        "exit-code": (2, [6, 9]),
        "out-of-memory": (1, [8]),
        "timeout": (1, [None]),
    }


def test_a_rows_log_ends_where_the_row_ended_not_where_its_container_did(
    packed: tuple[Path, Explainer],
) -> None:
    (finding,) = packed[1].explain(row=0).findings
    assert finding.cause == "A Python exception ended it: ValueError"
    assert finding.evidence[0] == "exit 1"
    assert finding.tail == tuple(line["err"] for line in OF_ROW_0)
    assert "ran 2s, held 100.0 MiB of 512 MiB at its peak" in finding.evidence


def test_in_words_rows_are_called_rows(packed: tuple[Path, Explainer]) -> None:
    project, found = packed
    lines = fargo(project, "explain", found.run.id, "--plain").splitlines()
    assert lines[0] == f"{found.run.id} FAILED: 3 of 4 containers failed, 4 rows in them"
    assert "1 row (#0): A Python exception ended it: ValueError" in lines
    assert "2 rows (#6, #9): Its command ended with exit code 3: its log says why" in lines
    assert "1 row (#8): It wanted more memory than it has: 512 MiB" in lines
    said = "  exit 137, AWS of its container: OutOfMemoryError: Container killed due to memory usage"
    assert said in lines
    assert "1 job (rows #15-19): It ran longer than its timeout" in lines


def test_a_row_that_succeeded_did_although_its_container_failed_for_another(
    packed: tuple[Path, Explainer],
) -> None:
    project, found = packed
    told = json.loads(fargo(project, "explain", f"{found.run.id}:1", "--json"))
    assert (told["part"], told["state"], told["findings"]) == ("row 1", JobState.SUCCEEDED, [])
    (line, _) = fargo(project, "explain", f"{found.run.id}:1", "--plain").splitlines()
    assert line == f"row 1 of {found.run.id} succeeded: there is nothing to explain"


def test_a_row_without_a_result_is_explained_by_its_container(packed: tuple[Path, Explainer]) -> None:
    (finding,) = packed[1].explain(row=17).findings
    assert (finding.rule, [job.row for job in finding.examples]) == ("timeout", [None])


def test_the_report_counts_rows(packed: tuple[Path, Explainer], tmp_path: Path) -> None:
    project, found = packed
    page = tmp_path / "run.html"
    fargo(project, "report", found.run.id, "-o", str(page))
    text = page.read_text(encoding="utf-8")
    assert "4 rows failed" in text
    assert "<code>#8</code>" in text
