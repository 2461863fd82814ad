"""Following: each line once, late ones and those of new containers too, whatever falters."""

import pytest
from fakes import Time, refusal, throttled, unreachable
from log_group import Group, logs, texts

from fargo.errors import AwsError, AwsThrottled, AwsUnreachable
from fargo.logs import Sources, Tail
from fargo.logs.recent import LATE_MS
from fargo.model.job import Attempt, Job, JobState

NOW = 1_800_000_000_000


def child(index: int, *streams: str, state: JobState = JobState.RUNNING) -> Job:
    attempts = tuple(Attempt(log_stream=stream) for stream in streams)
    return Job(id=f"array:{index}", name="n", state=state, attempts=attempts)


def test_a_line_comes_once_and_one_that_is_late_comes_too() -> None:
    group, time = Group(), Time()
    jobs = [child(0, "d/default/a"), child(1, "d/default/b")]
    tail = Tail(logs(group), Sources(None), clock=time.clock)
    group.write("d/default/a", (NOW, "a1"))
    group.write("d/default/b", (NOW + 10, "b1"))
    assert texts(tail.poll(jobs)) == ["a1", "b1"]
    assert tail.poll(jobs) == []
    group.write("d/default/b", (NOW + 20, "b2"))
    group.write("d/default/a", (NOW + 5, "late"))
    assert texts(tail.poll(jobs)) == ["late", "b2"]
    assert tail.poll(jobs) == []


def test_equal_lines_of_the_same_moment_are_lines_of_their_own() -> None:
    group = Group()
    jobs = [child(0, "d/default/a")]
    tail = Tail(logs(group), Sources(None))
    group.write("d/default/a", (NOW, "same"), (NOW, "same"))
    assert texts(tail.poll(jobs)) == ["same", "same"]
    group.write("d/default/a", (NOW, "same"))
    assert texts(tail.poll(jobs)) == ["same"]
    assert tail.poll(jobs) == []


def test_what_was_read_again_gets_less_as_time_passes_without_a_line() -> None:
    group, time = Group(), Time()
    jobs = [child(0, "d/default/a")]
    tail = Tail(logs(group), Sources(None), clock=time.clock)
    group.write("d/default/a", (NOW, "old"), (NOW + LATE_MS * 2, "new"))
    tail.poll(jobs)
    assert tail._recent.begin == NOW + LATE_MS
    time.sleep(20)
    assert tail._recent.begin == NOW + LATE_MS + 20_000
    time.sleep(1000)
    assert tail._recent.begin == NOW + LATE_MS * 2
    assert tail.poll(jobs) == []


def test_a_new_container_is_read_from_its_beginning() -> None:
    group = Group()
    tail = Tail(logs(group), Sources(None))
    group.write("d/default/a", (NOW + 10 * LATE_MS, "a"))
    assert texts(tail.poll([child(0, "d/default/a")])) == ["a"]
    group.write("d/default/b", (NOW, "long before"))
    assert texts(tail.poll([child(0, "d/default/a"), child(1, "d/default/b")])) == ["long before"]


def test_a_stream_that_is_not_there_yet_is_read_when_it_is() -> None:
    group = Group()
    tail = Tail(logs(group), Sources(None))
    jobs = [child(0, "d/default/a"), child(1, "d/default/b")]
    group.write("d/default/a", (NOW, "a"))
    assert texts(tail.poll(jobs)) == ["a"]
    group.write("d/default/b", (NOW, "b"))
    assert texts(tail.poll(jobs)) == ["b"]


@pytest.mark.parametrize("fault", [throttled(), unreachable()], ids=str)
def test_no_line_is_lost_nor_doubled_when_a_call_fails(fault: Exception) -> None:
    group = Group()
    tail = Tail(logs(group), Sources(None))
    group.write("d/default/a", (NOW, "a1"))
    jobs = [child(0, "d/default/a")]
    tail.poll(jobs)
    group.write("d/default/a", (NOW + 1, "a2"))
    group.write("d/default/b", (NOW, "b1"), (NOW - LATE_MS * 2, "b0"))
    jobs.append(child(1, "d/default/b"))
    group.faults = [None, fault]
    with pytest.raises((AwsThrottled, AwsUnreachable)):
        tail.poll(jobs)
    assert texts(tail.poll(jobs)) == ["b0", "b1", "a2"]
    assert tail.poll(jobs) == []


def test_what_there_is_comes_first_and_then_what_is_new() -> None:
    group = Group()
    single = Job(id="one", name="n", state=JobState.RUNNING, attempts=(Attempt(log_stream="d/default/s"),))
    jobs = [single, child(0, "d/default/a"), child(1, "d/default/b")]
    for number, name in enumerate(("d/default/a", "d/default/s", "d/default/b")):
        group.write(name, *((NOW + number + each * 1000, f"{name[-1]}{each}") for each in range(100)))
    tail = Tail(logs(group), Sources(None))
    found = texts(tail.start(jobs))
    assert len(found) == 300
    assert found[:4] == ["a0", "s0", "b0", "a1"]
    assert tail.poll(jobs) == []
    group.write("d/default/s", (NOW + 200_000, "s"))
    group.write("d/default/a", (NOW + 200_000, "a"))
    assert sorted(texts(tail.poll(jobs))) == ["a", "s"]


@pytest.mark.parametrize("faults", [[], [throttled()]], ids=["at once", "after a throttle"])
def test_an_expired_token_costs_no_line_and_doubles_none(faults: list[Exception | None]) -> None:
    group = Group()
    jobs = [Job(id="one", name="n", state=JobState.RUNNING, attempts=(Attempt(log_stream="s"),))]
    tail = Tail(logs(group), Sources(None))
    group.write("s", (NOW - 1, "before"), (NOW, "same"), (NOW, "same"))
    assert texts(tail.poll(jobs)) == ["before", "same", "same"]
    group.write("s", (NOW, "same"), (NOW + 1, "after"))
    group.faults = [refusal("InvalidParameterException", 400), *faults]
    if faults:
        with pytest.raises(AwsThrottled):
            tail.poll(jobs)
    assert texts(tail.poll(jobs)) == ["same", "after"]
    assert tail.poll(jobs) == []
    group.write("s", (NOW + 2, "later"))
    assert texts(tail.poll(jobs)) == ["later"]


def test_what_is_refused_without_a_token_stays_refused() -> None:
    group = Group()
    group.faults = [refusal("InvalidParameterException", 400)]
    with pytest.raises(AwsError, match="InvalidParameterException"):
        Tail(logs(group)).poll(
            [child(0), Job(id="one", name="n", state=JobState.RUNNING, attempts=(Attempt(log_stream="s"),))]
        )


def test_following_many_containers_costs_one_call_a_look() -> None:
    group = Group()
    names = [f"d/default/{number}" for number in range(1000)]
    for number, name in enumerate(names):
        group.write(name, (NOW + number, name))
    jobs = [child(number, name) for number, name in enumerate(names)]
    tail = Tail(logs(group), Sources(None))
    assert len(tail.poll(jobs)) == 1000
    group.calls.clear()
    group.write(names[7], (NOW + 5000, "new"))
    group.write("d/default/other", (NOW + 5000, "of another run"))
    assert texts(tail.poll(jobs)) == ["new"]
    assert [call["prefix"] for call in group.calls] == ["d/default/"]
