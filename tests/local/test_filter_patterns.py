"""FilterLogEvents with patterns for JSON: only what fits is given."""

import json
import time
from typing import Any

import pytest

from fargo.local import filter_patterns

LINES = {
    "parent": {"detail": {"jobName": "a-w1-c0", "status": "FAILED", "arrayProperties": {"size": 2}}},
    "child": {"detail": {"jobName": "a-w1-c0", "status": "FAILED", "arrayProperties": {"index": 1}}},
    "other": {"detail": {"jobName": "ab-w1-c0", "status": "RUNNING"}},
}


@pytest.mark.parametrize(
    ("pattern", "fit"),
    [
        ('{ $.detail.jobName = "a-w*" }', "parent child"),
        ('{$.detail.jobName="a-w1-c0"}', "parent child"),
        ("{ $.detail.status = RUNNING }", "other"),
        ('{ $.detail.status != "FAILED" }', "other"),
        ("{ $.detail.arrayProperties.index NOT EXISTS }", "parent other"),
        ("{ $.detail.arrayProperties.index EXISTS }", "child"),
        ("{ $.detail.arrayProperties.size = 2 }", "parent"),
        ('{ $.detail.jobName = "a[b-w*" }', ""),
        (
            '{ ($.detail.jobName = "a-w*") && (($.detail.status = "X") || ($.detail.arrayProperties.index EXISTS)) }',
            "child",
        ),
        ('{ $.detail.status = "RUNNING" || $.detail.status = "FAILED" && $.detail.nothing EXISTS }', "other"),
    ],
)
def test_a_pattern_lets_what_fits_pass(pattern: str, fit: str) -> None:
    test = filter_patterns.compiled(pattern)
    assert test
    found = [name for name, line in LINES.items() if filter_patterns.matches(test, json.dumps(line))]
    assert found == fit.split()


@pytest.mark.parametrize("line", ["no JSON", "[1]", '"text"'])
def test_what_is_no_object_fits_no_pattern_for_json(line: str) -> None:
    test = filter_patterns.compiled("{ $.a NOT EXISTS }")
    assert test
    assert not filter_patterns.matches(test, line)


@pytest.mark.parametrize(
    "pattern", ["{", "{ }", "{ $.a > 1 }", "{ $.a = 1 } x", "{ $.a[0] = 1 }", "{ = }", "ERROR"]
)
def test_what_is_not_understood_is_left_to_moto(pattern: str) -> None:
    assert filter_patterns.compiled(pattern) is None


def test_the_local_aws_filters_by_pattern(logs: Any, name: str) -> None:
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": json.dumps(line)} for line in LINES.values()]
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)

    def found(pattern: str) -> int:
        return len(logs.filter_log_events(logGroupName=name, filterPattern=pattern)["events"])

    assert found('{ $.detail.jobName = "a-w*" }') == 2
    assert found('"RUNNING"') == 1
    assert found("{ $.a > 1 }") == 3
