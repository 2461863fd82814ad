"""What jobs write on its way to a terminal: nothing of it may drive one."""

from datetime import UTC, datetime

import pytest

from fargo.logs import GAP, LogEvent
from fargo.model.job import Job, JobState
from fargo.view import data, text
from fargo.view.log_lines import LineView, harmless, not_yet

AT = datetime(2026, 1, 2, 3, 4, 5, 6000, UTC)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain\ttext, größer €", "plain\ttext, größer €"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("\x1b]8;;https://evil\x1b\\link", "\\x1b]8;;https://evil\\x1b\\link"),
        ("\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"),
        ("\x1b[?1049h", "\\x1b[?1049h"),
        ("\x9b31mC1", "\\x9b31mC1"),
        ("\x9d0;title\x9c", "\\x9d0;title\\x9c"),
        ("\x1bPdevice\x1b\\", "\\x1bPdevice\\x1b\\"),
        ("user\u202enimda", "user\\u202enimda"),
        ("\u2066isolated\u2069", "\\u2066isolated\\u2069"),
        ("two\u2028lines\u0085more", "two\\u2028lines\\x85more"),
        ("bell\x07 back\x08space", "bell\\x07 back\\x08space"),
        ("nul\x00 \x7f", "nul\\x00 \\x7f"),
        ("\x1b[31", "\\x1b[31"),
        ("\x1b[31;1;999999999999999999999999999999999m", "\\x1b[31;1;999999999999999999999999999999999m"),
        ("\x1b[8mhidden", "\\x1b[8mhidden"),
        ("\x1b[1;08mhidden", "\\x1b[1;08mhidden"),
        ("\x1b[38;5;1;8mhidden", "\\x1b[38;5;1;8mhidden"),
        ("\x1b[138;5;8mhidden", "\\x1b[138;5;8mhidden"),
        ("\x1b[38;2;1;2;3;8mhidden", "\\x1b[38;2;1;2;3;8mhidden"),
        ("\x1b[38;5;;8mhidden", "\\x1b[38;5;;8mhidden"),
        ("\x1b[38;8mhidden", "\\x1b[38;8mhidden"),
        ("\x1b[58;5;8mhidden", "\\x1b[58;5;8mhidden"),
        ("\x1b[38:5:1;8mhidden", "\\x1b[38:5:1;8mhidden"),
        ("\x1b[8:0mhidden", "\\x1b[8:0mhidden"),
        ("\x1b[1;73mraised", "\\x1b[1;73mraised"),
        ("mark\u200e \u200f \u061c", "mark\\u200e \\u200f \\u061c"),
    ],
)
@pytest.mark.parametrize("colours", [True, False])
def test_what_could_drive_a_terminal_becomes_visible(written: str, shown: str, colours: bool) -> None:
    assert harmless(written, colours=colours) == shown


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[31m",
        "\x1b[01;34m",
        "\x1b[1;38;5;208m",
        "\x1b[38;5;8m",
        "\x1b[48;2;1;8;3m",
        "\x1b[m",
        "\x1b[;1m",
        "\x1b[0;1;38;2;255;255;255;48;2;100;100;100m",
        "\x1b[38:5:8m",
        "\x1b[38:2::1:8:3;4m",
        "\x1b[4:3;58:2:8:8:8m",
        "\x1b[97;107m",
        "\x1b[22;39;49m",
    ],
)
def test_colours_stay_and_end_with_the_line_or_go_without_a_trace(sequence: str) -> None:
    line = f"a{sequence}b\x1b[0mc"
    assert harmless(line, colours=True) == f"a{sequence}b\x1b[0mc\x1b[0m"
    assert harmless(line, colours=False) == "abc"


def test_a_progress_bar_shows_its_last_state() -> None:
    assert harmless("  0%\r 50%\r100% done", colours=False) == "100% done"
    assert harmless("a line of Windows\r", colours=False) == "a line of Windows"
    assert harmless("\r", colours=False) == ""


def test_a_line_is_shown_as_it_is_asked_for() -> None:
    event = LogEvent(AT, "s", "\x1b[1mbold", label="#17")
    assert LineView()(event) == "#17 bold"
    assert LineView(raw=True)(event) == "#17 \x1b[1mbold"
    assert LineView(timestamps=True)(event) == "2026-01-02T03:04:05.006+00:00  #17 bold"
    coloured = LineView(colours=True)(event)
    assert coloured.endswith("m#17\x1b[0m \x1b[1mbold\x1b[0m")
    assert LineView(timestamps=True)(GAP) == "--"


def test_a_container_keeps_its_colour() -> None:
    view = LineView(colours=True)
    lines = {view(LogEvent(AT, "s", "", label=f"#{number}")) for number in range(100)}
    assert len({line.split("#")[0] for line in lines}) == 10
    assert view(LogEvent(AT, "one", "x", label="#7")) == view(LogEvent(AT, "two", "x", label="#7"))


def test_a_line_of_256_kib_survives() -> None:
    for line in (
        "x" * 262_144,
        "\x1b[31m" * 52_428,
        "\x00\x1b" * 131_072,
        "\x1b[00;00" * 26_214,
        "\x1b[" + "00;" * 87_000,
        "\r" * 262_144,
    ):
        shown = harmless(line, colours=True)
        assert "\x00" not in shown
        assert "\r" not in shown
    assert harmless("x" * 262_144, colours=True) == "x" * 262_144


def test_json_has_the_line_as_it_was_written() -> None:
    event = LogEvent(AT, "s", "\x1b[1m", "id", "#3", 2)
    assert data.line(event) == {
        "at": "2026-01-02T03:04:05.006+00:00",
        "label": "#3",
        "attempt": 2,
        "stream": "s",
        "text": "\x1b[1m",
    }


def test_what_reverses_a_text_is_visible_in_every_view() -> None:
    assert text.safe("a\u202eb\u2069") == "a\\u202eb\\u2069"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (
            Job(id="j", name="n", state=JobState.RUNNABLE),
            "the container is RUNNABLE: it waits for room in its queue",
        ),
        (
            Job(id="j", name="n", state=JobState.RUNNABLE, reason="MISCONFIGURATION:\x1b"),
            "the container is RUNNABLE: MISCONFIGURATION:\\x1b",
        ),
        (
            Job(id="j", name="n", state=JobState.STARTING),
            "the container is STARTING: its container is being started",
        ),
        (
            Job(id="j", name="n", state=JobState.FAILED, reason="CannotPullContainerError"),
            "the container is FAILED: CannotPullContainerError",
        ),
        (
            Job(id="j", name="n", state=JobState.PENDING, size=3, counts=((JobState.RUNNABLE, 3),)),
            "of 3 containers 3 runnable",
        ),
        (Job(id="j", name="n", state=JobState.PENDING, size=3), "3 containers, none started"),
    ],
)
def test_why_there_are_no_lines_is_told(job: Job, words: str) -> None:
    assert not_yet([job]) == words
    assert not_yet([]) == ""
