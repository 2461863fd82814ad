"""When containers waited, started and ran."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from report_of import NOW, Lives, a_run

from fargo.model.job import Attempt, Job, JobState
from fargo.model.timeline import Move
from fargo.report.lanes import NO_CODE, STATES, Lanes, lanes
from fargo.view.report.axis import time_axis
from fargo.view.report.lines import area


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def job(
    index: int, *, start: float | None, stop: float | None = None, state: JobState, code: int | None = None
) -> Job:
    return Job(
        id=f"w1c0:{index}",
        name="w1-c0",
        state=state,
        created=NOW,
        started=None if start is None else at(start),
        stopped=None if stop is None else at(stop),
        exit_code=code,
    )


def told(*jobs: Job, total: int = 0, **moves: float) -> Lanes:
    starting = {
        f"w1c0:{index}": (Move(state=JobState.STARTING, at=at(when)),) for index, when in moves.items()
    }
    starting = {key.replace("j", ""): value for key, value in starting.items()}
    return lanes(a_run(10), jobs, starting, total=total, now=at(100))


def test_they_stand_in_the_order_of_their_start() -> None:
    found = told(
        job(0, start=30, stop=40, state=JobState.SUCCEEDED, code=0),
        job(1, start=10, stop=20, state=JobState.FAILED, code=137),
        job(2, start=20, state=JobState.RUNNING),
    )
    assert list(found.position) == [1, 2, 0]
    assert [STATES[state] for state in found.state] == ["FAILED", "RUNNING", "SUCCEEDED"]
    assert list(found.code) == [137, NO_CODE, 0]


def test_what_runs_has_run_until_now() -> None:
    found = told(job(0, start=40, state=JobState.RUNNING))
    assert list(found.ends) == [at(100).timestamp()]
    assert math.isnan(found.stopped[0])
    assert found.vcpu_seconds == pytest.approx(60 * 0.25)


def test_waiting_ends_where_starting_begins() -> None:
    found = told(job(0, start=40, stop=50, state=JobState.SUCCEEDED, code=0), j0=15)
    assert found.waited
    assert found.start_up
    assert (found.waited.p50, found.start_up.p50) == (15, 25)


def test_every_attempt_counts_as_running() -> None:
    tried = replace(
        job(0, start=50, stop=60, state=JobState.SUCCEEDED, code=0),
        attempts=(
            Attempt(started=at(10), stopped=at(30), exit_code=1),
            Attempt(started=at(50), stopped=at(60), exit_code=0),
        ),
    )
    found = told(tried)
    assert list(found.attempts) == [2]
    assert found.vcpu_seconds == pytest.approx(30 * 0.25)
    assert (found.started[0], found.stopped[0]) == (at(10).timestamp(), at(60).timestamp())


def test_a_container_that_never_started_has_waited_all_the_same() -> None:
    found = told(job(0, start=None, stop=30, state=JobState.FAILED))
    assert found.waited
    assert found.waited.p50 == 30
    assert len(found.begins) == 0


def test_the_most_at_once_is_exact_however_short() -> None:
    brief = [*range(0, 9000, 3), *[4500] * 7]
    jobs = [
        job(index, start=start, stop=start + 0.002, state=JobState.SUCCEEDED)
        for index, start in enumerate(brief)
    ]
    found = lanes(a_run(4000), jobs, {}, total=len(jobs), now=at(9000))
    axis = time_axis(found)
    assert axis
    assert area(found, axis, ())[1] == 8


def test_after_a_gap_the_axis_has_marks_of_real_time() -> None:
    jobs = [job(0, start=2, stop=10, state=JobState.SUCCEEDED)]
    later = at(36000)
    jobs.append(
        replace(jobs[0], id="w1c0:1", created=later, started=later, stopped=later + timedelta(seconds=600))
    )
    axis = time_axis(lanes(a_run(2), jobs, {}, total=2, now=at(40000)))
    assert axis
    assert axis.gaps
    marks = axis.marks()
    assert len(marks) > 4
    assert marks[0][1] == "0"
    assert marks[-1][1].startswith("10h")
    places = [place for place, _ in marks]
    assert places == sorted(places)
    assert places[-1] <= 1


def test_of_none_there_is_no_axis() -> None:
    assert time_axis(told()) is None


def test_the_time_in_which_nothing_happened_between_waves_is_left_out() -> None:
    run = a_run(300, retried=5)
    lives = Lives(run)
    found = lanes(run, list(lives.jobs()), {}, total=305, now=NOW + timedelta(hours=2))
    axis = time_axis(found)
    assert axis
    assert found.span
    begin, end = found.span
    (gap,) = axis.gaps
    assert gap.length > 2000
    assert axis.width == pytest.approx(end - begin - gap.length)
    assert axis.at(begin) == 0
    assert axis.at(end) == pytest.approx(axis.width)
    moments = sorted(found.begins)
    assert [axis.at(each) for each in moments] == sorted(axis.at(each) for each in moments)
