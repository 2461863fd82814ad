"""What answers change in what is known, in whatever order they come."""

import random
from datetime import datetime, timedelta

from watching import START, a_job, at, denied, seen, throttled, unreachable

from fargo.model.job import Attempt, JobState
from fargo.view import freshness as words
from fargo.watch import Condition, Freshness, Store, Throughput, Trouble


def test_the_first_sight_of_a_job_is_an_addition_and_the_same_again_is_nothing() -> None:
    store = Store()
    assert store.apply(seen(a_job())).added == ("a",)
    again = store.apply(seen(a_job(), when=5))
    assert not again
    assert store.revision == 1


def test_a_change_of_state_is_a_transition_with_the_time_it_was_seen() -> None:
    store = Store()
    store.apply(seen(a_job(state=JobState.RUNNABLE)))
    delta = store.apply(seen(a_job(state=JobState.STARTING), when=7))
    (told,) = delta.transitions
    assert (told.before, told.after, told.at) == (JobState.RUNNABLE, JobState.STARTING, at(7))
    assert store.moments["a"] == {JobState.STARTING: at(7)}


def test_an_answer_that_comes_late_changes_nothing() -> None:
    store = Store()
    store.apply(seen(a_job(state=JobState.SUCCEEDED), when=10))
    assert not store.apply(seen(a_job(state=JobState.RUNNING), when=5))
    assert store.jobs["a"].state is JobState.SUCCEEDED


def test_answers_in_any_order_end_as_the_latest_tells() -> None:
    states = list(JobState)
    for seed in range(50):
        answers = [seen(a_job(state=state), when=number) for number, state in enumerate(states)]
        random.Random(seed).shuffle(answers)
        store = Store()
        for answer in answers:
            store.apply(answer)
        assert store.jobs["a"].state is states[-1]


def test_a_list_does_not_take_away_what_a_description_told() -> None:
    store = Store()
    store.apply(seen(a_job(attempts=(Attempt(log_stream="s"),), queue="q")))
    store.apply(seen(a_job(detailed=False, stopping=True), when=5))
    assert (store.jobs["a"].log_streams, store.jobs["a"].stopping) == (("s",), True)
    store.apply(seen(a_job(state=JobState.FAILED, detailed=False), when=6))
    assert store.jobs["a"].state is JobState.FAILED


def test_a_job_that_aws_forgot_stays_and_is_told_once() -> None:
    store = Store()
    store.apply(seen(a_job()))
    assert store.apply(seen(gone=("a",), when=5)).gone == ("a",)
    assert not store.apply(seen(gone=("a",), when=6))
    assert "a" in store.jobs


def test_children_come_by_index() -> None:
    store = Store()
    store.apply(seen(*(a_job(f"p:{index}") for index in (10, 2, 1)), a_job("p", size=11)))
    assert [job.index for job in store.children("p")] == [1, 2, 10]


def test_the_pace_is_told_after_ten_have_finished() -> None:
    pace = Throughput()
    pace.take(at(0), 100)  # whatever had finished before
    pace.take(at(60), 109)
    assert pace.left(at(60), 50) is None
    pace.take(at(120), 124)
    assert pace.a_minute(at(120)) == 12
    assert pace.left(at(120), 36) == timedelta(minutes=3)
    assert pace.by_minute(at(120), 3) == [0, 9, 15]


def test_an_old_pace_is_forgotten() -> None:
    pace = Throughput()
    for minute in range(60):
        pace.take(at(60 * minute), 100 * minute if minute < 30 else 3000 + minute)
    found = pace.a_minute(at(60 * 59))
    assert found is not None
    assert found < 2


def test_another_wave_begins_a_pace_of_its_own() -> None:
    pace = Throughput()
    pace.take(at(0), 0)
    pace.take(at(60), 500)
    pace.take(at(70), 0)
    assert pace.a_minute(at(80)) is None


def _trouble(error: Exception, when: float, feed: str = "f") -> Trouble:
    return Trouble(feed=feed, at=at(when), error=error, times=3, pause=20)  # type: ignore[arg-type]


def _words(age_at: datetime, *events: object) -> tuple[str, str]:
    fresh = Freshness()
    for event in events:
        fresh.take(event)  # type: ignore[arg-type]
    age = fresh.age(age_at)
    return words.short(age), words.trouble(age, "prod")


def test_ages_have_words_whatever_happens() -> None:
    assert _words(at(4)) == ("asking AWS", "")
    assert _words(at(4), seen()) == ("live 4s ago", "")
    stale, said = _words(at(38), seen(), _trouble(throttled(), 30))
    assert (stale, said) == ("stale 38s", "DescribeJobs throttled 3x: asking again in 12s")
    offline, said = _words(at(38), seen(), _trouble(unreachable(), 30))
    assert offline == f"offline since {(START + timedelta(seconds=30)).astimezone():%H:%M}"
    assert said == "no network; asking again in 12s"
    assert "`aws sso login --profile prod`" in _words(at(38), _trouble(denied(), 30))[1]
    assert "sso" not in _words(at(38), _trouble(denied("AccessDenied"), 30))[1]


def test_the_worst_of_all_feeds_is_told_until_it_is_well_again() -> None:
    assert _words(at(38), seen(feed="g", when=37), _trouble(throttled(), 30))[0].startswith("stale")
    healed = _words(at(38), _trouble(throttled(), 30), seen(when=36))
    assert healed == ("live 2s ago", "")


def test_a_feed_that_says_nothing_for_two_pauses_is_stale() -> None:
    fresh = Freshness()
    fresh.take(seen())
    assert fresh.age(at(9), feed="f", interval=5).condition is Condition.LIVE
    assert fresh.age(at(11), feed="f", interval=5).condition is Condition.STALE
