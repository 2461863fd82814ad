"""The bar of child states: every width, every mixture."""

from random import Random

import pytest

from fargo.model.job import JobState
from fargo.view import bar

MIXED = {JobState.FAILED: 2, JobState.SUCCEEDED: 139, JobState.RUNNING: 30, JobState.RUNNABLE: 29}


def test_a_bar_tells_what_failed_first_then_what_succeeded_runs_and_waits() -> None:
    shown = bar.bar(MIXED, 21)
    assert shown.plain == "✘████████▒▒░░ 141/200"
    assert [span.style for span in shown.spans] == ["red", "green", "blue", "yellow"]
    assert bar.bar(MIXED, 21, ascii=True).plain == "x########==.. 141/200"


def test_the_plain_form_is_a_sentence() -> None:
    assert bar.words(MIXED) == "141 of 200 done, 2 failed"
    assert bar.words({JobState.SUCCEEDED: 1_000, JobState.RUNNING: 9_000}) == "1,000 of 10,000 done"


def test_one_failure_among_ten_thousand_is_seen_and_one_that_runs_too() -> None:
    counts = {JobState.SUCCEEDED: 9_998, JobState.FAILED: 1, JobState.RUNNING: 1}
    assert bar.cells(counts, 5).plain == "✘███▒"
    assert bar.cells(counts, 1).plain == "✘"


def test_the_bars_of_a_table_are_of_one_length() -> None:
    rows = [bar.bar(counts, 22, label=8).plain for counts in (MIXED, {JobState.RUNNABLE: 64})]
    assert rows == ["✘████████▒▒░░  141/200", "░░░░░░░░░░░░░     0/64"]


def test_where_it_is_narrow_the_numbers_stay_then_the_cells() -> None:
    assert [bar.bar(MIXED, width).plain for width in (12, 11, 7, 6, 1, 0)] == [
        "✘█▒░ 141/200", "141/200", "141/200", "✘███▒░", "✘", "",
    ]  # fmt: skip


def test_of_nothing_there_is_no_bar() -> None:
    assert bar.cells({}, 10).plain == ""


def _mixtures(least: int) -> list[tuple[dict[JobState, int], int]]:
    random = Random(7)
    return [
        (
            {state: random.choice((0, 1, 3, 70, 9_999)) for state in random.sample(list(JobState), 4)},
            random.randint(least, 60),
        )
        for _ in range(2_000)
    ]


def test_a_bar_is_never_wider_than_asked_and_its_cells_are_exactly_as_wide() -> None:
    for counts, width in _mixtures(-1):
        assert bar.bar(counts, width).cell_len <= max(width, 0)
        assert bar.cells(counts, width).cell_len == (max(width, 0) if sum(counts.values()) else 0)


def test_a_state_that_any_child_is_in_has_a_cell_and_no_other_has() -> None:
    for counts, width in _mixtures(4):
        shown = bar.cells(counts, width, ascii=True).plain
        assert ("x" in shown) == bool(counts.get(JobState.FAILED))
        assert ("#" in shown) == bool(counts.get(JobState.SUCCEEDED))
        assert ("=" in shown) == bool(counts.get(JobState.RUNNING) or counts.get(JobState.STARTING))


@pytest.mark.parametrize("failed", [0, 1, 5, 10])
def test_a_bar_of_ten_for_ten_is_exact(failed: int) -> None:
    counts = {JobState.FAILED: failed, JobState.SUCCEEDED: 10 - failed}
    assert bar.cells(counts, 10, ascii=True).plain == "x" * failed + "#" * (10 - failed)
