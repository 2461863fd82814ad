"""The timeline as it is drawn, and in words."""

from datetime import UTC, datetime, timedelta

import pytest

from fargo.model.job import Attempt, Job, JobState
from fargo.model.timeline import Move, spread
from fargo.view import history

BEGIN = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
NOW = BEGIN + timedelta(hours=1)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


JOB = Job(id="j", name="n", state=JobState.FAILED, created=BEGIN, started=at(51), stopped=at(242))
MOVES = (Move(state=JobState.STARTING, at=at(12)),)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "queued ├─12s─┤ start ├──39s───┤ run ├────────3m11────────✘"),
        (41, "queued ├─12s─┤ start ├─39s─┤ run ├─3m11─✘"),
        (40, "… start ├──39s──┤ run ├─────3m11──────✘"),
        (15, "… run ├─3m11──✘"),
        (13, "queued 12s, …"),
        (1, "…"),
        (0, ""),
    ],
)
def test_a_timeline_is_as_long_as_it_may_be_and_no_longer(width: int, shown: str) -> None:
    assert history.timeline(JOB, NOW, width, moves=MOVES).plain == shown


def test_a_timeline_needs_no_more_than_ascii() -> None:
    shown = [history.timeline(JOB, NOW, width, moves=MOVES, ascii=True).plain for width in range(70)]
    assert all(line.isascii() and len(line) <= width for width, line in enumerate(shown))
    assert shown[41] == "queued |-12s-| start |-39s-| run |-3m11-x"


def test_the_end_tells_how_it_ended_or_that_it_goes_on() -> None:
    live = Job(id="j", name="n", state=JobState.RUNNING, created=BEGIN, attempts=(Attempt(started=at(5)),))
    assert history.timeline(live, at(8), 26).plain == "queued ├─5s──┤ run ├─3s─▶"
    good = Job(id="j", name="n", state=JobState.SUCCEEDED, created=BEGIN, started=at(5), stopped=at(8))
    assert history.timeline(good, NOW, 26).plain == "queued ├─5s──┤ run ├─3s─✔"


def test_a_timeline_has_words_too() -> None:
    assert history.timeline_words(JOB, NOW, MOVES) == "queued 12s, start 39s, run 3m11, failed"
    assert history.timeline_words(JOB, NOW) == "queued 51s, run 3m11, failed"


def test_of_many_jobs_the_ends_and_the_middle_are_told() -> None:
    assert history.spread_words(spread([JOB])) == [
        ("first start", "2026-11-22T18:30:51+00:00"),
        ("last end", "2026-11-22T18:34:02+00:00"),
        ("each waited", "p50 51s, p90 51s, of 1"),
        ("each ran", "p50 3m11, p90 3m11, of 1"),
    ]
    assert history.spread_words(spread([])) == []
