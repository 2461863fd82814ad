"""The size that would have been enough: what was measured, a margin, and never an advice on thin ground."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, a_run

from fargo.cost import Actual, Task, actual
from fargo.model.fargate import Architecture, Size
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import Chunk, Run, RunSnapshot
from fargo.results import Measured
from fargo.sizing import Advice, Used, advise, used

MIB = 1024 * 1024
HOUR = timedelta(hours=1)


def _run(vcpu: float = 2, memory_mib: int = 8192, *, rows: int = 100, workers: int = 1) -> Run:
    run = a_run()
    chunk = Chunk(number=0, job_name="c", job_id="j", size=1)
    wave = replace(
        run.last, vcpu=vcpu, memory_mib=memory_mib, rows=rows, workers=workers, pack=workers, chunks=(chunk,)
    )
    return replace(run, rows=rows, waves=(wave,))


def _rows(count: int = 20, *, mib: int = 900, busy: float = 0.3, **more: Any) -> list[Measured]:
    return [
        Measured(row=row, seconds=10.0, cpu_seconds=busy * 10, peak_memory_bytes=mib * MIB, **more)
        for row in range(count)
    ]


def _job(reason: str = "") -> Job:
    state = JobState.FAILED if reason else JobState.SUCCEEDED
    tries = (Attempt(started=NOW, stopped=NOW + HOUR, reason=reason),)
    return Job(id="j", name="n", state=state, attempts=tries)


def _cost(run: Run, job: Job) -> Actual:
    task = Task(size=Size(run.last.vcpu, run.last.memory_mib), architecture=Architecture.X86_64)
    found = actual(RunSnapshot(run=run, at=NOW + HOUR, jobs=(job,)), [job], lambda _: task)
    assert found
    return found


def _advise(run: Run, rows: list[Measured], *, reason: str = "") -> Advice:
    job = _job(reason)
    found = advise(used(rows, run), run, [job], _cost(run, job))
    assert found
    return found


def test_the_cheapest_size_that_would_have_held_with_its_margin_and_what_it_saves() -> None:
    found = _advise(_run(), _rows())
    assert (found.now, found.size) == (Size(2, 8192), Size(0.5, 2048))
    assert found.lines == ("vcpu = 0.5", 'memory = "2 GiB"')
    # An hour and 20 seconds of 2 vCPU and 8 GiB, less as long of 0.5 vCPU and 2 GiB.
    assert found.saved == pytest.approx(3620 / 3600 * (1.5 * 0.04048 + 6 * 0.004445))
    assert (found.changes, found.enough, found.killed) == (True, True, 0)


@pytest.mark.parametrize(
    ("busy", "size"),
    [(0.2, Size(0.25, 2048)), (0.22, Size(0.5, 2048)), (0.9, Size(2, 4096)), (1.9, Size(2, 4096)), (2.4, Size(2, 4096))],
)  # fmt: skip
def test_never_fewer_vcpus_than_rows_kept_busy(busy: float, size: Size) -> None:
    assert _advise(_run(), _rows(busy=busy)).size == size


def test_a_few_busier_rows_do_not_decide_but_the_hungriest_does() -> None:
    rows = [*_rows(99, busy=0.1, mib=100), *_rows(1, busy=1.9, mib=3_000)]
    assert _advise(_run(), rows).size == Size(0.5, 4096)


def test_rows_that_run_at_once_are_counted_together() -> None:
    found = _advise(_run(4, 16384, workers=4), _rows(busy=0.5, mib=500))
    assert (found.busy_vcpus, found.peak_memory_mib) == (2.0, 2032)
    assert found.size == Size(4, 8192)


def test_rows_that_nearly_ran_out_are_given_more() -> None:
    found = _advise(_run(0.25, 1024), _rows(busy=0.1, mib=1_000))
    assert found.size == Size(0.25, 2048)
    assert found.saved < 0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "OutOfMemoryError: Container killed due to memory usage"),
        (_rows(3, mib=1_000, signal=9), ""),
    ],
)
def test_what_ran_out_of_memory_is_given_a_half_more_however_little_was_measured(
    rows: list[Measured], reason: str
) -> None:
    found = _advise(_run(0.25, 1024), rows, reason=reason)
    assert found.killed
    assert (found.size, found.changes) == (Size(0.25, 2048), True)


def test_vcpus_that_nobody_measured_stay() -> None:
    found = _advise(_run(2, 4096), [], reason="OutOfMemoryError: Container killed due to memory usage")
    assert (found.size, found.busy_vcpus) == (Size(2, 6144), None)


def test_a_row_that_was_killed_with_little_memory_did_not_run_out_of_it() -> None:
    assert used(_rows(3, mib=100, signal=9), _run()).killed == {}


def test_too_few_rows_are_no_ground_for_an_advice_but_all_of_a_small_run_are() -> None:
    few = _advise(_run(), _rows(9))
    assert (few.enough, few.changes, few.used.measured) == (False, False, 9)
    assert _advise(_run(rows=2), _rows(2)).changes


def test_nothing_measured_is_no_advice() -> None:
    run, job = _run(), _job()
    assert advise(used([], run), run, [job], _cost(run, job)) is None
    assert used([Measured(row=0)], run) == Used(rows=100, read=100)


def test_each_row_counts_with_the_workers_and_the_memory_of_its_own_wave() -> None:
    run = _run(4, 8192, rows=40, workers=4)
    retried = replace(run, waves=(run.last, replace(run.last, number=2, workers=1, pack=1, rows=1)))
    rows = [*_rows(39, mib=1500, busy=0.9), *_rows(1, mib=1500, busy=0.9, wave=2)]
    found = used(rows, retried)
    assert (found.container_mib, found.busy_vcpus) == (4 * 1500 + 32, pytest.approx(3.6))
    assert _advise(retried, rows).size == Size(4, 8192)
    # Eight times the memory went well in wave 1; what died had 2 GiB.
    large, small = _run(2, 8192).last, replace(_run(2, 2048).last, number=2)
    killed = replace(_run(2, 8192), waves=(large, small))
    died = [*_rows(20, mib=400), *_rows(1, mib=2040, signal=9, wave=2)]
    assert used(died, killed).killed == {2: 1}
    assert _advise(killed, died).size.memory_mib == 3072


def test_a_sample_is_said_to_be_one() -> None:
    assert used(_rows(20), _run(), read=20).sample
    assert not used(_rows(20), _run()).sample


def test_what_fargate_does_not_offer_is_not_advised() -> None:
    run, job = _run(16, 122_880), _job("OutOfMemoryError: Container killed due to memory usage")
    grown = replace(run, waves=(replace(run.last, vcpu=32, memory_mib=249_856),))
    assert advise(used([], grown), grown, [job], _cost(grown, job)) is None


def test_a_size_that_fits_stays() -> None:
    found = _advise(_run(0.5, 2048), _rows())
    assert (found.changes, found.saved) == (False, 0)
