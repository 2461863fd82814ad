"""The monitor as somebody sees and drives it, on the demonstration, without a terminal."""

import asyncio
import re
from pathlib import Path

import pytest
from monitor_driving import SIZES, T0, Driven, drive, same
from textual.widgets import Button

from fargo.errors import AwsThrottled, AwsUnreachable
from fargo.model.job import Job, JobState
from fargo.monitor.board import Board
from fargo.monitor.cache import Cache
from fargo.monitor.look import Look
from fargo.monitor.screens.dialogs import Confirm, Menu, Panel
from fargo.monitor.screens.errors import ErrorsScreen
from fargo.monitor.source import Title
from fargo.watch import JobsSeen, Store

SCROLLBAR = re.compile("[▁-▇]")
SCREENS = Path(__file__).parent / "screens"
KINDS = {"jobs": [], "open": ["right"], "queues": ["2"], "runs": ["3"], "errors": ["4"]}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_screens_look_as_they_did(size: tuple[int, int], kind: str) -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press(*KINDS[kind])
        await driven.poll()
        await driven.workers()
        same(SCREENS / f"{kind}-{size[0]}x{size[1]}.txt", driven.text)

    drive(steps, size)


@pytest.mark.parametrize("size", SIZES)
def test_an_array_and_a_job_look_as_they_did(size: tuple[int, int]) -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("enter")
        await driven.poll()
        same(SCREENS / f"array-{size[0]}x{size[1]}.txt", driven.text)
        await driven.press("enter")
        await driven.workers()
        await driven.poll()
        same(SCREENS / f"job-{size[0]}x{size[1]}.txt", driven.text)

    drive(steps, size)


def test_a_job_is_explained_as_fargo_explain_does() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("enter")
        await driven.poll()
        await driven.press("e")
        assert isinstance(driven.app.screen, Panel)
        same(SCREENS / "explain-80x24.txt", driven.text)

    drive(steps)


def test_help_and_the_stop_dialog_look_as_they_did() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("x")
        same(SCREENS / "stop-80x24.txt", driven.text)
        await driven.press("escape", "question_mark")
        same(SCREENS / "help-80x24.txt", driven.text)

    drive(steps)


@pytest.mark.parametrize(
    "size", [(40, 10), (60, 15), (70, 20), (79, 24), (109, 40), (110, 36), (131, 30), (200, 60)]
)
def test_every_line_is_as_wide_as_the_terminal_on_every_screen(size: tuple[int, int]) -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        for keys in (
            ["right"],
            ["t"],
            ["t"],
            ["t"],
            ["t"],
            ["s"],
            ["escape"],
            ["c"],
            ["escape"],
            ["question_mark"],
            ["escape"],
            ["2"],
            ["3"],
            ["4"],
            ["1"],
            ["enter"],
            ["enter"],
        ):
            await driven.press(*keys)
            await driven.poll(1)
            driven.lines()

    drive(steps, size)


def test_a_smaller_and_a_larger_terminal_get_other_columns() -> None:
    async def steps(driven: Driven) -> None:
        assert "QUEUED" in driven.text
        assert "TRY" not in driven.lines()[3]
        await driven.pilot.resize_terminal(60, 15)
        await driven.pilot.pause()
        assert "QUEUED" not in driven.lines()[3]
        await driven.pilot.resize_terminal(160, 45)
        await driven.pilot.pause()
        await driven.poll(1)
        assert "TRY" in driven.lines()[3]
        assert any("Detail" in line for line in driven.lines())

    drive(steps)


def test_the_cursor_stays_on_its_job_when_others_come_before_it() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("down", "down", "down")
        key, place = driven.cursor, driven.table.cursor
        await driven.poll(240)  # somebody submits tiles meanwhile
        assert driven.cursor == key
        assert driven.table.cursor > place
        await driven.press("s", "n")  # by name
        assert driven.cursor == key

    drive(steps)


