"""The one polling loop: whose turn it is, how often, and what trouble does to it."""

import itertools
from typing import Any

import pytest
from watching import Scripted, Waiting, polled, seen, throttled, unreachable

from fargo.watch import Recovered, Trouble
from fargo.watch.pace import BURST, PAUSE_MAX, RATE, Bucket


def _times(events: list[tuple[float, Any]], feed: str = "f") -> list[float]:
    """When a feed was asked: that it is well again is told beside the answer, and no call."""
    return [when for when, event in events if event.feed == feed and not isinstance(event, Recovered)]


def test_a_feed_is_asked_at_its_own_pace() -> None:
    assert _times(polled(Scripted("f", [seen()]), until=16)) == [0, 5, 10, 15]


def test_many_feeds_never_ask_more_often_than_the_bucket_lets_them() -> None:
    feeds = [Scripted(f"f{number}", [seen(feed=f"f{number}")], seconds=0.1) for number in range(10)]
    events = polled(*feeds, until=100)
    urgent = len(feeds)  # what is new is asked for at once, and paid for later
    assert len(events) <= urgent + BURST + 100 * RATE
    counts = [len(_times(events, feed.name)) for feed in feeds]
    assert min(counts) > 10
    assert max(counts) - min(counts) <= 2


def test_throttling_makes_the_pauses_longer_and_quiet_shortens_them_again() -> None:
    busy = Scripted("f", *[[throttled()]] * 3, [seen()])
    times = _times(polled(busy, until=1000))
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses[:3] == [10, 20, 40]
    assert pauses[3] == pytest.approx(40)
    assert pauses[-1] == pytest.approx(5)


def test_no_pause_is_longer_than_the_longest() -> None:
    times = _times(polled(Scripted("f", [throttled()]), until=2000))
    assert max(after - before for before, after in itertools.pairwise(times)) == PAUSE_MAX


def test_trouble_is_told_with_how_often_and_how_long_and_another_feed_goes_on() -> None:
    events = polled(Scripted("f", [unreachable()]), Scripted("g", [seen(feed="g")]), until=21)
    troubles = [event for _, event in events if isinstance(event, Trouble)]
    assert [(each.times, each.pause) for each in troubles] == [(1, 10), (2, 20)]
    assert len(_times(events, "g")) == 5


def test_once_aws_answers_again_a_network_that_was_away_has_slowed_nothing_down() -> None:
    times = _times(polled(Scripted("f", [unreachable()], [unreachable()], [seen()]), until=46))
    assert times == [0, 10, 30, 35, 40, 45]


def test_a_round_of_many_calls_is_finished_before_it_begins_anew() -> None:
    pages = [seen(when=number) for number in range(5)]
    events = polled(Scripted("f", [*[_not_last(page) for page in pages[:-1]], pages[-1]]), until=11)
    assert [event.at.second for _, event in events] == [0, 1, 2, 3, 4] * 3


def test_somebody_who_waits_is_answered_at_once() -> None:
    time = Waiting(until=62)
    slow = Scripted("f", [seen()], seconds=60)

    def press(now: float) -> None:
        if now < 60:
            return
        assert time.poller
        time.at = lambda _: None
        time.poller.hurry()

    time.at = press
    assert _times(polled(slow, waiting=time)) == [0, 60]


@pytest.mark.parametrize(("insist", "times"), [(False, [0, 10, 30]), (True, [0, 7, 27])])
def test_whom_aws_asked_to_wait_waits_unless_a_person_insists(insist: bool, times: list[float]) -> None:
    time = Waiting(until=40)
    pressed = [False]

    def press(now: float) -> None:
        assert time.poller
        if now >= 7 and not pressed[0]:
            pressed[0] = True
            time.poller.hurry(insist=insist)

    time.at = press
    ticking = Scripted("clock", [seen(feed="clock")], seconds=7)
    events = polled(Scripted("f", [throttled()]), ticking, waiting=time)
    assert _times(events)[: len(times)] == times


def test_a_round_that_ends_by_itself_is_told_to_be_over() -> None:
    feed = Scripted("f", [_not_last(seen()), _not_last(seen())])
    kinds = [type(event).__name__ for _, event in polled(feed, until=4)]
    assert kinds == ["JobsSeen", "JobsSeen", "RoundOver"]


def test_while_nobody_looks_each_feed_is_asked_once_a_minute() -> None:
    time = Waiting(until=170)
    feed = Scripted("f", [seen()])

    def leave(_: float) -> None:
        assert time.poller
        time.poller.rest(resting=True)

    time.at = leave
    assert _times(polled(feed, waiting=time)) == [0, 5, 65, 125]


def test_pauses_can_be_made_longer_and_a_feed_can_be_taken_away() -> None:
    time = Waiting(until=60)

    def change(now: float) -> None:
        assert time.poller
        time.poller.scale(2)
        if now >= 20:
            time.poller.remove("f")

    time.at = change
    assert _times(polled(Scripted("f", [seen()]), waiting=time)) == [0, 5, 15]


def test_an_urgent_call_is_paid_for_by_those_after_it() -> None:
    now = [0.0]
    bucket = Bucket(lambda: now[0])
    for _ in range(BURST + 2):
        bucket.take()
    assert bucket.wait() == pytest.approx(3 / RATE)
    now[0] += 3 / RATE
    assert bucket.wait() == 0


def _not_last(page: Any) -> Any:
    from dataclasses import replace

    return replace(page, last=False)
