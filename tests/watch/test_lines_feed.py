"""The lines that many containers write: streams are found as slowly as AWS Batch is to be asked."""

from collections.abc import Iterator

from fakes import throttled
from log_children import T0, Children
from log_group import Group, logs
from watching import Waiting, polled

from fargo.aws.batch import Batch
from fargo.logs import Sources, Tail
from fargo.model.job import Job, JobState
from fargo.watch import LinesSeen
from fargo.watch.feeds import CALLS_A_ROUND, LinesFeed
from fargo.watch.pace import BURST, RATE

SIZE = 3000
CALLS = 1 + SIZE // 100


def begun(size: int = SIZE) -> tuple[Children, Group]:
    """An array all of whose children have just begun, and written a line."""
    client, group = Children(size), Group()
    for index in range(size):
        client.move(index, "RUNNING", f"d/default/{index}", started=T0)
        group.write(f"d/default/{index}", (T0, f"line {index}"))
    return client, group


def feed(client: Children, group: Group, *jobs: Job) -> LinesFeed:
    tail = Tail(logs(group), Sources(Batch(client)))
    return LinesFeed(tail, lambda: jobs or (client.parent(),))


def calls(client: Children) -> int:
    return len(client.listed) + len(client.described)


def test_streams_are_found_no_faster_than_the_bucket_lets_it() -> None:
    client, group = begun()
    asked: list[tuple[float, int]] = []
    time = Waiting(until=40)
    time.at = lambda now: asked.append((now, calls(client)))
    events = polled(feed(client, group), waiting=time)
    assert calls(client) == CALLS
    assert all(count <= BURST + 1 + now * RATE for now, count in asked)
    lines = [line.text for _, event in events if isinstance(event, LinesSeen) for line in event.events]
    assert sorted(lines) == sorted(f"line {index}" for index in range(SIZE))


def test_what_is_found_is_read_before_the_rest_is_looked_for() -> None:
    client, group = begun()
    lines = feed(client, group)
    *steps, last = lines.look(Batch(None))
    assert (len(steps), calls(client), last.last) == (CALLS_A_ROUND, CALLS_A_ROUND, True)
    assert isinstance(last, LinesSeen)
    assert len(last.events) == (CALLS_A_ROUND - 1) * 100


def test_once_the_jobs_have_ended_all_streams_are_found_in_one_look() -> None:
    client, group = begun()
    ended = Job(id="array", name="n", state=JobState.SUCCEEDED, size=SIZE, counts=((JobState.RUNNING, SIZE),))
    jobs = [client.parent()]
    lines = LinesFeed(Tail(logs(group), Sources(Batch(client))), lambda: jobs)
    assert _texts(lines.look(Batch(None))) == (CALLS_A_ROUND - 1) * 100
    jobs[:] = [ended]
    assert _texts(lines.look(Batch(None))) == SIZE - (CALLS_A_ROUND - 1) * 100


def test_a_call_that_fails_is_made_again_with_the_next_look() -> None:
    client, group = begun(250)
    client.faults = [None, throttled()]
    events = polled(feed(client, group), until=20)
    found = [line.text for _, event in events if isinstance(event, LinesSeen) for line in event.events]
    assert len(found) == len(set(found)) == 250


def _texts(seen: Iterator[object]) -> int:
    return sum(len(each.events) for each in seen if isinstance(each, LinesSeen))