def test_the_filter_works_as_it_is_typed_and_escape_takes_it_away() -> None:
    async def steps(driven: Driven) -> None:
        whole = driven.table.listing.shown
        await driven.press("slash", *"status:fail align", "enter")
        assert [driven.name(line.job_id) for line in driven.table.listing.lines] == ["align-hg38"]
        assert "status:fail align" in driven.lines()[2]
        assert f"1 of {whole}" in driven.lines()[2]
        await driven.press("escape")
        assert driven.table.listing.shown == whole

    drive(steps)


def test_escape_while_typing_takes_the_filter_away_and_gives_the_keys_back() -> None:
    async def steps(driven: Driven) -> None:
        whole = driven.table.listing.shown
        await driven.press("slash", *"zzzz")
        assert driven.table.listing.shown == 0
        await driven.press("escape", "down")
        assert driven.table.listing.shown == whole
        assert driven.table.cursor == 1

    drive(steps)


def test_keys_that_are_typed_into_the_filter_do_nothing_else() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("slash", *"xqr")
        assert not isinstance(driven.app.screen, Confirm)
        assert driven.app.is_running

    drive(steps)


def test_a_wrong_filter_says_what_is_wrong() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("slash", *"statsu:run ")
        assert "there is no field statsu: status?" in driven.lines()[2]

    drive(steps)


def test_f_shows_what_failed_alone() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("f")
        jobs = [driven.app.board.store.jobs[line.job_id] for line in driven.table.listing.lines]
        assert jobs
        assert all(JobState.FAILED in dict(job.counts) or job.state is JobState.FAILED for job in jobs)
        assert "failed only" in driven.lines()[2]
        await driven.press("f")
        assert "failed only" not in driven.text

    drive(steps)


def test_keep_is_the_default_of_a_stop() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("x")
        dialog = driven.app.screen
        assert isinstance(dialog, Confirm)
        assert isinstance(dialog.focused, Button)
        assert dialog.focused.id == "keep"
        assert "align-hg38" in driven.text
        assert "cannot be undone" in driven.text
        await driven.press("enter")
        await driven.workers()
        await driven.poll(10)
        job = driven.app.board.store.jobs[driven.find("align-hg38")]
        assert not job.stopping
        assert not job.state.finished

    drive(steps)


def test_y_stops_and_the_row_says_stopping_until_it_has_ended() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("call-variants")
        await driven.press("x", "y")
        await driven.workers()
        assert "stopping 1 job" in driven.text
        await driven.poll(1)
        assert "◍ STOP" in next(line for line in driven.lines() if "call-variants" in line)
        await driven.poll(10)
        assert "✘ FAIL" in next(line for line in driven.lines() if "call-variants" in line)

    drive(steps)


def test_to_stop_thousands_the_word_must_be_typed() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("genome-index")
        await driven.press("x", "y")
        assert isinstance(driven.app.screen, Confirm)
        await driven.press(*"top", "enter")
        assert isinstance(driven.app.screen, Confirm)
        await driven.press("escape", "x", *"stop", "enter")
        await driven.workers()
        await driven.poll(1)
        assert driven.app.board.store.jobs[driven.find("genome-index")].stopping

    drive(steps)


def test_a_job_that_has_ended_cannot_be_stopped() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("etl-daily")
        await driven.press("x")
        assert not isinstance(driven.app.screen, Confirm)
        assert "nothing to stop: it has ended" in driven.text

    drive(steps)


def test_read_only_stops_and_retries_nothing_and_does_not_offer_it() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        for key in ("x", "r"):
            await driven.press(key)
            assert not isinstance(driven.app.screen, Confirm)
            assert "read-only" in driven.text
        assert "x Stop" not in driven.text

    drive(steps, read_only=True)


def test_marked_jobs_are_stopped_together() -> None:
    async def steps(driven: Driven) -> None:
        for name in ("call-variants", "annotate-vep"):
            await driven.go(name)
            await driven.press("space")
        assert "2 marked" in driven.text
        await driven.press("x")
        assert "Stop 2 jobs?" in driven.text
        await driven.press("y")
        await driven.workers()
        assert "marked" not in driven.text
        await driven.poll(10)
        ended = [driven.app.board.store.jobs[driven.find(name)] for name in ("call-variants", "annotate-vep")]
        assert all(job.state is JobState.FAILED for job in ended)

    drive(steps)


