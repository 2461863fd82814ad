"""Rows as records: in order, with their columns, and whatever somebody wrote into the bucket."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest
from results_bucket import Bucket, document

from fargo.aws.patience import Patience
from fargo.errors import AwsError, AwsUnreachable
from fargo.model import naming
from fargo.model.run import Run
from fargo.results import RowResult, RowState, Standing, Summing, measured, records, standing
from fargo.results.records import Measured
from fargo.results.rowset import RowSet


def read(bucket: Bucket, run: Run, **how: Any) -> list[RowResult]:
    store = bucket.store()
    return list(records(store, run, standing(store, run), **how))


def test_rows_come_in_order_each_with_its_columns(bucket: Bucket) -> None:
    run = bucket.run(3000, [{"name": f"photo {row}", "größe": str(row * 7)} for row in range(3000)])
    bucket.results(run, range(0, 3000, 3))
    bucket.results(run, range(1, 3000, 3), exit_code=9, signal=None)
    found = read(bucket, run)
    assert [each.row for each in found] == list(range(3000))
    assert all(each.columns == {"name": f"photo {each.row}", "größe": str(each.row * 7)} for each in found)
    assert [each.state for each in found[:3]] == [RowState.SUCCEEDED, RowState.FAILED, RowState.MISSING]
    assert [each.measured and each.measured.exit_code for each in found[:3]] == [0, 9, None]


def test_far_and_few_rows_are_read_without_the_rest(bucket: Bucket) -> None:
    run = bucket.run(20_000, [{"n": str(row), "text": "x" * 60} for row in range(20_000)])
    rows = [0, 1, 8191, 8192, 12_345, 19_999]
    found = read(bucket, run, rows=rows)
    assert [(each.row, each.columns["n"]) for each in found] == [(row, str(row)) for row in rows]


def test_a_row_longer_than_a_piece_of_the_manifest_is_whole(bucket: Bucket) -> None:
    long = "ü" * 2_000_000
    run = bucket.run(3, [{"t": "a"}, {"t": long}, {"t": "b"}])
    assert [each.columns["t"] for each in read(bucket, run)] == ["a", long, "b"]


def test_the_success_is_read_where_a_row_failed_before(bucket: Bucket) -> None:
    run = bucket.run(1)
    bucket.result(run, 0, exit_code=137, seconds=9.0)
    bucket.result(run, 0, seconds=2.0, wave=2, attempt=3)
    (found,) = read(bucket, run)
    assert found.state is RowState.SUCCEEDED
    assert found.measured is not None
    assert (found.measured.seconds, found.measured.wave, found.measured.attempt) == (2.0, 2, 3)


def test_what_rows_measured_is_read_of_a_sample_without_asking_how_the_others_stand(bucket: Bucket) -> None:
    run, store = bucket.run(10), bucket.store()
    assert list(measured(store, run.id, range(10))) == []
    bucket.result(run, 2, seconds=2.0)
    bucket.result(run, 4, exit_code=1, seconds=4.0)
    bucket.put(naming.result_key(run.id, 6), b"{")
    found = measured(store, run.id, range(0, 10, 2))
    assert [(each.row, each.seconds) for each in found] == [(2, 2.0), (4, 4.0)]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is damaged"),
        (b"{", "is damaged"),
        (b"[]", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[" * 100_000, "is damaged"),
        (b'{"row": "0"}', "is damaged"),
        (b'{"row": 0, "seconds": "long"}', "is damaged"),
        (b'{"row": 0, "seconds": NaN}', "is damaged"),
        (b'{"row": 0, "cpu_seconds": 1e999, "problem": "\\udcff"}', "is damaged"),
        (b'{"row": 0, "outputs": [{"key": "k", "size": -1, "sha256": ""}]}', "is damaged"),
        (b'{"row": 7}', "it is of row 7"),
    ],
)
def test_a_damaged_result_is_a_sentence(bucket: Bucket, body: bytes, why: str) -> None:
    run = bucket.run(2)
    bucket.put(naming.result_key(run.id, 0), body)
    bucket.results(run, [1])
    first, second = read(bucket, run)
    assert first.damaged.startswith(naming.result_key(run.id, 0))
    assert why in first.damaged
    assert first.measured is None
    assert second.measured is not None


def test_a_result_that_went_after_the_listing_is_a_sentence(bucket: Bucket) -> None:
    run = bucket.run(1)
    found = Standing(1, RowSet(1, [0]), RowSet(1))
    (only,) = records(bucket.store(), run, found)
    assert "was listed, and is gone" in only.damaged


def test_what_a_newer_runner_adds_is_passed_over(bucket: Bucket) -> None:
    run = bucket.run(2)
    host = {"name": "ip-10-0-0-1", "cpu": "Graviton", "arch": "aarch64", "zone": "a"}
    bucket.result(run, 0, host=host, weather={"rain": [1]})
    bucket.result(run, 1, host="ip-10-0-0-2")
    first, second = read(bucket, run)
    assert (first.host.name, first.host.cpu, first.host.arch) == ("ip-10-0-0-1", "Graviton", "aarch64")
    assert (second.host.name, second.host.arch) == ("ip-10-0-0-2", "")


def test_a_problem_with_a_name_that_is_no_utf_8_is_read(bucket: Bucket) -> None:
    run = bucket.run(1)
    bucket.result(run, 0, exit_code=125, problem="out/\udcff cannot be read")
    (found,) = read(bucket, run)
    assert (found.damaged, found.problem) == ("", "out/\udcff cannot be read")


def test_a_damaged_manifest_is_named_with_its_row(bucket: Bucket) -> None:
    run = bucket.run(2, [{"n": "0"}, {"n": "1"}])
    bucket.put(naming.manifest_key(run.id), b'{"n": "0"}\n{"n":  1 }\n')
    with pytest.raises(AwsError, match=r"manifest.jsonl is damaged in row 1"):
        read(bucket, run)
    bucket.put(naming.manifest_key(run.id), b"")
    with pytest.raises(AwsError, match=r"manifest.jsonl is damaged in row 0"):
        read(bucket, run)
    for index in (b"12345678", b""):
        bucket.put(naming.index_key(run.id), index)
        with pytest.raises(AwsError, match=r"manifest.idx is damaged"):
            read(bucket, run)


@pytest.fixture
def faults(bucket: Bucket) -> "Any":
    def put(*them: dict[str, Any]) -> None:
        request = Request(f"{bucket.endpoint}/_fargo/faults", json.dumps(them).encode(), method="PUT")
        with urlopen(request, timeout=60):
            pass

    yield put
    put()


def test_throttling_is_waited_out(bucket: Bucket, faults: Callable[..., None]) -> None:
    run = bucket.run(300)
    bucket.results(run, range(300))
    faults({"service": "s3", "operation": "GetObject", "kind": "throttle", "rate": 0.1, "seed": 3})
    store = bucket.store(attempts=6)
    assert sum(each.measured is not None for each in records(store, run, standing(store, run))) == 300


def test_no_network_in_the_middle_is_a_sentence_and_what_was_read_is_kept(
    bucket: Bucket, faults: Callable[..., None]
) -> None:
    run = bucket.run(600)
    bucket.results(run, range(600))
    store = bucket.store(attempts=1)
    found = records(store, run, standing(store, run))
    faults({"service": "s3", "operation": "GetObject", "kind": "drop_request", "after": 300})
    had: list[int] = []
    with pytest.raises(AwsUnreachable, match="GetObject"):
        had.extend(each.row for each in found)
    assert had == list(range(len(had)))


class Endless:
    """A bucket in which every row succeeded: memory is measured without a server's."""

    threads = staticmethod(Patience().threads)

    def get(self, key: str) -> bytes:
        row = int(key.rpartition("/")[2].removesuffix(".json"))
        return json.dumps(document(row, seconds=row % 100 + 0.5)).encode()


