"""Keys that come faster than screens, answers that come alone, files that cannot be believed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import a_run
from monitor_driving import Driven, drive
from textual import events

from fargo.cli.monitor import make_app
from fargo.errors import AwsUnreachable
from fargo.local.state import StateDir
from fargo.model.job import Job, JobState
from fargo.monitor.app import utc_now
from fargo.monitor.board import Board
from fargo.monitor.cache import Cache
from fargo.monitor.demo import DemoSource
from fargo.monitor.detail import detail
from fargo.monitor.look import Look
from fargo.monitor.polling import Told
from fargo.monitor.source import Title
from fargo.watch import Condition, JobsSeen, RoundOver, RunsSeen

NOW = datetime(2026, 5, 4, 14, 20, tzinfo=UTC)
TITLE = Title(project="p", region="r", account_id="1", target="aws")


@pytest.mark.parametrize(("menu", "letter"), [("s", "n"), ("c", "i")])
def test_a_letter_that_is_typed_twice_closes_the_menu_alone(menu: str, letter: str) -> None:
    async def steps(driven: Driven) -> None:
        await driven.press(menu)
        for _ in range(3):
            driven.app.screen.post_message(events.Key(letter, letter))
        await driven.pilot.pause()
        await driven.press("down")
        assert "NAME" in driven.text
        assert len(driven.app.screen_stack) == 2

    drive(steps)


def test_marks_that_the_filter_hides_are_named_before_they_are_stopped() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("call-variants")
        await driven.press("space", "slash", *"annotate", "enter", "x")
        assert "hidden by the filter: 1 of these 1" in driven.text
        await driven.press("escape")

    drive(steps)


def test_what_is_acted_on_keeps_the_cursor() -> None:
    async def steps(driven: Driven) -> None:
        first = driven.cursor
        await driven.press("e", "escape")
        for _ in range(20):
            await driven.poll(60)
        assert driven.cursor == first

    drive(steps)


def _jobs(feed: str, *jobs: Job, last: bool = True) -> JobsSeen:
    return JobsSeen(feed=feed, at=NOW, jobs=jobs, last=last)


def test_nothing_is_called_live_before_every_queue_has_told_all() -> None:
    board = Board()
    board.expected, board.scope = frozenset({"a", "b"}), (("a", 15.0), ("b", 15.0))
    board.cached = NOW - timedelta(hours=3)
    board.take(RunsSeen(feed="runs", at=NOW, runs=()))
    board.take(_jobs("a", Job(id="1", name="n", state=JobState.RUNNING), last=False))
    assert (board.age(NOW).condition, board.cached) == (Condition.WAITING, NOW - timedelta(hours=3))
    board.take(RoundOver(feed="a", at=NOW))
    assert board.cached is not None
    board.take(RoundOver(feed="b", at=NOW))
    assert (board.age(NOW).condition, board.cached) == (Condition.LIVE, None)


def test_of_an_array_no_times_are_told_while_those_that_succeeded_are_not_listed() -> None:
    board = Board()
    counts = ((JobState.SUCCEEDED, 9), (JobState.FAILED, 1))
    array = Job(id="a", name="n", state=JobState.FAILED, size=10, counts=counts, created=NOW)
    times: dict[str, Any] = {"created": NOW, "started": NOW, "stopped": NOW + timedelta(seconds=1)}
    failed = Job(id="a:0", name="n", state=JobState.FAILED, **times)
    board.take(_jobs("a", array, failed))
    lines = [line.plain for line in detail(array, board, TITLE, Look(), NOW, 80)]
    assert not any("each ran" in line or "last end" in line for line in lines)
    good = [replace(failed, id=f"a:{index}", state=JobState.SUCCEEDED) for index in range(1, 10)]
    board.take(_jobs("a", *good))
    lines = [line.plain for line in detail(array, board, TITLE, Look(), NOW, 80)]
    assert any("each ran" in line for line in lines)


@pytest.mark.parametrize(
    "changed",
    [{"version": 99}, {"at": "2026-01-02T03:04:05"}, {"at": "2999-01-02T03:04:05Z"}],
    ids=["another version", "a time of no zone", "the future"],
)
def test_a_snapshot_that_cannot_be_believed_is_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    cache, board = Cache(TITLE, tmp_path), Board()
    board.take(_jobs("a", Job(id="1", name="n", state=JobState.RUNNING, created=NOW)))
    cache.save(board)
    kept = json.loads(cache.file.read_text())
    for content, jobs in ((kept, 1), (kept | changed, 0)):
        cache.file.write_text(json.dumps(content))
        found = Board()
        cache.load(found)
        assert len(found.store.jobs) == jobs


def test_a_run_whose_jobs_nobody_knows_is_not_retried_blindly() -> None:
    async def steps(driven: Driven) -> None:
        run = a_run("not-known")
        driven.app.face.ask_retry(run)  # type: ignore[union-attr]
        await driven.pilot.pause()
        assert f"`fargo retry {run.id}` reads its results" in driven.text.replace("\n", "")
        assert len(driven.app.screen_stack) == 2

    drive(steps, (160, 45))


def test_once_aws_answers_one_feed_again_the_others_are_asked_at_once() -> None:
    async def steps(driven: Driven) -> None:
        for feed in ("jobs", "queues"):
            await driven.trouble(AwsUnreachable("no network", operation="DescribeJobs"), feed=feed)
        driven.turns.hurried.clear()
        driven.app.told(Told(_jobs("jobs")))
        assert set(driven.turns.hurried) >= {"jobs", "queues"}

    drive(steps)


def test_the_command_that_helps_is_told_whole_where_there_is_little_room() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        job = driven.app.board.store.jobs[driven.cursor]
        run = driven.app.board.run(job)
        assert run
        lines = detail(job, driven.app.board, TITLE, Look(), NOW, 36)
        assert all(line.cell_len <= 36 for line in lines)
        assert f"fargo explain {run.id}" in " ".join(line.plain.strip() for line in lines)

    drive(steps)


def test_what_a_local_aws_has_forgotten_is_forgotten_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept = {}
    for target in ("local", "aws"):
        source = DemoSource(utc_now, read_only=False)
        source.title = replace(TITLE, target=target)
        app = make_app(source, only_ascii=False, cached=True)
        assert app._cache is not None
        app._cache.file.parent.mkdir(parents=True)
        app._cache.file.write_text("{}")
        kept[target] = app._cache.file
    StateDir.default().clear()
    assert {target: file.exists() for target, file in kept.items()} == {"local": False, "aws": True}
