"""Money in words and tables: side by side, and honest about samples and what nobody knows."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, a_run
from rich.console import Console

from fargo.cost import Task, actual, expected
from fargo.model.fargate import Architecture, Size
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import Chunk, RunSnapshot
from fargo.sizing import Advice, Used
from fargo.spending import By, RunCost, Sum
from fargo.view import cost, text

TASK = Task(size=Size(1, 2048), architecture=Architecture.X86_64)


def _found(
    count: int = 10, looked_at: int = 10, *, state: JobState = JobState.SUCCEEDED, seconds: float = 0.0
) -> RunCost:
    chunk = Chunk(number=0, job_name="c", job_id="a", size=count)
    run = a_run()
    run = replace(
        run, rows=count, waves=(replace(run.last, vcpu=1, memory_mib=2048, rows=count, chunks=(chunk,)),)
    )
    run = replace(run, row_seconds=seconds, row_seconds_by="--expect" if seconds else "")
    counts = ((JobState.SUCCEEDED, count),)
    array = Job(id="a", name="n", state=state, size=count, counts=counts)
    tries = (Attempt(started=NOW, stopped=NOW + timedelta(seconds=580)),)
    jobs = [Job(id=f"a:{n}", name="n", state=JobState.SUCCEEDED, attempts=tries) for n in range(looked_at)]
    snapshot = RunSnapshot(run=run, at=NOW + timedelta(hours=1), jobs=(array,))
    return RunCost(state=snapshot, cost=actual(snapshot, jobs, lambda _: TASK), expected=expected(run, TASK))


def _drawn(renderable: Any) -> str:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_estimate_stands_beside_the_actual() -> None:
    shown = _drawn(cost.run_table(_found(1_000, 1_000, seconds=580)))
    assert "ESTIMATE  ACTUAL" in shown.replace("       ", " ").replace("   ", "  ")
    assert "about $8.23" in shown
    assert " $8.23" in shown.replace("about $8.23", "")


def test_the_estimate_says_what_it_rests_on_and_on_the_local_aws_that_it_is_of_aws() -> None:
    unknown, known = _found(1), _found(2, seconds=580)
    assert cost.estimate_line(unknown.expected, unknown.state.run, "prices") == (
        "at least $0.00082: 1 container of 1 vCPU, 2 GiB, 1m00 (--expect 30s tells more); prices"
    )
    assert cost.estimate_line(unknown.expected, unknown.state.run, "prices", local=True) == (
        "on AWS at least $0.00082: 1 container of 1 vCPU, 2 GiB, 1m00; prices"
    )
    told = cost.estimate_line(known.expected, known.state.run, "prices", local=True)
    assert told == "on AWS about $0.016: 2 containers of 1 vCPU, 2 GiB, 10m00 each, by --expect; prices"


def test_a_sample_is_said_to_be_one_and_the_rest_counts_like_it() -> None:
    found = _found(1_000, 100, seconds=580)
    rows = {name: (was, now) for name, was, now in cost.compared(found)}
    assert rows["cost"] == ("about $8.23", "about $8.23")
    assert rows["attempts"] == ("1,000", "100 of 100 containers")
    assert dict(cost.notes(found))["actual"].endswith("a sample: 100 of 1,000 containers")


def test_what_goes_on_is_so_far() -> None:
    shown = _drawn(cost.run_table(_found(state=JobState.PENDING)))
    assert "SO FAR" in shown
    assert "at least $0.0082" in shown


def test_what_nobody_knows_is_said() -> None:
    found = _found(looked_at=0)
    assert {name: now for name, _, now in cost.compared(found)}["cost"] == "not known"
    assert dict(cost.notes(found))["actual"] == cost.NOTHING
    assert cost.total_line([found]) == "no container of a run has started"
    assert "1 run more: no container started" in cost.total_line([found, _found()])


def _advice(
    now: Size, size: Size, *, saved: float = 0.0, measured: int = 20, killed: int = 0, read: int = 1_000
) -> Advice:
    used = Used(rows=1_000, read=read, measured=measured, busy_vcpus=0.2)
    return Advice(
        now=now, size=size, peak_memory_mib=700, busy_vcpus=0.2, killed=killed, saved=saved, used=used
    )


@pytest.mark.parametrize(
    ("advice", "words"),
    [
        (_advice(Size(1, 2048), Size(0.25, 1024), saved=1.5), "0.25 vCPU, 1 GiB would have saved $1.50, with 20% to spare"),
        (_advice(Size(1, 2048), Size(1, 4096), saved=-0.5, killed=3), "1 vCPU, 4 GiB would have cost $0.50 more, with 20% to spare"),
        (_advice(Size(1, 2048), Size(1, 2048)), "1 vCPU, 2 GiB is the cheapest that holds, with 20% to spare"),
        (_advice(Size(1, 2048), Size(0.25, 1024), read=600), "0.25 vCPU, 1 GiB would have saved $0.00, with 20% to spare; 400 rows were not looked at, and may want more"),
        (_advice(Size(1, 2048), Size(0.25, 1024), measured=3), "too few rows were measured to go by"),
        (None, "no row left a measurement: nobody can tell what was needed"),
    ],
)  # fmt: skip
def test_a_size_is_advised_or_said_why_not(advice: Advice | None, words: str) -> None:
    assert dict(cost.advice_rows(advice, _found().cost))["size"] == words


def test_what_ran_out_of_memory_is_counted() -> None:
    (used, *_) = cost.advice_rows(_advice(Size(1, 2048), Size(1, 4096), killed=3), None)
    assert used == (
        "used",
        "of 1 vCPU, 2 GiB: 0.20 vCPU, 700 MiB at the most, measured in 20 of 1,000 rows; 3 ran out of memory",
    )


@pytest.mark.parametrize(("by", "head"), [(By.RUN, ["RUN", "COST"]), (By.DAY, ["DAY", "RUNS", "COST"])])
def test_amounts_are_a_table(by: By, head: list[str]) -> None:
    shown = _drawn(cost.sums_table([Sum("a", 1.5, 2, True)], by)).split("\n")
    assert shown[0].split() == head
    assert shown[1].split()[-2:] == ["about", "$1.50"]


@pytest.mark.parametrize(
    ("dollars", "words"), [(0, "$0.00"), (0.00001, "<$0.0001"), (0.0049, "$0.0049"), (43.8, "$43.80"), (1234.5, "$1,234.50")]
)  # fmt: skip
def test_money_is_as_close_as_it_matters(dollars: float, words: str) -> None:
    assert text.money(dollars) == words
