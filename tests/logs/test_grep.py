"""Lines that fit, with their neighbours in the same stream."""

from datetime import UTC, datetime

import pytest

from fargo.errors import UsageError
from fargo.logs import GAP, Grep, LogEvent

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def lines(words: str) -> list[LogEvent]:
    """`a1 b1`: one line of stream a, and one of b."""
    return [LogEvent(NOW, word[0], word) for word in words.split()]


def found(grep: Grep, words: str) -> str:
    return " ".join("--" if event is GAP else event.text for event in grep(lines(words)))


def test_lines_that_fit_are_kept() -> None:
    assert found(Grep.of("[23]"), "a1 b2 a3 b4") == "b2 a3"


def test_neighbours_are_of_the_same_stream() -> None:
    grep = Grep.of("x", before=1, after=1)
    assert found(grep, "a1 b1 a2 b2 ax b3 a3 a4") == "a2 ax a3"


def test_groups_are_parted_and_those_that_touch_are_one() -> None:
    assert found(Grep.of("x", before=1, after=1), "ax a1 a2 a3 a4 ax a5") == "ax a1 -- a4 ax a5"
    assert found(Grep.of("x", before=1, after=1), "ax a1 a2 ax") == "ax a1 a2 ax"
    assert found(Grep.of("x", after=1), "ax ax a1 a2 ax") == "ax ax a1 -- ax"
    assert found(Grep.of("x", before=2), "a1 ax a2 a3 ax") == "a1 ax a2 a3 ax"


def test_without_context_nothing_stands_between() -> None:
    assert found(Grep.of("x"), "ax a1 a2 ax") == "ax ax"


def test_it_goes_on_over_several_calls() -> None:
    grep = Grep.of("x", before=1, after=1)
    assert found(grep, "a1 a2") == ""
    assert found(grep, "ax") == "a2 ax"
    assert found(grep, "a3 a4 a5 ax") == "a3 -- a5 ax"


@pytest.mark.parametrize(
    ("count", "words", "wanted"),
    [
        (1, "a1 ax a2 a3 a4 a5 ax a6", "a5 ax a6"),
        (2, "ax a1 a2 ax a3 a4 a5 ax", "a2 ax a3 -- a5 ax"),
        (9, "a1 ax a2 a3 a4 ax", "a1 ax a2 -- a4 ax"),
        (1, "ax a1 ax", "a1 ax"),
        (2, "ax a1 ax a2 ax", "a1 ax a2 ax"),
        (1, "ax bx a1 b1", "bx b1"),
        (1, "ax a1 bx ax", "a1 ax"),
        (2, "a1 a2", ""),
    ],
)
def test_the_last_are_so_many_that_fit_each_with_its_neighbours(count: int, words: str, wanted: str) -> None:
    events = Grep.of("x", before=1, after=1).last(lines(words), count)
    assert " ".join("--" if event is GAP else event.text for event in events) == wanted
    hits = [word for word in words.split() if "x" in word]
    assert [event.text for event in Grep.of("x").last(lines(words), count)] == hits[-count:]


def test_the_last_are_followed_by_what_comes() -> None:
    grep = Grep.of("x", before=1, after=1)
    grep.last(lines("a1 ax a2 ax"), 1)
    assert found(grep, "a3 a4 a5 ax") == "a3 -- a5 ax"


def test_colours_do_not_hide_a_word() -> None:
    assert Grep.of("^ERROR: out").fits("\x1b[1;31mERROR\x1b[0m: out of memory")


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(UsageError, match="no regular expression"):
        Grep.of("a(")
