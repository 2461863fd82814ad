"""The phases of a job's life, from what AWS Batch keeps and from what events told."""

from datetime import UTC, datetime, timedelta

from fargo.model.job import Attempt, Job, JobState
from fargo.model.timeline import Move, Phase, Step, phases, spread

BEGIN = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def _at(seconds: int | None) -> datetime | None:
    return None if seconds is None else at(seconds)


def _job(
    state: JobState,
    *attempts: tuple[int | None, int | None],
    started: int | None = None,
    stopped: int | None = None,
) -> Job:
    tries = tuple(Attempt(started=_at(start), stopped=_at(stop)) for start, stop in attempts)
    return Job(
        id="j",
        name="n",
        state=state,
        created=BEGIN,
        started=_at(started),
        stopped=_at(stopped),
        attempts=tries,
    )


def _told(job: Job, *starting: int, now: int = 1_000) -> list[tuple[str, float]]:
    moves = [Move(state=JobState.STARTING, at=at(second)) for second in starting]
    return [(phase.step, phase.seconds(at(now))) for phase in phases(job, moves)]


def test_without_events_starting_counts_as_waiting() -> None:
    assert _told(_job(JobState.FAILED, (51, 242))) == [("queued", 51), ("run", 191)]


def test_an_event_tells_when_starting_began() -> None:
    assert _told(_job(JobState.FAILED, (51, 242)), 12) == [("queued", 12), ("start", 39), ("run", 191)]


def test_events_that_tell_whole_seconds_make_no_time_negative() -> None:
    job = Job(id="j", name="n", state=JobState.RUNNING, created=at(0.6), started=at(0.9))
    assert _told(job, 0, now=2)[:2] == [("queued", 0), ("start", 0.3)]


def test_every_attempt_has_its_phases() -> None:
    job = _job(JobState.SUCCEEDED, (20, 30), (50, 60))
    assert _told(job, 10, 45) == [
        ("queued", 10), ("start", 10), ("run", 10), ("queued", 15), ("start", 5), ("run", 10),
    ]  # fmt: skip


def test_an_attempt_that_never_started_has_not_run() -> None:
    job = _job(JobState.FAILED, (None, 30))
    assert _told(job, 10) == [("queued", 10), ("start", 20)]
    assert _told(job) == [("queued", 30)]


def test_what_has_not_ended_goes_on() -> None:
    waiting = _job(JobState.RUNNABLE)
    assert _told(waiting, now=9) == [("queued", 9)]
    assert phases(waiting)[-1] == Phase(step=Step.QUEUED, begin=BEGIN)
    assert _told(_job(JobState.STARTING), 4, now=9) == [("queued", 4), ("start", 5)]
    assert _told(_job(JobState.RUNNING, (5, None)), 4, now=9) == [("queued", 4), ("start", 1), ("run", 4)]
    again = _job(JobState.RUNNABLE, (5, 8))
    assert _told(again, now=9) == [("queued", 5), ("run", 3), ("queued", 1)]


def test_what_ended_before_it_started_only_waited() -> None:
    assert _told(_job(JobState.FAILED, stopped=7)) == [("queued", 7)]


def test_what_a_list_tells_of_a_job_is_enough() -> None:
    assert _told(_job(JobState.SUCCEEDED, started=5, stopped=8)) == [("queued", 5), ("run", 3)]


def test_a_job_of_unknown_creation_has_no_phases() -> None:
    assert phases(Job(id="j", name="n", state=JobState.RUNNING, started=BEGIN)) == ()


def test_clocks_that_differ_make_no_time_negative() -> None:
    assert _told(_job(JobState.RUNNING, (5, None)), now=2)[-1] == (Step.RUNNING, 0)


def test_many_jobs_spread() -> None:
    jobs = [_job(JobState.SUCCEEDED, started=number, stopped=100) for number in range(1, 11)]
    found = spread([*jobs, _job(JobState.RUNNABLE)])
    assert (found.jobs, found.first_start, found.last_end) == (10, at(1), at(100))
    assert (found.waited, found.ran) == ((5, 9), (94, 98))


def test_of_jobs_that_have_not_started_nothing_is_known() -> None:
    found = spread([_job(JobState.RUNNABLE)])
    assert (found.first_start, found.last_end, found.waited, found.ran) == (None, None, None, None)
