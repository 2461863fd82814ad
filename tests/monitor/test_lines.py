"""The lines of a log view, without a terminal: what is kept, where it stands, what is found."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from fargo.monitor.cells import breaks, cells, plain, window
from fargo.monitor.lines import Line, Ring, line, mark
from fargo.monitor.rows import Place, Rows
from fargo.monitor.search import Search

T0 = datetime(2026, 1, 1, 14, 20, tzinfo=UTC)
TEXTS = [
    "",
    "plain",
    "a" * 100,
    "日本語テキスト" * 9,
    "überall 🚀 und é",
    "e\u0301" * 30,
    "x" * 19 + "本",
    "本" * 3,
]


def ring_of(*texts: str, capacity: int = 100) -> Ring:
    ring = Ring(capacity)
    ring.append(line(text, T0 + timedelta(seconds=number)) for number, text in enumerate(texts))
    return ring


def shown(rows: Rows, ring: Ring) -> list[tuple[str, int]]:
    places = [rows.place(row) for row in range(len(rows))]
    return [(ring[place.number].text, place.part) for place in places if place]


@pytest.mark.parametrize(
    ("written", "stays"),
    [
        ("\x1b[31mred\x1b[0m alert", "red alert"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"),
        ("a\tb", "a       b"),
        ("10%\r20%\r30%", "30%"),
        ("evil \u202eeman", "evil \\u202eeman"),
        ("👩\u200d🔬", "👩🔬"),
        ("❤\ufe0f", "❤"),
        ("nul\x00\x9b31m", "nul\\x00\\x9b31m"),
        ("naïve 日本", "naïve 日本"),
    ],
)
def test_what_a_job_wrote_drives_no_terminal(written: str, stays: str) -> None:
    assert plain(written) == stays


def test_a_line_loses_its_end_and_nothing_else() -> None:
    assert line("  text \r\n").text == "  text "


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("width", [1, 2, 3, 7, 20, 200])
def test_a_wrapped_text_is_whole_and_no_row_is_too_wide(text: str, width: int) -> None:
    begins = [*breaks(text, width), len(text)]
    parts = [text[left:right] for left, right in pairwise(begins)]
    assert "".join(parts) == text
    assert all(cells(part) <= max(width, 2) for part in parts)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("left", [0, 1, 2, 15, 99, 500])
@pytest.mark.parametrize("width", [1, 2, 20])
def test_what_is_seen_through_a_window_fits_it(text: str, left: int, width: int) -> None:
    begin, end, free = window(text, left, width)
    assert free + cells(text[begin:end]) <= width
    assert cells(text[:begin]) >= min(left, cells(text))


def test_the_oldest_lines_go_and_the_others_keep_their_numbers() -> None:
    ring = Ring(10)
    for start in range(0, 95, 5):
        ring.append(line(f"line {number}") for number in range(start, start + 5))
    assert (ring.first, ring.end, len(ring)) == (85, 95, 10)
    assert [ring[number].text for number in (85, 94)] == ["line 85", "line 94"]
    assert [number for number, _ in ring.numbered(90)] == [90, 91, 92, 93, 94]


def test_one_batch_may_be_larger_than_what_is_kept() -> None:
    ring = ring_of(*map(str, range(50)), capacity=7)
    assert [each.text for _, each in ring.numbered()] == ["43", "44", "45", "46", "47", "48", "49"]


def test_rows_follow_a_ring_that_drops_lines() -> None:
    ring = Ring(6)
    rows = Rows(ring)
    rows.lay(width=4)
    gone = 0
    for start in range(0, 40, 4):
        ring.append(line("x" * (number % 9)) for number in range(start, start + 4))
        gone += rows.grow()
    assert shown(rows, ring) == [
        ("x" * (number % 9), part)
        for number in range(34, 40)
        for part in range(max(-(-(number % 9) // 4), 1))
    ]
    assert gone == sum(max(-(-(number % 9) // 4), 1) for number in range(34))


def test_a_row_knows_its_line_and_a_line_its_row() -> None:
    ring = ring_of("short", "x" * 25, "日本語" * 4, "end")
    rows = Rows(ring)
    rows.lay(width=10)
    assert [rows.place(row) for row in range(len(rows))] == [
        Place(0, 0), Place(1, 0), Place(1, 1), Place(1, 2), Place(2, 0), Place(2, 1), Place(2, 2), Place(3, 0),
    ]  # fmt: skip
    assert [rows.row(number) for number in range(4)] == [0, 1, 4, 7]
    assert rows.place(8) is None


def test_lines_that_are_hidden_take_no_row() -> None:
    ring = ring_of("a", "hit one", "b", "hit two", "c")
    search = Search("hit")
    rows = Rows(ring)
    rows.lay(chosen=search.take(ring.numbered()))
    assert shown(rows, ring) == [("hit one", 0), ("hit two", 0)]
    assert rows.row(2) == 1
    ring.append([line("d"), line("hit three")])
    rows.grow(search.take(ring.numbered(5)))
    assert [text for text, _ in shown(rows, ring)] == ["hit one", "hit two", "hit three"]


def test_a_search_goes_round() -> None:
    ring = ring_of(*("ERROR" if number in {3, 5, 9} else "fine" for number in range(12)))
    search = Search("error")
    search.take(ring.numbered())
    assert [search.step(1, here=4) for _ in range(4)] == [5, 9, 3, 5]
    assert search.standing() == "2/3 hits"
    assert [search.step(-1, here=0) for _ in range(2)] == [3, 9]


def test_a_search_may_begin_at_the_line_on_screen() -> None:
    ring = ring_of("hit", "fine", "hit")
    search = Search("hit")
    search.take(ring.numbered())
    assert search.step(1, here=2) == 2


def test_capitals_are_told_apart_only_where_somebody_typed_one() -> None:
    assert Search("warn").spans("WARN warn") == [(0, 4), (5, 9)]
    assert Search("WARN").spans("WARN warn") == [(0, 4)]


def test_what_is_no_expression_is_looked_for_as_it_stands() -> None:
    assert Search("f(x").spans("call f(x)") == [(5, 8)]
    assert Search("err|warn").spans("a warn, an err") == [(2, 6), (11, 14)]


def test_an_expression_that_fits_nothing_at_all_marks_nothing() -> None:
    assert Search("x*").spans("abc") == []


def test_hits_go_with_their_lines() -> None:
    ring = ring_of(*["hit"] * 5, capacity=3)
    search = Search("hit")
    search.take(ring.numbered())
    search.step(1, here=0)
    ring.append([line("fine")] * 2)
    search.forget(ring)
    assert (search.hits, search.current) == ([4], None)


def test_remarks_are_not_searched() -> None:
    ring = Ring()
    ring.append([mark("gap: lines are missing"), line("gap")])
    assert Search("gap").take(ring.numbered()) == [1]


def test_back_in_time_counts_from_the_newest_line() -> None:
    ring = ring_of(*(f"second {number}" for number in range(100)))
    ring.append([mark("try 2")])
    newest = ring.newest()
    assert newest == T0 + timedelta(seconds=99)
    assert ring[ring.since(newest - timedelta(seconds=10))].text == "second 89"
    assert Ring().newest() is None


def test_a_line_of_256_kib_is_kept_whole() -> None:
    ring = ring_of("x" * 262_144, "日本" * 65_536)
    rows = Rows(ring)
    rows.lay(width=80)
    assert (ring.widest, len(rows)) == (262_144, 3_277 + 3_277)


def test_in_a_file_a_line_stands_with_its_time_and_whose_it_is() -> None:
    assert Line("text", T0, "#17").written(times=True) == "2026-01-01T14:20:00.000+00:00 #17 text"
    assert Line("text", T0).written(times=False) == "text"