def test_everything_in_view_is_marked_and_unmarked() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("slash", *"render", "enter", "asterisk")
        assert f"{driven.table.listing.shown} marked" in driven.text
        await driven.press("u")
        assert "marked" not in driven.text

    drive(steps)


def test_an_array_opens_where_it_stands_and_folds_again() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        key = driven.cursor
        await driven.press("right")
        await driven.poll()
        assert "#17" in driven.text
        assert "enter: open array" in driven.text
        await driven.press("down", "left")
        assert driven.cursor == key
        await driven.press("left")
        assert "#17" not in driven.text
        assert not any(name.startswith("children of") for name in driven.turns.feeds)

    drive(steps)


def test_into_an_array_into_a_child_and_back_again() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("enter")
        await driven.poll()
        first = driven.app.board.store.jobs[driven.cursor]
        assert first.state is JobState.FAILED
        assert first.index == 17
        await driven.press("enter")
        await driven.workers()
        await driven.poll()
        assert "OutOfMemoryError" in driven.text
        assert "fargo retry align-hg38-" in driven.text
        assert "align --reference hg38.fa" in driven.text
        await driven.press("escape", "escape")
        assert driven.name(driven.cursor) == "align-hg38"

    drive(steps, (80, 40))


def test_sorting_by_keys_menu_and_a_click_on_a_heading() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("s")
        assert isinstance(driven.app.screen, Menu)
        await driven.press("n")
        assert "sort:name" in driven.text
        names = [driven.app.board.store.jobs[line.job_id].name for line in driven.table.listing.lines]
        assert names == sorted(names)
        await driven.press("I")
        assert "sort:name inverted" in driven.text
        await driven.press("greater_than_sign")
        assert "sort:queue" in driven.text
        await driven.pilot.click(driven.table, offset=(30, 0))
        await driven.pilot.pause()
        assert "sort:status" in driven.text

    drive(steps)


def test_the_way_back_is_named_where_there_is_one() -> None:
    async def steps(driven: Driven) -> None:
        for home in "12345":
            await driven.press(home)
            assert "esc Back" not in driven.lines()[-1]
        await driven.press("1")
        await driven.go("align-hg38")
        await driven.press("x")  # a dialog is no way in
        driven.app._tick()
        assert "esc Back" not in driven.lines()[-1]
        await driven.press("escape", "enter")
        await driven.poll()
        assert "esc Back" in driven.lines()[-1]
        await driven.press("enter")
        await driven.workers()
        await driven.pilot.click("#footer", offset=(driven.lines()[-1].index("esc Back"), 0))
        await driven.pilot.pause()
        assert driven.app.face.NAME == "children of an array"  # type: ignore[union-attr]

    drive(steps)


def test_in_a_narrow_terminal_a_run_still_tells_its_waves_and_what_is_cut_says_so() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("3")
        head, first = driven.lines()[2:4]
        assert head.endswith("AGE WAVES")
        assert first.endswith("30s     1")
        await driven.press("4")
        await driven.poll()
        assert any(line.endswith("…") for line in driven.lines()[3:])

    drive(steps, (60, 15))


def test_an_empty_table_says_why() -> None:
    async def steps(driven: Driven) -> None:
        board = driven.app.board
        await driven.press("slash", *"zzzz")
        assert "none fits the filter: esc shows all" in driven.lines()[4]
        await driven.press("escape")
        assert "none fits" not in driven.text
        for whole, said in ((set(board.expected), "no jobs yet: fargo submit JOB"), (set(), "asking AWS")):
            board.store, board.whole = Store(), whole
            driven.app.refresh_board()
            await driven.settle()
            assert driven.lines()[4].strip() == said
        for key, none in (("3", "no runs yet: fargo submit JOB"), ("4", "nothing has failed")):
            for whole, said in ((set(), "asking AWS"), ({*board.expected, "runs"}, none)):
                board.runs, board.whole = (), whole
                await driven.press(key)
                await driven.settle()
                assert driven.lines()[3].strip() == said
                await driven.press("1")

    drive(steps)


def test_grouping_by_queue_and_run() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("t")
        assert "group:run" in driven.text
        assert "align-hg38-k3f9 · 1 job" in driven.text
        await driven.press("t")
        assert "fargo-genomes-spot · " in driven.text

    drive(steps, (80, 40))


