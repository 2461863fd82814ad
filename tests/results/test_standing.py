"""How rows stand, as told by the bucket's keys."""

import random

import pytest
from results_bucket import Bucket

from fargo.model import naming
from fargo.results import RowSet, RowState, standing


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 1000, 4099])
def test_a_set_of_rows_is_a_set(rows: int) -> None:
    draw = random.Random(rows)
    mine, theirs = ({row for row in range(rows) if draw.random() < 0.4} for _ in range(2))
    one, other = RowSet(rows, mine), RowSet(rows, theirs)
    assert list(one) == sorted(mine)
    assert len(one) == len(mine)
    assert list(one - other) == sorted(mine - theirs)
    assert list(one | other) == sorted(mine | theirs)
    assert list(~one) == sorted(set(range(rows)) - mine)
    assert all((row in one) == (row in mine) for row in range(rows))


def test_rows_that_succeeded_failed_and_left_nothing_are_told_apart(bucket: Bucket) -> None:
    run = bucket.run(10)
    bucket.results(run, [0, 1, 8])
    bucket.results(run, [2, 3], exit_code=1)
    found = standing(bucket.store(), run)
    assert (found.rows, found.done, found.failed, found.missing) == (10, 3, 2, 5)
    assert list(found.undone()) == [2, 3, 4, 5, 6, 7, 9]
    assert [found.state(row) for row in (0, 2, 9)] == [RowState.SUCCEEDED, RowState.FAILED, RowState.MISSING]


def test_a_success_counts_over_an_older_failure(bucket: Bucket) -> None:
    run = bucket.run(2)
    bucket.results(run, [0, 1], exit_code=1)
    bucket.results(run, [1])
    found = standing(bucket.store(), run)
    assert (found.done, found.failed, found.missing) == (1, 1, 0)
    assert list(found.undone()) == [0]


def test_a_run_without_any_result_is_missing_all(bucket: Bucket) -> None:
    found = standing(bucket.store(), bucket.run(3))
    assert (found.done, found.failed, found.missing) == (0, 0, 3)


def test_more_than_a_page_of_keys_is_listed(bucket: Bucket) -> None:
    run = bucket.run(3000)
    bucket.results(run, range(0, 3000, 2))
    bucket.results(run, range(1, 3000, 4), exit_code=3)
    found = standing(bucket.store(), run)
    assert (found.done, found.failed, found.missing) == (1500, 750, 750)


def test_a_large_run_is_listed_by_the_first_digit_of_its_rows(bucket: Bucket) -> None:
    run = bucket.run(1_000_000)
    rows = [0, 9, 10, 99, 100_000, 123_456, 555_555, 999_999]
    bucket.results(run, rows)
    assert list(standing(bucket.store(), run).succeeded) == rows


def test_keys_that_are_no_rows_of_the_run_are_passed_over(bucket: Bucket) -> None:
    run = bucket.run(5)
    for name in ("x.json", "01.json", "-1.json", "5.json", "1.json.bak", "1", "2/3.json", "٣.json", ".json"):
        bucket.put(naming.result_prefix(run.id) + name)
    bucket.results(run, [4])
    assert list(standing(bucket.store(), run).succeeded) == [4]
