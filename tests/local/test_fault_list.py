"""The list of faults: what it tells, what limits it sets, and what is no fault."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from faulty import Ask, control, queues, struck

from fargo.local.faults import Bucket, Faults


def test_the_list_tells_how_often_each_was_asked_and_struck(server: str, ask: Ask) -> None:
    ask({"service": "batch", "operation": "DescribeJobQueues", "kind": "throttle", "after": 1, "times": 1})
    struck(queues(server), 3)
    (told,) = control(server, "GET")
    assert told == {
        "service": "batch",
        "operation": "DescribeJobQueues",
        "kind": "throttle",
        "rate": 1.0,
        "seed": 0,
        "after": 1,
        "times": 1,
        "calls": 3,
        "hits": 1,
    }
    assert control(server, "DELETE") == []
    assert control(server, "GET") == []


def test_the_control_is_never_struck(server: str, ask: Ask) -> None:
    ask({"kind": "drop_request"})
    assert control(server, "GET")[0]["calls"] == 0


def test_calls_above_a_limit_per_second_are_throttled(server: str, ask: Ask) -> None:
    # So slow a refill that no machine makes up for it during the test.
    ask({"service": "batch", "operation": "DescribeJobQueues", "limit_per_second": 0.001})
    assert struck(queues(server), 4) == [False, True, True, True]
    assert control(server, "GET")[0]["kind"] == "throttle"


def test_a_bucket_gives_a_second_s_worth_at_once_and_then_the_rate() -> None:
    bucket = Bucket(48, now=100.0)
    assert [bucket.take(100.0) for _ in range(49)] == [True] * 48 + [False]
    assert [bucket.take(100.125) for _ in range(7)] == [True] * 6 + [False]
    assert [bucket.take(160.0) for _ in range(49)] == [True] * 48 + [False]


def test_a_limit_counts_every_client_together_and_no_call_twice() -> None:
    faults = Faults(now=lambda: 5.0)
    faults.replace([{"limit_per_second": 100}])
    codes: list[str] = []

    def many() -> None:
        for _ in range(50):
            environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
            start: Callable[..., Any] = lambda status, _headers: codes.append(status)  # noqa: E731
            list(faults.around(answers, environ, start))

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert codes.count("200 OK") == 100
    assert len(codes) == 400
    assert faults.told()[0]["hits"] == 300


def answers(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [b""]


WRONG = [
    ({"kind": "throttle"}, "expected a list of faults"),
    (["throttle"], "fault 1 is not an object"),
    ([{"service": "batch"}], "fault 1 has no kind; one of throttle, error, unavailable, drop_request"),
    ([{"kind": "explode"}], 'kind must be one of throttle, error.* not "explode"'),
    ([{"kind": "error", "sevrice": "s3"}], "'sevrice', which no fault has; allowed are service, operation"),
    ([{"kind": "error", "rate": 1.5}], "rate must be a number from 0 to 1, not 1.5"),
    ([{"kind": "error", "rate": True}], "rate must be a number from 0 to 1, not true"),
    ([{"kind": "error", "times": 0}], "times must be a whole number from 1"),
    ([{"kind": "error", "after": "2"}], 'after must be a whole number from 0, not "2"'),
    ([{"kind": "error"}, {"kind": "error", "seed": 1.5}], "fault 2: seed must be a whole number"),
    ([{"kind": "slow"}], "slow needs them"),
    ([{"kind": "error", "seconds": 1}], "seconds belong to the kind slow"),
    ([{"kind": "slow", "seconds": 0}], "seconds must be a number above 0"),
    ([{"kind": "error", "limit_per_second": 5}], "leave kind and rate out"),
    ([{"rate": 0.5, "limit_per_second": 5}], "leave kind and rate out"),
    ([{"limit_per_second": 0}], "limit_per_second must be a number above 0"),
    ([{"kind": "error", "service": "bach"}], "no service 'bach'; near it are .*batch"),
    ([{"kind": "error", "service": "qqqq*"}], "no service 'qqqq\\*'; names are as boto3"),
    (
        [{"kind": "error", "service": "batch", "operation": "SubmitJobs"}],
        "batch has no operation 'SubmitJobs'; near it are SubmitJob",
    ),
    ([{"kind": "error", "service": "batch", "operation": "submit*"}], "batch has no operation 'submit\\*'"),
]


@pytest.mark.parametrize(("content", "words"), WRONG)
def test_what_is_no_fault_is_refused_with_what_is_allowed(
    server: str, ask: Ask, content: Any, words: str
) -> None:
    ask({"service": "s3", "kind": "error"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        control(server, "PUT", content)
    with refused.value as answer:
        assert answer.code == 400
        message = json.load(answer)["message"]
    with pytest.raises(ValueError, match=words):
        raise ValueError(message)
    assert len(control(server, "GET")) == 1
