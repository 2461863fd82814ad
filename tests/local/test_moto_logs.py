"""Log events are read again as CloudWatch Logs gives them. Source: API reference, FilterLogEvents and GetLogEvents."""

import contextlib
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fargo.local.moto_logs import PAGE_BYTES

Group = str


@pytest.fixture
def group(logs: Any, name: str) -> Group:
    logs.create_log_group(logGroupName=name)
    return name


@pytest.fixture
def now() -> int:
    return int(time.time() * 1000) - 60_000


def write(logs: Any, group: Group, stream: str, *lines: tuple[int, str]) -> None:
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": at, "message": text} for at, text in lines]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def filtered(logs: Any, group: Group, **more: Any) -> list[list[str]]:
    """The messages, page by page."""
    pages: list[list[str]] = []
    token: dict[str, str] = {}
    while True:
        answer = logs.filter_log_events(logGroupName=group, **more, **token)
        pages.append([event["message"] for event in answer["events"]])
        if "nextToken" not in answer:
            return pages
        token = {"nextToken": answer["nextToken"]}


def test_lines_of_several_streams_come_by_time_over_all_pages(logs: Any, group: Group, now: int) -> None:
    write(logs, group, "a", *((now + each, f"a{each}") for each in range(0, 10, 2)))
    write(logs, group, "b", *((now + each, f"b{each}") for each in range(1, 10, 2)))
    write(logs, group, "c", (now, "of another"))
    pages = filtered(logs, group, logStreamNames=["a", "b"], limit=3)
    assert [len(page) for page in pages] == [3, 3, 3, 1]
    assert [message for page in pages for message in page] == [f"{'ab'[n % 2]}{n}" for n in range(10)]


def test_lines_of_one_moment_are_neither_lost_nor_doubled_between_pages(
    logs: Any, group: Group, now: int
) -> None:
    write(logs, group, "a", *((now, f"a{each}") for each in range(7)))
    write(logs, group, "b", *((now, f"b{each}") for each in range(7)))
    found = [message for page in filtered(logs, group, limit=3) for message in page]
    assert sorted(found) == sorted(f"{name}{each}" for name in "ab" for each in range(7))


def test_streams_are_chosen_by_prefix_and_a_span_has_both_its_ends(logs: Any, group: Group, now: int) -> None:
    for stream in ("job/default/1", "job/default/2", "other/default/1"):
        write(logs, group, stream, *((now + each, f"{stream} {each}") for each in range(3)))
    pages = filtered(logs, group, logStreamNamePrefix="job/default/", startTime=now + 1, endTime=now + 1)
    assert pages == [["job/default/1 1", "job/default/2 1"]]


def test_a_name_that_is_not_there_is_refused(logs: Any, group: Group, now: int) -> None:
    write(logs, group, "a", (now, "a"))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.filter_log_events(logGroupName=group, logStreamNames=["a", "missing"])
    assert filtered(logs, group, logStreamNamePrefix="missing") == [[]]


def test_a_pattern_keeps_the_lines_that_fit(logs: Any, group: Group, now: int) -> None:
    write(
        logs,
        group,
        "a",
        *((now + each, f"{'ERROR' if each % 3 == 0 else 'INFO'} {each}") for each in range(9)),
    )
    found = [message for page in filtered(logs, group, filterPattern="ERROR", limit=2) for message in page]
    assert found == ["ERROR 0", "ERROR 3", "ERROR 6"]


def test_a_page_holds_one_megabyte(logs: Any, group: Group, now: int) -> None:
    line = "x" * 200_000
    for part in range(3):
        write(logs, group, "a", *((now + part * 4 + each, line) for each in range(4)))
    pages = filtered(logs, group)
    assert sum(map(len, pages)) == 12
    assert all(sum(map(len, page)) <= PAGE_BYTES for page in pages)
    answer = logs.get_log_events(logGroupName=group, logStreamName="a", startFromHead=True)
    assert len(answer["events"]) == 5


def test_one_stream_is_read_forwards_and_backwards_to_its_ends(logs: Any, group: Group, now: int) -> None:
    write(logs, group, "a", *((now + each, str(each)) for each in range(7)))
    where = {"logGroupName": group, "logStreamName": "a", "limit": 3}

    def read(direction: str, **more: Any) -> list[list[str]]:
        pages: list[list[str]] = []
        while True:
            answer = logs.get_log_events(**where, **more)
            if answer[direction] == more.get("nextToken"):
                return pages
            pages.append([event["message"] for event in answer["events"]])
            more["nextToken"] = answer[direction]

    assert read("nextForwardToken", startFromHead=True) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert read("nextBackwardToken") == [["4", "5", "6"], ["1", "2", "3"], ["0"]]
    assert read("nextForwardToken", startFromHead=True, startTime=now + 2, endTime=now + 4) == [["2", "3"]]
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.get_log_events(**where, nextToken="no token")


def test_what_is_written_after_the_end_comes_with_the_same_token(logs: Any, group: Group, now: int) -> None:
    write(logs, group, "a", (now, "first"))
    where = {"logGroupName": group, "logStreamName": "a", "startFromHead": True}
    token = logs.get_log_events(**where)["nextForwardToken"]
    assert logs.get_log_events(**where, nextToken=token)["events"] == []
    write(logs, group, "a", (now + 1, "second"))
    (event,) = logs.get_log_events(**where, nextToken=token)["events"]
    assert event["message"] == "second"


def test_late_lines_stand_where_they_belong(logs: Any, group: Group, now: int) -> None:
    write(logs, group, "a", (now, "1"), (now + 10, "3"))
    write(logs, group, "a", (now + 5, "2"))
    assert filtered(logs, group) == [["1", "2", "3"]]
    events = logs.get_log_events(logGroupName=group, logStreamName="a", startFromHead=True)["events"]
    assert [event["message"] for event in events] == ["1", "2", "3"]
