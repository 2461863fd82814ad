"""Which container a line is of."""

import struct
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOW, Objects, a_run

from fargo.aws.store import Store
from fargo.errors import AwsError
from fargo.logs import Labels
from fargo.model.run import Chunk, Run


class Bucket(Store):
    """A map of a wave, in two pieces that part an entry."""

    def chunks(self, key: str):  # type: ignore[no-untyped-def, override] # noqa: ANN201 # a double
        assert key == "map"
        data = b"".join(struct.pack(">QQQ", row, 0, 0) for row in (3, 7, 9, 12_345))
        yield from (data[:30], data[30:])


def run(*sizes: int, rows: int, pack: int = 1, map_: str = "") -> Run:
    wave = a_run().last
    chunks = tuple(
        Chunk(number=number, job_name=f"c{number}", size=size, job_id=f"job{number}")
        for number, size in enumerate(sizes)
    )
    first = replace(wave, chunks=chunks, rows=rows, pack=pack)
    if not map_:
        return replace(a_run(), rows=rows, waves=(first,))
    second = replace(
        wave, number=2, created=NOW + timedelta(1), rows=4, map=map_, pack=2,
        chunks=(Chunk(number=0, job_name="r", size=2, job_id="retry"),),
    )  # fmt: skip
    return replace(a_run(), rows=rows, waves=(first, second))


STORE = Bucket(Objects(), "bucket")


def test_a_container_is_known_by_its_row() -> None:
    labels = Labels(run(10_000, 10_000, 1, rows=20_001), STORE)
    assert [labels(each) for each in ("job0:0", "job0:17", "job1:3", "job2")] == [
        "#0",
        "#17",
        "#10003",
        "#20000",
    ]


def test_a_packed_container_is_known_by_its_first_and_last_row() -> None:
    labels = Labels(run(3, rows=25, pack=10), STORE)
    assert [labels(f"job0:{index}") for index in range(3)] == ["#0-9", "#10-19", "#20-24"]


def test_a_container_of_a_retry_is_known_by_the_rows_of_its_map() -> None:
    labels = Labels(run(10_000, 10_000, rows=20_000, map_="map"), STORE)
    assert [labels(each) for each in ("job0:9", "retry:0", "retry:1")] == ["#9", "#3-7", "#9-12345"]


def test_a_map_that_is_cut_off_is_named() -> None:
    longer = run(10_000, 10_000, rows=20_000, map_="map")
    first, second = longer.waves
    labels = Labels(replace(longer, waves=(first, replace(second, rows=5))), STORE)
    with pytest.raises(AwsError, match="map is damaged: it has 4 rows, and the wave 5"):
        labels("retry:0")


def test_a_run_of_one_container_needs_no_label() -> None:
    assert Labels(run(1, rows=1), STORE)("job0") == ""
    assert Labels(run(2, rows=2), STORE)("of-another-run:3") == ""
