"""Which lines the table has: order, groups, open arrays, columns."""

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from fargo.model.job import Job, JobState
from fargo.monitor.board import Board, short_name
from fargo.monitor.column import fit
from fargo.monitor.columns import columns
from fargo.monitor.listing import Kind, Listing, Settings, children_listing, jobs_listing
from fargo.monitor.screens.job import definition_lines
from fargo.watch import JobsSeen

T0 = datetime(2026, 6, 12, 14, 20, tzinfo=UTC)


def board_of(*jobs: Job) -> Board:
    board = Board()
    board.take(JobsSeen(feed="jobs", at=T0, jobs=jobs))
    return board


def job(name: str, ago: float = 0, state: JobState = JobState.RUNNING, **more: object) -> Job:
    created = T0 - timedelta(seconds=ago)
    return Job(id=str(more.pop("id", name)), name=name, state=state, created=created, **more)  # type: ignore[arg-type]


def ids(found: Listing) -> list[str]:
    return [line.job_id for line in found.lines if line.kind in (Kind.JOB, Kind.CHILD)]


def test_the_newest_stand_first() -> None:
    board = board_of(job("old", 60), job("new", 1), job("middle", 30))
    assert ids(jobs_listing(board, Settings())) == ["new", "middle", "old"]
    assert ids(jobs_listing(board, Settings(reverse=True))) == ["old", "middle", "new"]


def test_what_has_no_value_in_a_column_stands_last_whichever_way_it_is_sorted() -> None:
    board = board_of(job("a", exit_code=1), job("b"), job("c", exit_code=137))
    assert ids(jobs_listing(board, Settings(sort="exit"))) == ["c", "a", "b"]
    assert ids(jobs_listing(board, Settings(sort="exit", reverse=True))) == ["a", "c", "b"]


@pytest.mark.parametrize(
    "sort",
    [
        "age",
        "id",
        "name",
        "queue",
        "status",
        "progress",
        "queued",
        "start",
        "run",
        "exit",
        "try",
        "reason",
        "state",
    ],
)
def test_every_column_can_be_sorted_by(sort: str) -> None:
    board = board_of(
        job("a", 3, started=T0),
        job("b", 2, JobState.RUNNABLE),
        job("c", 1, JobState.FAILED, reason="x", exit_code=1),
    )
    assert sorted(ids(jobs_listing(board, Settings(sort=sort)))) == ["a", "b", "c"]


def array(failed: int = 2, running: int = 50, ok: int = 100) -> Board:
    counts = ((JobState.RUNNING, running), (JobState.SUCCEEDED, ok), (JobState.FAILED, failed))
    parent = job("array", state=JobState.PENDING, size=200, counts=counts)
    states = [JobState.FAILED] * failed + [JobState.RUNNING] * running + [JobState.SUCCEEDED] * ok
    random.Random(1).shuffle(states)
    children = [job("array", state=state, id=f"array:{index}") for index, state in enumerate(states)]
    return board_of(parent, *children)


def test_an_open_array_shows_what_failed_then_what_runs_and_how_many_more_there_are() -> None:
    board = array()
    found = jobs_listing(board, Settings(open={"array"}))
    states = [board.store.jobs[each].state for each in ids(found)[1:]]
    assert states == [JobState.FAILED] * 2 + [JobState.RUNNING] * 3
    assert found.lines[-1].kind is Kind.MORE
    assert found.lines[-1].words == "47 run  100 ok"


def test_children_of_an_array_stand_failed_first_then_by_index() -> None:
    board = array(failed=3)
    found = ids(children_listing(board, "array", Settings(sort="state")))
    states = [board.store.jobs[each].state for each in found]
    assert states == [JobState.FAILED] * 3 + [JobState.RUNNING] * 50 + [JobState.SUCCEEDED] * 100
    indexes = [int(each.partition(":")[2]) for each in found[3:53]]
    assert indexes == sorted(indexes)


def test_failed_only_shows_arrays_with_failures_and_of_these_the_failures() -> None:
    board = array()
    found = jobs_listing(board, Settings(failed_only=True, open={"array"}))
    assert found.shown == 1
    assert len(ids(found)) == 3


def test_groups_have_a_line_each() -> None:
    board = board_of(
        job("a", definition="x/one:1"), job("b", definition="x/two:1"), job("c", definition="x/one:1")
    )
    found = jobs_listing(board, Settings(group="definition"))
    assert [line.words for line in found.lines if line.kind is Kind.GROUP] == [
        "one:1 · 2 jobs",
        "two:1 · 1 job",
    ]
    assert ids(found) == ["a", "c", "b"]


def test_the_filter_counts_what_it_leaves() -> None:
    found = jobs_listing(board_of(job("align"), job("sort")), Settings(words="align"))
    assert (found.shown, found.total) == (1, 2)


def test_a_hundred_thousand_jobs_are_listed_in_a_part_of_a_second() -> None:
    board = board_of(*(job(f"job-{n}", n) for n in range(100_000)))
    jobs_listing(board, Settings())
    begin = time.process_time()
    jobs_listing(board, Settings(words="job-9"))
    assert time.process_time() - begin < 2  # 0.2 s on a quiet machine


@pytest.mark.parametrize("width", [40, 60, 72, 80, 81, 99, 100, 110, 120, 139, 140, 160, 200, 300])
def test_columns_never_take_more_than_there_is(width: int) -> None:
    placed = columns(width)
    last = placed[-1]
    assert last.x + last.width < max(width, 60)
    for one, next_ in pairwise(placed):
        assert one.x + one.width + 1 == next_.x
    names = {each.column.name for each in placed}
    assert names >= {"name", "status", "progress", "run", "exit"}


def test_columns_go_from_the_right_of_importance() -> None:
    def names(width: int) -> list[str]:
        return [each.column.name for each in columns(width)]

    assert names(60) == ["name", "status", "progress", "run", "exit"]
    assert names(80) == ["name", "status", "progress", "queued", "run", "exit"]
    assert names(160) == [
        "id",
        "name",
        "queue",
        "status",
        "progress",
        "queued",
        "start",
        "run",
        "exit",
        "try",
        "reason",
    ]


def test_text_is_fitted_by_the_cells_it_takes() -> None:
    assert fit("日本語テキスト", 7) == "日本語…"
    assert fit("日本", 6) == "日本  "
    assert fit("12s", 6, right=True) == "   12s"
    assert fit("abcdef", 4, dots="~") == "abc~"


def test_names_of_fargo_s_jobs_are_shown_without_what_their_run_says() -> None:
    name = "align-hg38-260612-142000-k3f9-w1-c0"
    assert short_name(job(name)) == "align-hg38-k3f9"
    assert short_name(job(name.replace("w1-c0", "w2-c3"))) == "align-hg38-k3f9 w2 c3"
    assert short_name(job("thumbs")) == "thumbs"
    assert short_name(job("x", id="p:17")) == "#17"


def test_what_a_job_waits_for_is_a_run_where_it_is_known_and_else_a_job() -> None:
    raw = {"dependsOn": [{"jobId": "a1"}, {"jobId": "a2"}, {"jobId": "b1", "type": "N_TO_N"}]}
    lines = definition_lines(raw, {"a1": "simulate-1", "a2": "simulate-1"})
    assert [line.plain.split(maxsplit=1)[1] for line in lines if line] == ["simulate-1", "b1 (N_TO_N)"]