def test_the_mouse_selects_folds_and_opens() -> None:
    async def steps(driven: Driven) -> None:
        row = next(at for at, line in enumerate(driven.lines()) if "qc-fastq" in line) - 3
        await driven.pilot.click(driven.table, offset=(10, row))
        await driven.pilot.pause()
        assert driven.name(driven.cursor) == "qc-fastq"
        await driven.pilot.click(driven.table, offset=(2, row))
        await driven.pilot.pause()
        assert driven.cursor in driven.app.face.settings.open  # type: ignore[union-attr]
        await driven.pilot.double_click(driven.table, offset=(10, row))
        await driven.pilot.pause()
        assert driven.app.face.NAME == "children of an array"  # type: ignore[union-attr]

    drive(steps)


def test_the_footer_can_be_clicked() -> None:
    async def steps(driven: Driven) -> None:
        await driven.pilot.click("#footer", offset=(driven.lines()[-1].index("? Help"), 0))
        await driven.pilot.pause()
        assert isinstance(driven.app.screen, Panel)

    drive(steps)


def test_help_lists_every_key_of_the_screen() -> None:
    async def steps(driven: Driven) -> None:
        table = driven.app.face.table  # type: ignore[union-attr]
        await driven.press("question_mark")
        for key in table:
            assert key.help.split(";")[0].split(":")[0][:40] in driven.text, key

    drive(steps, (120, 70))


def test_throttled_offline_and_back_again() -> None:
    async def steps(driven: Driven) -> None:
        await driven.trouble(AwsThrottled("no", operation="ListJobs"), feed="jobs of fargo-genomes-spot")
        assert "ListJobs throttled 3x: asking again in 20s" in driven.text
        assert "stale" in driven.lines()[0]
        await driven.trouble(AwsUnreachable("no network", operation="DescribeJobs"))
        shown = [line for line in driven.lines() if "call-variants" in line]
        driven.now = T0.replace(hour=16)
        await driven.settle()
        assert "offline since 14:20" in driven.lines()[0]
        assert [line for line in driven.lines() if "call-variants" in line] == shown
        await driven.poll()
        assert "live" in driven.lines()[0]
        assert [line for line in driven.lines() if "call-variants" in line] != shown

    drive(steps)


def test_pause_and_the_interval() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("p")
        assert driven.turns.resting
        assert "paused" in driven.lines()[0]
        await driven.press("p", "plus")
        assert not driven.turns.resting
        assert driven.turns.factor == 2
        assert "every 10s" in driven.lines()[0]
        await driven.press("ctrl+r")
        assert "jobs" in driven.turns.hurried

    drive(steps)


def test_copying_says_what_was_copied() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("c", "i")
        assert f"copied the id: {driven.cursor}" in driven.text
        assert driven.app.clipboard == driven.cursor

    drive(steps)


def test_a_retry_waits_for_the_run_to_end_and_m_gives_more_memory() -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        await driven.press("r")
        assert "has not ended" in driven.text
        await driven.poll(30 * 60)
        await driven.press("r", "m")
        assert "instead of 8 GiB (+50%)" in driven.text
        await driven.press("m", "y")
        await driven.workers()
        assert "wave 2: 2 that failed, with 2 vCPU, 16 GiB" in driven.text
        await driven.poll(1)
        await driven.poll(120)
        again = next(job for job in driven.app.board.top() if job.name.endswith("k3f9-w2-c0"))
        assert dict(again.counts) == {JobState.SUCCEEDED: 2}

    drive(steps)


def test_the_runs_of_a_cause_are_one_key_away() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("4")
        await driven.poll()
        assert "Essential container in task exited" in driven.text
        await driven.press("enter")
        assert driven.table.listing.shown > 3
        await driven.press("escape")
        assert "COUNT" in driven.text

    drive(steps)


def test_a_queue_s_jobs_are_one_key_away() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("2", "enter")
        await driven.pilot.pause()
        assert "queue:fargo-genomes-spot" in driven.lines()[2]
        queues = {driven.app.board.store.jobs[line.job_id].queue for line in driven.table.listing.lines}
        assert queues == {driven.source.queues[0]}

    drive(steps)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (160, 45)])