def test_memory_does_not_grow_with_the_rows(bucket: Bucket) -> None:
    def peak(rows: int) -> int:
        run, summing = bucket.run(rows), Summing()
        everything = Standing(rows, ~RowSet(rows), RowSet(rows))
        tracemalloc.start()
        for each in records(Endless(), run, everything):  # type: ignore[arg-type] # all of it that is used
            summing.add(each)
        measured = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert summing.summary().rows == rows
        return measured

    peak(500)
    assert peak(20_000) < 1.5 * peak(2000)


def test_a_summary_is_within_a_percent_of_the_truth() -> None:
    summing = Summing()
    for row in range(10_000):
        fields = document(row, seconds=(row + 1) / 10, peak_memory_bytes=row, bytes_out=2)
        names = Measured.__struct_fields__
        measured = Measured(**{name: value for name, value in fields.items() if name in names})
        summing.add(RowResult(row=row, state=RowState.SUCCEEDED, measured=measured))
    summing.add(RowResult(row=10_000, state=RowState.MISSING))
    found = summing.summary()
    assert (found.rows, found.succeeded, found.missing, found.bytes_out) == (10_001, 10_000, 1, 20_000)
    assert found.median_seconds == pytest.approx(500, rel=0.011)
    assert found.p95_seconds == pytest.approx(950, rel=0.011)
    assert (found.max_seconds, found.peak_memory_bytes) == (1000, 9999)
    assert found.cpu_seconds == pytest.approx(5000)


def test_a_summary_of_nothing_is_zeros() -> None:
    found = Summing().summary()
    assert (found.rows, found.median_seconds, found.max_seconds) == (0, 0, 0)
