"""Logs and API calls in the monitor itself, driven by keys."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fargo.aws.journal import Call
from fargo.monitor.app import MonitorApp
from fargo.monitor.demo import DemoSource
from fargo.monitor.logpane import LogPane, Prompt
from fargo.monitor.logview import LogView
from fargo.monitor.screens.calls import CallsScreen
from fargo.monitor.screens.logs import LogsScreen
from fargo.watch import JobsSeen

T0 = datetime(2026, 1, 1, 14, 20, tzinfo=UTC)
PATIENCE = 400


def drive(
    steps: Callable[[Pilot[None], MonitorApp], Awaitable[None]], size: tuple[int, int] = (100, 30)
) -> None:
    """The monitor on the demonstration, which stands still; its board knows all jobs."""

    async def run() -> None:
        source = DemoSource(lambda: T0, throttling=False)
        app = MonitorApp(source, now=lambda: T0, environ={}, polling=False)
        async with app.run_test(size=size) as pilot:
            for run in source.runs():
                app.board.take(JobsSeen(feed="test", at=T0, jobs=source.batch.describe(run.job_ids)))
            await steps(pilot, app)

    asyncio.run(run())


def job_id(app: MonitorApp, name: str) -> str:
    return next(job.id for job in app.board.store.jobs.values() if job.name.startswith(name))


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what a thread brings."""
    for _ in range(PATIENCE):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError("it never came true")


async def logs(pilot: Pilot[None], app: MonitorApp, wanted: str) -> LogView:
    app.open("logs", wanted)
    await pilot.pause()
    assert isinstance(app.screen, LogsScreen)
    view = app.screen.query_one(LogView)
    await until(pilot, lambda: len(view.ring) > 0 or view.instead.startswith("no lines"))
    return view


def title(app: MonitorApp) -> str:
    return app.screen.query_one(LogPane).query_one("#log-title").visual.plain  # type: ignore[attr-defined,no-any-return]


def test_an_array_is_read_whole_and_each_line_says_whose_it_is() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        view = await logs(pilot, app, job_id(app, "align"))
        prefixes = {each.prefix for _, each in view.ring.numbered()}
        assert len(prefixes) > 10
        assert all(prefix.startswith("#") for prefix in prefixes)
        assert title(app).startswith(" Log · align-hg38-k3f9 · follow on · wrap off · ")

    drive(steps)


def test_one_child_is_read_alone_and_with_its_siblings_and_alone_again() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        view = await logs(pilot, app, f"{job_id(app, 'align')}:17")
        assert {each.prefix for _, each in view.ring.numbered()} == {""}
        alone = len(view.ring)
        await pilot.press("L")
        await until(pilot, lambda: len(view.ring) > alone and bool(view.ring.prefix))
        await pilot.press("L")
        await until(pilot, lambda: len(view.ring) == alone and not view.ring.prefix)

    drive(steps)


def test_what_is_typed_is_marked_at_once_and_gone_to_with_enter_and_dropped_with_escape() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        view = await logs(pilot, app, job_id(app, "align"))
        await pilot.press("slash", *"heap")
        assert view.search
        assert (view.search.words, view.search.hits) == ("heap", [])
        await pilot.press("enter")
        assert view.has_focus
        assert view.search.hits
        await pilot.press("escape")
        assert view.search is None
        assert isinstance(app.screen, LogsScreen)
        await pilot.press("escape")
        assert not isinstance(app.screen, LogsScreen)

    drive(steps)


def test_a_prompt_that_is_given_up_does_nothing() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        view = await logs(pilot, app, job_id(app, "align"))
        await pilot.press("S", "escape")
        assert view.has_focus
        assert not app.screen.query_one(Prompt).display

    drive(steps)


def test_lines_are_saved_to_a_new_file_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        view = await logs(pilot, app, f"{job_id(app, 'align')}:17")
        count = len(view.ring)
        await pilot.press("S", "enter")
        saved = tmp_path / "align-hg38-k3f9-17.log"
        assert len(saved.read_text(encoding="utf-8").splitlines()) == count
        assert app.message.plain == f"{count} lines saved to {saved}"
        await pilot.press("S", "enter")
        assert app.message.plain.startswith("align-hg38-k3f9-17.log exists: nothing was written")

    drive(steps)


def test_a_home_of_nobody_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        await logs(pilot, app, f"{job_id(app, 'align')}:17")
        await pilot.press("S")
        app.screen.query_one(Prompt).value = "~nobody-is-called-so/x.log"
        await pilot.press("enter")
        assert app.message.plain == "~nobody-is-called-so/x.log was not written: No such file or directory"

    drive(steps)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        await logs(pilot, app, f"{job_id(app, 'align')}:17")
        await pilot.press("S")
        app.screen.query_one(Prompt).value = "nowhere/x.log"
        await pilot.press("enter")
        assert app.message.plain == "nowhere/x.log was not written: No such file or directory"

    drive(steps)


def test_a_job_that_waits_has_no_lines_and_the_reason_stands_there() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        await app.run_action("home('jobs')")
        waiting = next(
            plan.id for plan in app.source._scene.plans.values() if plan.name.startswith("annotate")
        )  # type: ignore[attr-defined]
        view = await logs(pilot, app, waiting)
        assert "waits for room in its queue" in view.render_line(0).text

    drive(steps)


def test_leaving_a_log_ends_its_reading() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        await logs(pilot, app, job_id(app, "align"))
        end = app.screen.query_one(LogPane)._reading
        await pilot.press("escape")
        await until(pilot, end.is_set)

    drive(steps)


def test_the_calls_of_aws_stand_there_with_their_commands_and_the_digits_go_home() -> None:
    async def steps(pilot: Pilot[None], app: MonitorApp) -> None:
        await pilot.press("5")
        assert isinstance(app.screen, CallsScreen)
        app.source.journal.add(
            Call(at=T0, service="batch", operation="ListJobs", seconds=0.132, failure="TooManyRequestsException",
                 retries=1, arguments={"jobQueue": "q"}, options=("--region", "eu-west-1"))
        )  # fmt: skip
        app.screen.tick()
        view = app.screen.query_one(LogView)
        last = view.ring[view.ring.end - 1]
        assert last.prefix == "batch"
        ended = "132 ms  TooManyRequestsException, sent 2 times"
        assert f"{ended}  aws batch list-jobs --job-queue q --region eu-west-1" in last.text
        copied: list[str] = []
        app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await pilot.press("c")
        await pilot.pause()
        assert copied == ["aws batch list-jobs --job-queue q --region eu-west-1"]
        await pilot.press("1")
        assert not isinstance(app.screen, CallsScreen)

    drive(steps)
