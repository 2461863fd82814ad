"""How a run is explained: its failures by cause, in few calls, and what else keeps it from its end."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.client
import pytest
from explained import Explainer, fargo, submit
from local_aws import forget_jobs, local_aws, set_rules, wait_until
from projects import deploy, keep_events, write_project

from fargo.explain.failing import why
from fargo.model.job import Job, JobState

TRACEBACK = [
    {"err": "Traceback (most recent call last):"},
    {"err": '  File "a.py", line 1, in <module>'},
    {"err": "KeyError: 'x'"},
    {"exit": 1},
]
Rules = list[dict[str, Any]]
Explain = Callable[..., Explainer]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    project = write_project(tmp_path_factory.mktemp("explaining") / "project")
    with local_aws() as started:
        deploy(project, started)
        yield project, started


@pytest.fixture
def run(endpoint: tuple[Path, str]) -> Explain:
    """Run a job by these rules to its end."""
    project, started = endpoint

    def ended(rules: Rules, *arguments: str) -> Explainer:
        set_rules(started, rules)
        return Explainer(project, submit(project, arguments))

    return ended


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The calls of AWS since, by operation."""
    counted: Counter[str] = Counter()
    send = botocore.client.BaseClient._make_api_call

    def count(self: Any, operation: str, params: Any) -> Any:
        counted[operation] += 1
        return send(self, operation, params)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", count)
    return counted


def test_three_hundred_failures_of_ten_thousand_are_three_lines_in_few_calls(
    run: Explain, calls: Counter[str]
) -> None:
    found = run(
        [
            {"job": "*:1[0-9][0-9]", "script": [{"oom": True}]},
            {"job": "*:2[0-9][0-9]", "script": TRACEBACK},
            {"job": "*:3[0-9][0-9]", "script": [{"fail": "Timeout waiting for network interface provisioning"}]},
            {"job": "*", "script": [{"exit": 0}]},
        ],
        "work", "--array", "10000",
    )  # fmt: skip
    calls.clear()
    told = found.explain()
    assert (told.failed, told.looked) == (300, 300)
    assert [(finding.rule, finding.jobs) for finding in told.findings] == [
        ("out-of-memory", 100),
        ("python-exception", 100),
        ("network-interface", 100),
    ]
    assert [job.index for job in told.findings[1].examples] == [200, 233, 266]
    assert told.findings[1].evidence[-1] == "4 of 100 logs were read"
    assert told.findings[1].tail[-1] == "KeyError: 'x'"
    assert calls["ListJobs"] == 1
    assert calls["DescribeJobs"] == 2
    assert calls["GetLogEvents"] <= 6 * 2
    assert sum(calls.values()) <= 24


def test_one_exit_code_with_several_causes_says_how_many_logs_were_read(run: Explain) -> None:
    found = run(
        [
            {"job": "*:0", "script": TRACEBACK},
            {"job": "*", "script": [{"err": "OSError: [Errno 28] No space left on device"}, {"exit": 1}]},
        ],
        "work", "--array", "23",
    ).explain()  # fmt: skip
    assert {finding.rule: finding.jobs for finding in found.findings} == {
        "disk-full": 2,
        "python-exception": 1,
        "not-read": 20,
    }
    *read, unread = found.findings
    assert {finding.evidence[-1] for finding in read} == {"3 of 23 logs were read"}
    assert [job.index for job in unread.examples] == [1, 2, 3]


def test_the_first_few_do_not_speak_for_an_array(run: Explain) -> None:
    full = [{"err": "OSError: [Errno 28] No space left on device"}, {"exit": 1}]
    found = run(
        [{"job": f"*:{number}", "script": full} for number in range(3)] + [{"job": "*", "script": TRACEBACK}],
        "work", "--array", "100",
    ).explain()  # fmt: skip
    assert {finding.rule: finding.jobs for finding in found.findings} == {
        "python-exception": 3,
        "disk-full": 1,
        "not-read": 96,
    }


def test_what_somebody_stopped_says_so_in_their_words(endpoint: tuple[Path, str]) -> None:
    project, started = endpoint
    set_rules(started, [{"job": "*", "script": [{"sleep": 300}]}])
    name = fargo(project, "submit", "work", "--array", "3").strip()
    fargo(project, "stop", name, "--reason", "the boss wants her money back", "--yes")
    fargo(project, "wait", name)
    (finding,) = Explainer(project, name).explain().findings
    assert (finding.rule, finding.jobs) == ("stopped", 3)
    assert finding.cause == "Somebody stopped it: the boss wants her money back"


def test_what_failed_with_what_it_waited_for_names_that(endpoint: tuple[Path, str]) -> None:
    project, started = endpoint
    set_rules(started, [{"job": "*", "script": [{"sleep": 2}, {"exit": 3}]}])
    first = fargo(project, "submit", "work").strip()
    name = fargo(project, "submit", "other", "--after", first).strip()
    fargo(project, "wait", name)
    (finding,) = Explainer(project, name).explain().findings
    assert finding.rule == "dependency"
    assert finding.fixes[0].command == f"explain {first}"


def test_a_run_that_succeeded_has_nothing_to_explain(run: Explain) -> None:
    assert not run([{"job": "*", "script": [{"exit": 0}]}], "work", "--array", "3").explain().findings


def test_failures_before_the_last_wave_are_over(endpoint: tuple[Path, str], run: Explain) -> None:
    project, started = endpoint
    first = run([{"job": "*", "script": [{"oom": True}]}], "work", "--array", "3")
    set_rules(started, [{"job": "*", "script": [{"exit": 0}]}])
    fargo(project, "retry", first.run.id)
    fargo(project, "wait", first.run.id)
    assert not Explainer(project, first.run.id).explain().findings


def test_what_aws_batch_has_forgotten_is_explained_by_events(
    endpoint: tuple[Path, str], run: Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, started = endpoint
    keep_events(started)
    rules = [
        {"job": "*:1", "script": [{"out": "so far"}, {"oom": True}]},
        {"job": "*", "script": [{"exit": 0}]},
    ]
    found = run(rules, "work", "--array", "3")
    known = found.connection.history
    wait_until(lambda: bool(known.ended([found.run], found.run.job_ids)))
    forget_jobs()
    monkeypatch.setattr("fargo.model.run.APPEARS_SECONDS", 0)
    for row in (None, 1):
        (finding,) = Explainer(project, found.run.id).explain(row).findings
        assert (finding.rule, finding.jobs, finding.tail) == ("out-of-memory", 1, ("so far",))


def test_an_array_whose_children_nobody_knows_any_more_says_so() -> None:
    array = Job(id="a", name="a", state=JobState.FAILED, reason="Array Child Job failed")
    assert why(array, {"run": "r"}).rule == "child"
