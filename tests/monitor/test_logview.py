"""The log view as somebody sees and drives it, without a terminal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from fargo.monitor import lines as kept
from fargo.monitor.lines import Line, line, mark
from fargo.monitor.logview import LogView

T0 = datetime(2026, 1, 1, 14, 20, tzinfo=UTC)
SIZES = [(40, 10), (60, 15), (80, 24), (160, 45)]


class Viewer(App[None]):
    copied = ""

    def compose(self) -> ComposeResult:
        yield LogView()

    def on_mount(self) -> None:
        self.query_one(LogView).focus()

    def on_log_view_copied(self, message: LogView.Copied) -> None:
        self.copied = message.text


def some(count: int, start: int = 0, prefix: str = "") -> list[Line]:
    return [line(f"line {n}", T0 + timedelta(seconds=n), prefix=prefix) for n in range(start, start + count)]


def drive(steps: Callable[[Pilot[None], LogView], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    async def run() -> None:
        app = Viewer()
        async with app.run_test(size=size) as pilot:
            await steps(pilot, app.query_one(LogView))

    asyncio.run(run())


def screen(view: LogView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wrap", [False, True])
def test_every_row_is_as_wide_as_the_view_whatever_is_in_it(size: tuple[int, int], *, wrap: bool) -> None:
    texts = [
        "",
        "x" * 500,
        "日本語テキスト " * 40,
        "🚀" * 100,
        "\x1b[31mred\x07\ttab",
        "👩\u200d🔬é\u202e" * 30,
        "x" * 262_144,
        "本" * 131_072,
    ]

    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(line(text, T0, prefix=f"#{number}") for number, text in enumerate(texts))
        view.append([mark("gap: " + "x" * 300)])
        view.look_for("x|本", jump=False)
        if wrap:
            await pilot.press("w")
        for keys in (["1"], ["right"] * 3, ["pagedown"], ["t"], ["end"], ["left"]):
            await pilot.press(*keys)
            for y in range(view.size.height):
                strip = view.render_line(y)
                assert strip.cell_length == view.size.width == sum(part.cell_length for part in strip)
                assert all(segment.style is not None for segment in strip)
                assert strip.text.isprintable()

    drive(steps, size)


def test_the_newest_line_stays_on_screen_until_somebody_scrolls_up_and_again_at_the_end() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(100))
        await pilot.pause()
        assert screen(view)[-1].endswith("line 99")
        await pilot.press("up")
        view.append(some(10, 100))
        await pilot.pause()
        assert not view.follow
        assert screen(view)[-1].endswith("line 98")
        await pilot.press("end")
        view.append(some(1, 110))
        await pilot.pause()
        assert view.follow
        assert screen(view)[-1].endswith("line 110")

    drive(steps)


def test_following_can_be_turned_off_and_on_at_the_end() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(100))
        await pilot.press("F")
        view.append(some(10, 100))
        await pilot.pause()
        assert screen(view)[-1].endswith("line 99")
        await pilot.press("F")
        assert screen(view)[-1].endswith("line 109")

    drive(steps)


def test_what_is_being_read_stays_in_place_while_the_oldest_lines_go(monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.ring._capacity = 100
        view.append(some(100))
        await pilot.press("1", "pagedown", "pagedown")
        top = screen(view)[0]
        view.append(some(30, 100))
        await pilot.pause()
        assert screen(view)[0] == top
        assert "30 older dropped" in view.words()

    assert kept.CAPACITY > 100_000
    drive(steps)


def test_a_wrapped_line_takes_rows_and_the_line_on_top_stays() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(line(f"{number} " + "word " * 40) for number in range(50))
        await pilot.press("t", "1", *["down"] * 5)
        assert screen(view)[0].startswith("5 word")
        await pilot.press("w")
        rows = screen(view)
        assert rows[0].startswith("5 word")
        assert [row for row in rows if row.startswith("6 word")] == [rows[3]]
        await pilot.press("w")
        assert screen(view)[1].startswith("6 word")

    drive(steps)


def test_wrapped_lines_are_wrapped_anew_when_the_terminal_changes_its_size() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append([line("x" * 200)])
        await pilot.press("t", "w")
        rows = len(view.rows)
        await pilot.resize_terminal(40, 24)
        await pilot.pause()
        assert len(view.rows) > rows
        assert "".join(screen(view)) == "x" * 200

    drive(steps)


def test_a_search_shows_the_lines_around_a_hit_and_goes_round() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(500))
        await pilot.press("1")
        view.look_for("line (250|400)$")
        await pilot.pause()
        assert any(row.endswith("line 250") for row in screen(view))
        assert any(row.endswith("line 249") for row in screen(view))
        await pilot.press("n")
        assert any(row.endswith("line 400") for row in screen(view))
        assert "2/2 hits" in view.words()
        await pilot.press("n")
        assert "1/2 hits" in view.words()
        await pilot.press("N")
        assert "2/2 hits" in view.words()

    drive(steps)


def test_all_hits_on_screen_are_marked_and_the_one_gone_to_differently() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(5))
        view.look_for("line")
        marked = [
            [
                (part.text, part.style.bold)
                for part in view.render_line(y)
                if part.style and part.style.reverse
            ]
            for y in range(5)
        ]
        assert marked == [[("line", True)]] + [[("line", None)]] * 4
        await pilot.pause()

    drive(steps)


def test_a_hit_far_to_the_right_is_brought_on_screen() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append([line("x" * 3_000 + "needle" + "y" * 3_000)])
        view.look_for("needle")
        await pilot.pause()
        assert "needle" in screen(view)[0]

    drive(steps)


def test_lines_without_a_hit_are_hidden_and_come_back_around_it() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(300))
        view.look_for("7$")
        await pilot.press("&")
        assert [row.rpartition(" ")[2] for row in screen(view)[:3]] == ["287", "297", ""] or len(
            view.rows
        ) == 30
        view.append(some(10, 300))
        await pilot.pause()
        assert len(view.rows) == 31
        await pilot.press("n", "&")
        assert len(view.rows) == 310
        hit = view.search.current if view.search else None
        assert any(row.endswith(f"line {hit}") for row in screen(view))

    drive(steps)


def test_digits_go_back_in_time_from_the_newest_line() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(7_200))
        for key, first in (("1", 0), ("2", 7_139), ("3", 6_899), ("6", 3_599)):
            await pilot.press(key)
            assert screen(view)[0].endswith(f"line {first}")
            assert not view.follow
        await pilot.press("0")
        assert screen(view)[-1].endswith("line 7199")
        assert view.follow

    drive(steps)


def test_children_have_prefixes_of_one_width_and_colours_of_their_own() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append([*some(1, 0, "#7"), *some(1, 1, "#142"), *some(1, 2, "#7")])
        await pilot.pause()
        assert [row[13:] for row in screen(view)[:3]] == ["#7   line 0", "#142 line 1", "#7   line 2"]
        colours = [list(view.render_line(y))[1].style.color for y in range(3)]  # type: ignore[union-attr]
        assert colours[0] == colours[2]

    drive(steps)


def test_what_the_mouse_selected_is_copied_as_it_is_seen_and_wrapped_rows_are_one_line() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append([line("0123456789" * 12, T0), line("second", T0)])
        await pilot.press("w")
        end = len(view.rows) - 1
        view.screen.selections = {view: Selection(Offset(13 + 5, 0), Offset(13 + 3, end))}
        await pilot.press("c")
        await pilot.pause()
        assert view.app.copied == ("0123456789" * 12)[5:] + "\n14:20:00.000 sec"  # type: ignore[attr-defined]

    drive(steps)


def test_without_a_selection_the_hit_is_copied_or_what_is_on_screen() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.append(some(3))
        await pilot.press("t", "c")
        await pilot.pause()
        assert view.app.copied == "line 0\nline 1\nline 2"  # type: ignore[attr-defined]
        view.look_for("2")
        await pilot.press("c")
        await pilot.pause()
        assert view.app.copied == "line 2"  # type: ignore[attr-defined]

    drive(steps)


def test_where_there_is_no_line_the_reason_stands_in_its_place() -> None:
    async def steps(pilot: Pilot[None], view: LogView) -> None:
        view.instead = "no lines yet: it waits for room in its queue"
        view.refresh()
        await pilot.pause()
        assert screen(view)[0] == "no lines yet: it waits for room in its queue"
        view.append(some(2))
        view.look_for("nothing like this")
        await pilot.press("&")
        assert screen(view)[0] == "no line has what is looked for"

    drive(steps)