def test_ascii_draws_nothing_else(size: tuple[int, int]) -> None:
    async def steps(driven: Driven) -> None:
        await driven.go("align-hg38")
        for keys in (
            ["right"],
            ["2"],
            ["3"],
            ["4"],
            ["1"],
            ["question_mark"],
            ["escape"],
            ["x"],
            ["escape"],
            ["s"],
        ):
            await driven.press(*keys)
            await driven.poll(1)
            assert SCROLLBAR.sub("", driven.text).isascii(), driven.text

    drive(steps, size, plain=True)


def test_of_a_hundred_thousand_jobs_only_those_on_screen_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Job] = []
    status = Look.status

    def noted(look: Look, job: Job, *, short: bool = False) -> tuple[str, str]:
        told.append(job)
        return status(look, job, short=short)

    monkeypatch.setattr(Look, "status", noted)

    async def steps(driven: Driven) -> None:
        jobs = tuple(
            Job(id=f"{n:08}", name=f"job-{n}", state=JobState.RUNNING, created=T0, started=T0)
            for n in range(100_000)
        )
        driven.app.board.take(JobsSeen(feed="jobs", at=driven.now, jobs=jobs))
        driven.app.refresh_board()
        await driven.settle()
        table = driven.table
        told.clear()
        table.repaint()
        assert 0 < len(told) <= table.size.height
        await driven.press("end")
        assert driven.table.cursor == len(table.listing.lines) - 1

    drive(steps, (160, 45))


def test_the_last_snapshot_is_shown_before_aws_answers(tmp_path: Path) -> None:
    async def keep(driven: Driven) -> None:
        Cache(driven.source.title, tmp_path).save(driven.app.board)

    async def steps(driven: Driven) -> None:
        assert "cached, 3h00m old" in driven.text
        assert "asking AWS" in driven.lines()[0]
        shown = next(line for line in driven.lines() if "call-variants" in line)
        await driven.settle()
        assert shown in driven.lines()
        await driven.poll()
        assert "cached" not in driven.text

    drive(keep)

    async def later() -> None:
        driven = Driven()
        driven.app._cache = Cache(driven.source.title, tmp_path)
        driven.now = T0.replace(hour=17, second=30)
        async with driven.app.run_test(size=(80, 24)) as pilot:
            driven.pilot = pilot
            await driven.settle()
            await steps(driven)

    asyncio.run(later())


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"at": 1}'])
def test_a_snapshot_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    title = Title(project="demo", region="us-east-1", account_id="1", target="aws")
    cache, board = Cache(title, tmp_path), Board()
    cache.file.write_bytes(content)
    cache.load(board)
    assert board.cached is None


def test_quitting_keeps_the_snapshot_and_closes_the_poller(tmp_path: Path) -> None:
    async def steps(driven: Driven) -> None:
        driven.app._cache = Cache(driven.source.title, tmp_path)
        await driven.press("q")
        assert driven.turns.closed

    drive(steps)
    (kept,) = tmp_path.rglob("*.*")
    assert kept.stat().st_size > 100


def test_the_palette_does_what_keys_do() -> None:
    async def steps(driven: Driven) -> None:
        await driven.press("colon")
        await driven.pilot.pause(0.3)
        await driven.press(*"errors")
        await driven.pilot.pause(0.5)
        await driven.press("enter")
        await driven.pilot.pause(0.5)
        if not isinstance(
            driven.app.screen, ErrorsScreen
        ):  # the first enter took the command, the second runs it
            await driven.press("enter")
            await driven.pilot.pause(0.5)
        assert isinstance(driven.app.screen, ErrorsScreen)

    drive(steps)


def test_a_tick_while_a_screen_is_taken_down_is_harmless() -> None:
    async def steps(driven: Driven) -> None:
        assert driven.app.face is not None
        # As at its end: the children go first.
        await driven.app.face.query("#top, #footer, JobTable").remove()
        driven.app._tick()
        driven.app.refresh_board()
        driven.app._settle_at = 0
        driven.app.settle()

    drive(steps)
