"""Which entry of a queue is next: first in, first out, and fair shares."""

from dataclasses import dataclass
from typing import Any

import pytest

from fargo.local.batch import order


@dataclass(eq=False)
class Entry:
    name: str
    share: str = ""
    priority: int = 0
    vcpu: float = 1.0


def fair(*shares: tuple[str, float], **policy: Any) -> order.FairShare:
    weights = [{"shareIdentifier": name, "weightFactor": weight} for name, weight in shares]
    return order.FairShare({"fairsharePolicy": {"shareDistribution": weights, **policy}})


def fill(waiting: order.Order, *entries: Entry) -> None:
    for entry in entries:
        waiting.push(entry)


def run(waiting: order.Order, count: int) -> list[str]:
    """Names of those that start, when nothing ends meanwhile."""
    usage: dict[str, float] = {}
    names = []
    for _ in range(count):
        entry = waiting.head(usage)
        if entry is None:
            break
        waiting.remove(entry)
        usage[entry.share] = usage.get(entry.share, 0) + entry.vcpu
        names.append(entry.name)
    return names


def both(count: int) -> tuple[Entry, ...]:
    """As many of share a as of share b, all of a first."""
    return tuple(Entry(f"{share}{number}", share) for share in "ab" for number in range(count))


@pytest.fixture(params=["first in, first out", "fair share"])
def waiting(request: Any) -> order.Order:
    return order.make(None if request.param == "first in, first out" else {"fairsharePolicy": {}})


def test_of_one_share_the_first_in_is_the_first_out(waiting: order.Order) -> None:
    fill(waiting, Entry("1"), Entry("2"), Entry("3"))
    assert run(waiting, 9) == ["1", "2", "3"]
    assert len(waiting) == 0
    assert waiting.head({}) is None


def test_the_head_stays_until_it_is_popped(waiting: order.Order) -> None:
    fill(waiting, Entry("1"), Entry("2"))
    assert waiting.head({}) is waiting.head({})
    assert [entry.name for entry in waiting.first(5)] == ["1", "2"]


def test_a_retry_goes_back_to_the_front(waiting: order.Order) -> None:
    fill(waiting, Entry("1"), Entry("2"))
    waiting.push_front(Entry("retry"))
    waiting.push_front(Entry("later retry"))
    assert run(waiting, 9) == ["later retry", "retry", "1", "2"]


def test_an_entry_is_removed_wherever_it_is_and_once_is_enough(waiting: order.Order) -> None:
    entries = [Entry(str(number)) for number in range(5)]
    fill(waiting, *entries)
    for entry in (entries[0], entries[3], entries[3], Entry("unknown")):
        waiting.remove(entry)
    assert sorted(entry.name for entry in waiting) == ["1", "2", "4"]
    assert [entry.name for entry in waiting.first(2)] == ["1", "2"]
    assert run(waiting, 9) == ["1", "2", "4"]


def test_an_entry_that_is_pushed_again_keeps_its_place_and_one_that_was_removed_does_not(
    waiting: order.Order,
) -> None:
    one, two = Entry("1"), Entry("2")
    fill(waiting, one, two, one)
    assert [entry.name for entry in waiting.first(9)] == ["1", "2"]
    waiting.remove(one)
    waiting.push(one)
    assert run(waiting, 9) == ["2", "1"]


def test_entries_that_look_alike_are_two(waiting: order.Order) -> None:
    fill(waiting, Entry("twin"), Entry("twin"))
    assert run(waiting, 9) == ["twin", "twin"]


def test_many_entries_that_come_and_go_leave_nothing_behind() -> None:
    waiting = fair()
    entries = [Entry(str(number), priority=number % 3) for number in range(1000)]
    fill(waiting, *entries)
    for entry in entries[1:]:
        waiting.remove(entry)
    assert len(waiting._lines[""]._heap) < 100
    assert run(waiting, 9) == ["0"]


def test_first_in_first_out_does_not_look_at_shares_or_priorities() -> None:
    waiting = order.make(None)
    fill(waiting, Entry("1", "a", 0), Entry("2", "b", 9))
    waiting.note("a", 1e6, 0)
    assert waiting.reserved({"a": 1.0}) == 0
    assert waiting.active({"a": 1.0}) == set()
    assert run(waiting, 9) == ["1", "2"]


