"""Reading many streams in time order, in bounded memory."""

import itertools
import tracemalloc
from typing import Any

import pytest
from fakes import throttled
from log_group import Group, logs, sources, texts

from fargo.aws.logs import Query
from fargo.errors import AwsThrottled
from fargo.logs import LogSource, Reader, Span
from fargo.logs.reader import CURSORS_MAX, HELD_EVENTS, queries

NOW = 1_800_000_000_000


def test_the_lines_of_many_streams_come_in_time_order_with_their_labels() -> None:
    group = Group()
    names = [f"job/default/{number}" for number in range(250)]
    for number, name in enumerate(names):
        group.write(name, (NOW + number, f"first {number}"), (NOW + 1000 - number, f"second {number}"))
    events = list(Reader(logs(group), sources(*names)))
    assert len(events) == 500
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert events[3].label == "#3"
    assert [len(call["names"]) for call in group.calls] == [100, 100, 50]


def test_an_empty_page_is_not_the_end() -> None:
    group = Group()
    group.empty_pages = 2
    group.write("job/default/a", (1, "one"), (3, "three"))
    group.write("job/default/b", (2, "two"))
    assert texts(Reader(logs(group), sources(*group.streams))) == ["one", "two", "three"]


def test_a_stream_that_is_not_there_yet_hides_none_of_the_others() -> None:
    group = Group()
    group.write("job/default/a", (1, "one"))
    group.write("job/default/b", (2, "two"))
    group.write("job/default/other", (2, "of another run"))
    known = sources("job/default/a", "job/default/b", "job/default/not-yet")
    assert texts(Reader(logs(group), known)) == ["one", "two"]
    assert texts(Reader(logs(group), sources("job/default/not-yet"))) == []


def test_one_stream_is_read_alone() -> None:
    group = Group()
    group.write("job/default/a", *((number, str(number)) for number in range(5)))
    assert texts(Reader(logs(group), sources("job/default/a"), Span(1, 3))) == ["1", "2", "3"]
    assert group.calls == []


def test_a_span_has_both_its_ends() -> None:
    group = Group()
    for name in ("job/default/a", "job/default/b"):
        group.write(name, *((number, name[-1] + str(number)) for number in range(5)))
    assert texts(Reader(logs(group), sources(*group.streams), Span(1, 2))) == ["a1", "b1", "a2", "b2"]


def test_the_pages_of_all_queries_together_hold_so_many_lines_and_no_more() -> None:
    names = [f"job/default/{number}" for number in range(CURSORS_MAX * 100)]
    group = Group()
    for name in names:
        group.write(name, (NOW, name))
    assert len(list(Reader(logs(group), sources(*names)))) == len(names)
    assert len({tuple(call["names"]) for call in group.calls}) == CURSORS_MAX
    assert CURSORS_MAX * group.calls[0]["limit"] <= HELD_EVENTS


def test_very_many_streams_are_one_query_by_their_prefix_and_other_runs_are_left_out() -> None:
    names = [f"job/default/{number}" for number in range(CURSORS_MAX * 100 + 1)]
    assert queries(names) == (Query(prefix="job/default/"),)
    group = Group()
    group.write("job/default/other", (0, "of another run"))
    for number, name in enumerate(names):
        group.write(name, (number, str(number)))
    assert texts(Reader(logs(group), sources(*names))) == [str(number) for number in range(len(names))]
    assert {call["prefix"] for call in group.calls} == {"job/default/"}


class Endless:
    """A hundred million characters in a hundred thousand lines, made as they are asked for."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def filter_log_events(self, *, limit: int, nextToken: str = "0", **asked: Any) -> dict[str, Any]:  # noqa: N803 # AWS's spelling
        begin = int(nextToken)
        end = min(begin + min(limit, 1000), self.lines)
        name = (asked.get("logStreamNames") or ["job/default/0"])[0]
        events = [
            {"timestamp": n, "eventId": str(n), "logStreamName": name, "message": f"{n:01000d}"}
            for n in range(begin, end)
        ]
        return {"events": events} | ({"nextToken": str(end)} if end < self.lines else {})


@pytest.mark.parametrize(
    ("streams", "lines"), [(4000, 100_000), (1000, 10_000)], ids=["prefix", "ten queries"]
)
def test_memory_does_not_grow_with_the_log(streams: int, lines: int) -> None:
    known = sources(*(f"job/default/{number}" for number in range(streams)))
    reader = Reader(logs(Endless(lines)), known)
    tracemalloc.start()
    try:
        count = sum(1 for _ in reader)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == (lines if streams > CURSORS_MAX * 100 else 10 * lines)
    assert peak < 40_000_000, "of a hundred million characters"


@pytest.mark.parametrize("count", [1, 3, 7, 100])
def test_the_last_lines_are_found_backwards(count: int) -> None:
    group = Group()
    moments = [NOW - minutes * 60_000 for minutes in (9000, 600, 30, 3, 2, 1, 0)]
    for number, moment in enumerate(moments):
        group.write(f"job/default/{number % 2}", (moment, str(number)))
    reader = Reader(logs(group), sources(*group.streams), Span(NOW - 700 * 60_000, None))
    assert texts(reader.last(count, NOW)) == [str(number) for number in range(1, 7)][-count:]


@pytest.mark.parametrize("count", [1, 3, 10_001, 25_000, 90_000])
def test_the_last_lines_of_one_stream_are_read_from_its_end(count: int) -> None:
    group = Group()
    group.write("job/default/a", *((number, str(number)) for number in range(30_000)))
    found = Reader(logs(group), sources("job/default/a"), Span(10, 29_990)).last(count, NOW)
    assert texts(found) == [str(number) for number in range(10, 29_991)][-count:]
    assert Reader(logs(group), sources("job/default/missing")).last(count, NOW) == []


def test_the_last_lines_are_asked_for_in_few_calls() -> None:
    group = Group()
    for name in ("job/default/a", "job/default/b"):
        group.write(name, *((NOW - number * 1000, str(number)) for number in range(30_000)))
    assert len(Reader(logs(group), sources(*group.streams)).last(10, NOW)) == 10
    assert len(group.calls) == 1


def test_a_reading_that_is_throttled_goes_on_where_it_was_told_to_wait() -> None:
    group = Group()
    group.write("job/default/a", (1, "one"))
    group.write("job/default/b", (2, "two"))
    group.faults = [throttled(), throttled()]
    waited: list[AwsThrottled] = []
    reader = Reader(logs(group, throttled=waited.append), sources(*group.streams))
    assert texts(reader) == ["one", "two"]
    assert len(waited) == 2
    group.faults = [throttled()]
    with pytest.raises(AwsThrottled):
        list(Reader(logs(group), sources(*group.streams)))


def test_attempts_of_a_container_come_in_time_order() -> None:
    group = Group()
    group.write("job/default/one", (1, "try"))
    group.write("job/default/two", (2, "again"))
    known = {
        source.stream: source
        for source in itertools.starmap(
            LogSource, [("job/default/one", "a:7", "#7", 1), ("job/default/two", "a:7", "#7", 2)]
        )
    }
    assert [(event.text, event.attempt) for event in Reader(logs(group), known)] == [("try", 1), ("again", 2)]
