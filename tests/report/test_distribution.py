"""How values spread: exact quantiles, bars that hold every value."""

import random

import pytest

from fargo.report.distribution import BARS, Distribution, Values


def spread(*values: float, failed: tuple[float, ...] = ()) -> Distribution:
    making = Values()
    for value in values:
        making.add(value)
    for value in failed:
        making.add(value, failed=True)
    found = making.distribution()
    assert found
    return found


def test_of_nothing_there_is_no_distribution() -> None:
    making = Values()
    for senseless in (None, float("nan"), float("inf"), -1.0):
        making.add(senseless)
    assert making.distribution() is None


@pytest.mark.parametrize(
    "values",
    [
        [0.0],
        [0.0, 0.0],
        [5.0],
        [1.0, 2.0, 3.0, 4.0],
        [10.0] * 1000,
        [0.0, 1e-6, 1e6],
        [random.Random(1).lognormvariate(3, 2) for _ in range(5000)],
        [random.Random(2).uniform(0, 100) for _ in range(5000)],
    ],
)
def test_every_value_is_in_one_bar_and_the_edges_ascend(values: list[float]) -> None:
    found = spread(*values)
    assert sum(found.bars) == found.count == len(values)
    assert len(found.edges) == len(found.bars) + 1
    assert len(found.bars) <= BARS + 1
    assert list(found.edges) == sorted(set(found.edges))
    assert (
        found.edges[0] <= found.least <= found.p50 <= found.p95 <= found.most <= found.edges[-1] * (1 + 1e-9)
    )


def test_quantiles_are_values_that_occurred() -> None:
    found = spread(*map(float, range(1, 101)))
    assert (found.p50, found.p95, found.least, found.most, found.mean) == (50, 95, 1, 100, 50.5)


def test_a_few_huge_values_make_the_bars_grow_by_a_factor() -> None:
    assert spread(*[1.0] * 99, 5000.0).skewed
    assert not spread(*[1.0] * 99, 5.0).skewed


def test_zeros_and_one_other_value_make_plain_bars() -> None:
    found = spread(*[0.0] * 18, 5.0, 5.0)
    assert not found.skewed
    assert (found.bars[0], found.bars[-1]) == (18, 2)


def test_what_failed_is_counted_within_its_bar() -> None:
    found = spread(1.0, 1.0, 9.0, failed=(9.0, 9.0))
    assert sum(found.failed) == 2
    assert found.failed[-1] == 2
    assert found.bars[-1] == 3