def test_two_shares_take_turns() -> None:
    waiting = fair()
    fill(waiting, *both(3))
    assert run(waiting, 9) == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_what_a_share_has_in_use_counts_against_it() -> None:
    waiting = fair()
    fill(waiting, *both(1))
    head = waiting.head({"a": 0.5})
    assert head.name == "b0"


def test_an_eighth_of_the_weight_factor_is_eight_times_the_resources() -> None:
    waiting = fair(("a", 0.125), ("b", 1.0))
    fill(waiting, *both(100))
    names = run(waiting, 90)
    assert sum(name.startswith("a") for name in names) == 80


def test_a_weight_may_be_given_for_all_shares_with_a_prefix() -> None:
    waiting = fair(("team*", 0.25))
    fill(waiting, *(Entry(f"{share}", share) for share in ("team1", "other") for _ in range(20)))
    assert run(waiting, 10).count("team1") == 8


def test_within_a_share_the_higher_priority_goes_first_and_not_between_shares() -> None:
    waiting = fair()
    low, high, same = Entry("a-low", "a", 1), Entry("a-high", "a", 9), Entry("a-same", "a", 9)
    fill(waiting, low, high, same, Entry("b-highest", "b", 99))
    assert run(waiting, 9) == ["a-high", "b-highest", "a-same", "a-low"]


def test_a_retry_does_not_overtake_a_higher_priority() -> None:
    waiting = fair()
    fill(waiting, Entry("high", priority=5), Entry("low", priority=1))
    waiting.push_front(Entry("retry", priority=1))
    assert run(waiting, 9) == ["high", "retry", "low"]


def test_past_use_counts_and_is_forgotten() -> None:
    waiting = fair(shareDecaySeconds=1000)
    fill(waiting, *both(1))
    waiting.note("a", 2000, now_ms=0)
    assert waiting.head({"b": 1.0}, now_ms=0).name == "b0"
    assert waiting.head({"b": 1.0}, now_ms=900_000).name == "a0"
    waiting.note("b", 1, now_ms=5_000_000)
    assert "a" not in waiting._past


def test_without_a_decay_time_it_is_ten_minutes() -> None:
    waiting = fair()
    waiting.note("a", 1, now_ms=0)
    assert waiting.active({}, now_ms=600_000) == {"a"}
    assert waiting.active({}, now_ms=600_001) == set()


def test_the_first_of_a_fair_share_are_those_that_would_run() -> None:
    waiting = fair(("a", 0.5))
    fill(waiting, *both(30), *(Entry(f"c{number}", "c", number % 4, vcpu=4.0) for number in range(30)))
    foreseen = [entry.name for entry in waiting.first(60)]
    assert run(waiting, 60) == foreseen


@pytest.mark.parametrize(
    ("percent", "shares", "reserved"),
    [(50, 1, 0.5), (50, 2, 0.25), (50, 3, 0.125), (25, 2, 0.0625), (50, 0, 0.0), (0, 2, 0.0)],
)
def test_the_reservation_shrinks_with_every_active_share(percent: int, shares: int, reserved: float) -> None:
    waiting = fair(computeReservation=percent)
    fill(waiting, *(Entry("x", f"s{number}") for number in range(shares)))
    assert waiting.reserved({}) == reserved


def test_a_share_is_active_while_it_waits_runs_or_ran_lately() -> None:
    waiting = fair()
    fill(waiting, Entry("x", "waits"))
    waiting.note("ran", 1, now_ms=0)
    assert waiting.active({"runs": 1.0, "over": 0.0}) == {"waits", "runs", "ran"}


def test_a_policy_that_changes_counts_at_once() -> None:
    waiting = fair()
    fill(waiting, *both(20))
    waiting.tune({"fairsharePolicy": {"shareDistribution": [{"shareIdentifier": "b", "weightFactor": 0.25}]}})
    assert sum(name.startswith("b") for name in run(waiting, 10)) == 8
