"""Events in any order, told once or more, some not understood: how the jobs came to stand."""

import json
import tracemalloc
from itertools import chain
from random import Random

import pytest
from told import BEGIN, RUN, Group, a_run, at, event, history, life, ms

from fargo.errors import AwsUnreachable
from fargo.history import Stories, Which, event_from
from fargo.history.pattern import LENGTH_MAX, of_job, of_runs
from fargo.model.job import Job, JobState
from fargo.model.timeline import Move, phases

MOVES = (
    Move(state=JobState.RUNNABLE, at=at(1)),
    Move(state=JobState.STARTING, at=at(12)),
    Move(state=JobState.RUNNING, at=at(51)),
    Move(state=JobState.FAILED, at=at(242)),
)


def _stories(lines: list[str]) -> Stories:
    stories = Stories()
    for line in lines:
        if told := event_from(line):
            stories.take(told)
    return stories


def test_a_job_is_told_whole_with_its_attempts_reasons_and_log_streams() -> None:
    (story,) = _stories(life(code=137)).all
    job = story.job
    assert (job.state, job.exit_code, job.reason) == (JobState.FAILED, 137, "OutOfMemoryError")
    assert (job.created, job.started, job.stopped) == (BEGIN, at(51), at(242))
    assert job.log_streams == ("s",)
    assert story.moves == MOVES
    assert [(phase.step, phase.seconds(at(999))) for phase in phases(job, story.moves)] == [
        ("queued", 12), ("start", 39), ("run", 191),
    ]  # fmt: skip


def test_neither_order_nor_repetition_matters() -> None:
    random = Random(3)
    for _ in range(20):
        lines = life(code=1) * 2
        random.shuffle(lines)
        (story,) = _stories(lines).all
        assert (story.job.state, story.moves) == (JobState.FAILED, MOVES)


def test_a_retry_goes_back_and_is_not_taken_for_what_came_late() -> None:
    first = {"startedAt": ms(5), "stoppedAt": ms(9), "container": {"logStreamName": "s1", "exitCode": 1}}
    again = {"attempts": [first], "container": {"logStreamName": "s1"}}
    lines = [
        event("j1", "RUNNING", 5, startedAt=ms(5), container={"logStreamName": "s1"}),
        event("j1", "RUNNABLE", 9, **again),
        event("j1", "STARTING", 20, **again),
    ]
    for told in (lines, lines[::-1]):
        (story,) = _stories(told).all
        assert story.job.state is JobState.STARTING
        assert [move.state for move in story.moves] == ["RUNNING", "RUNNABLE", "STARTING"]


def test_start_and_end_are_told_to_the_millisecond() -> None:
    told = event_from(event("j1", "RUNNING", 51.75, startedAt=ms(51.75)))
    assert told
    assert told.at == at(51.75)


@pytest.mark.parametrize(
    "line",
    [
        "no JSON", "[]", "{}", '"text"',
        event("j1", "SLEEPING", 1),
        json.dumps({"detail-type": "Batch Job Queue Blocked", "detail": {}, "time": "2026-11-01T12:00:00Z"}),
        json.dumps({"detail-type": "Batch Job State Change", "detail": None, "time": "2026-11-01T12:00:00Z"}),
        event("j1", "RUNNABLE", 1).replace("2026-11-01T", "yesterday "),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_passed_over(line: str) -> None:
    assert event_from(line) is None


def test_what_is_new_in_an_event_does_no_harm() -> None:
    told = event_from(event("j1", "RUNNABLE", 1, somethingNew={"a": [1]}, container={"also": "new"}))
    assert told
    assert told.job.state is JobState.RUNNABLE


def test_an_empty_page_is_not_the_end() -> None:
    group = Group(life()[:2], [], [], life()[2:])
    (story,) = history(group).stories(a_run("j1")).all
    assert story.job.state is JobState.SUCCEEDED
    assert len(group.asked) == 4


def test_reading_is_bounded() -> None:
    group = Group(*[[]] * 80)
    assert history(group, pages=7).stories(a_run("j1")).all == ()
    assert len(group.asked) == 7


def test_only_one_run_is_asked_for_and_only_its_time() -> None:
    group = Group([])
    history(group).stories(a_run("j1"), Which.FAILED)
    (asked,) = group.asked
    assert asked["logGroupName"] == "/fargo/demo/events"
    assert asked["filterPattern"] == (
        f'{{ (($.detail.jobName = "{RUN}-w*")) && ($.detail.status = "FAILED") }}'
    )
    assert ms(-3_600) < asked["startTime"] < ms(0)
    assert ms(14 * 24 * 3_600) < asked["endTime"] < ms(60 * 24 * 3_600)


def test_many_runs_are_few_questions_none_of_them_too_long() -> None:
    runs = [f"thumbnails-for-everyone-261101-12{number:04}-abcd" for number in range(100)]
    patterns = list(of_runs(runs, Which.JOBS))
    assert max(map(len, patterns)) <= LENGTH_MAX
    assert len(patterns) < 10
    assert all(any(run in pattern for pattern in patterns) for run in runs)
    assert list(of_runs([])) == []


def test_the_moves_of_one_child_are_asked_for_by_its_id() -> None:
    group = Group(life("a:17", code=137))
    job = Job(id="a:17", name="n", state=JobState.FAILED, created=BEGIN, stopped=at(242))
    assert history(group).moves(job) == MOVES
    assert group.asked[0]["filterPattern"] == of_job("a:17") == '{ $.detail.jobId = "a:17" }'
    assert history(Group([])).moves(job) == ()
    assert history(group).moves(Job(id="a:17", name="n", state=JobState.FAILED)) == ()


def test_children_that_ended_so_are_given_once_each() -> None:
    lines = [
        *life("a:0", code=137),
        *life("a:1"),
        *life("a:0", code=137),
        *life("b:0", code=1),
        *life("a", code=1),
    ]
    found = history(Group(lines)).children(a_run("a", size=2), {"a"}, JobState.FAILED)
    assert [(job.id, job.exit_code) for job in found] == [("a:0", 137)]
    good = history(Group(lines)).children(a_run("a", size=2), {"a"}, JobState.SUCCEEDED)
    assert [job.id for job in good] == ["a:1"]


def test_an_array_is_held_in_four_kilobytes_a_child_however_many_events_there_are() -> None:
    pages = [
        list(chain.from_iterable(life(f"a:{index}") for index in range(start, start + 100)))
        for start in range(0, 2_000, 100)
    ]
    reader = history(Group(*pages), pages=1_000)
    tracemalloc.start()
    try:
        stories = reader.stories(a_run("a", size=2_000))
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(stories.all) == 2_000
    assert held < 2_000 * 4_000


def test_trouble_with_aws_is_told() -> None:
    class Dead:
        def filter_log_events(self, **_: object) -> None:
            from botocore.exceptions import EndpointConnectionError

            raise EndpointConnectionError(endpoint_url="http://nowhere")

    with pytest.raises(AwsUnreachable):
        history(Dead()).stories(a_run("j1"))
