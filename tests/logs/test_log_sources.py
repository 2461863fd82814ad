"""Which streams an array's children write to, learned in few calls."""

import pytest
from fakes import throttled
from log_children import T0, Children

from fargo.aws.batch import Batch
from fargo.errors import AwsThrottled
from fargo.logs import Sources


def test_children_that_began_are_described_once_a_hundred_at_a_time() -> None:
    client = Children(250)
    sources = Sources(Batch(client), lambda job_id: f"#{job_id.partition(':')[2]}")
    sources.learn([client.parent()])
    assert (sources.known, client.described, client.listed) == ({}, [], [])
    for index in range(230):
        client.move(index, "RUNNING", f"s{index}", started=T0)
    sources.learn([client.parent()])
    assert [len(asked) for asked in client.described] == [100, 100, 30]
    assert sources.known["s17"].label == "#17"
    sources.learn([client.parent()])
    assert client.listed == ["RUNNING"]
    for index in range(230):
        client.move(index, "SUCCEEDED", f"s{index}", started=T0)
    client.move(230, "RUNNING", "s230", started=T0)
    sources.learn([client.parent()])
    assert client.described[3:] == [["array:230"]]
    assert len(sources.known) == 231


def test_a_further_attempt_is_learned_when_it_starts() -> None:
    client = Children(2)
    client.move(0, "RUNNING", "one", started=T0)
    sources = Sources(Batch(client))
    sources.learn([client.parent(tries=2)])
    client.move(0, "RUNNING", "one", "two", started=T0 + 1)
    client.move(1, "RUNNING", "other", started=T0)
    sources.learn([client.parent(tries=2)])
    assert [(name, source.attempt) for name, source in sources.known.items()] == [
        ("one", 1),
        ("two", 2),
        ("other", 1),
    ]


def test_a_child_that_waits_for_its_next_attempt_shows_the_one_before() -> None:
    client = Children(1)
    client.move(0, "RUNNABLE", "one", started=T0)
    once, retried = Sources(Batch(client)), Sources(Batch(client))
    once.learn([client.parent(tries=1)])
    retried.learn([client.parent(tries=3)])
    assert (list(once.known), list(retried.known)) == ([], ["one"])
    client.move(0, "RUNNING", "one", "two", started=T0)
    retried.learn([client.parent(tries=3)])
    assert list(retried.known) == ["one", "two"]


def test_a_running_child_whose_stream_is_not_told_yet_is_asked_again() -> None:
    client = Children(1)
    client.move(0, "RUNNING", started=T0)
    sources = Sources(Batch(client))
    sources.learn([client.parent()])
    assert sources.known == {}
    client.move(0, "RUNNING", "one", started=T0)
    sources.learn([client.parent()])
    assert list(sources.known) == ["one"]


def test_only_failed_children_are_asked_for_where_only_they_are_wanted() -> None:
    client = Children(3)
    client.move(0, "SUCCEEDED", "good", started=T0)
    client.move(1, "FAILED", "try", "bad", started=T0)
    sources = Sources(Batch(client), failed=True)
    sources.learn([client.parent()])
    assert list(sources.known) == ["try", "bad"]
    assert client.listed == ["FAILED"]


def test_what_was_learned_before_a_throttle_stays_and_the_rest_is_learned_next() -> None:
    client = Children(150)
    for index in range(150):
        client.move(index, "RUNNING", f"s{index}", started=T0)
    client.faults = [None, throttled()]
    sources = Sources(Batch(client))
    with pytest.raises(AwsThrottled):
        sources.learn([client.parent()])
    assert len(sources.known) == 100
    sources.learn([client.parent()])
    assert len(sources.known) == 150
    assert [len(asked) for asked in client.described] == [100, 50, 50]
