"""What is typed on the terminal of a live display: not shown, and not left to the shell."""

import os
import pty
import select
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

import pytest

from fargo.cli.keyboard import unheard


@dataclass(frozen=True)
class Typed:
    """A terminal: where one types, and what this process reads from."""

    keys: int
    screen: TextIO

    def type(self, text: str) -> None:
        os.write(self.keys, text.encode())

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.keys)[3] & termios.ECHO)

    @property
    def waiting(self) -> str:
        """What was typed and not read yet."""
        there = select.select([self.screen], [], [], 0)[0]
        return os.read(self.screen.fileno(), 100).decode() if there else ""


def _opened() -> Iterator[Typed]:
    keys, screen = pty.openpty()
    with os.fdopen(screen) as terminal:
        yield Typed(keys, terminal)
    os.close(keys)


another = pytest.fixture(_opened, name="another")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    for terminal in _opened():
        monkeypatch.setattr("sys.stdin", terminal.screen)
        yield terminal


def test_what_is_typed_meanwhile_is_neither_shown_nor_kept(typed: Typed) -> None:
    with unheard(typed.screen):
        assert not typed.echoes
        typed.type("\n\n")
    assert typed.echoes
    assert typed.waiting == ""


def test_a_command_that_was_pasted_behind_this_one_is_kept(typed: Typed) -> None:
    typed.type("fargo ps\n")
    with unheard(typed.screen):
        pass
    assert typed.waiting == "fargo ps\n"


def test_a_failure_gives_the_terminal_back(typed: Typed) -> None:
    with pytest.raises(KeyboardInterrupt), unheard(typed.screen):
        raise KeyboardInterrupt
    assert typed.echoes


def test_another_terminal_than_the_displays_is_left_alone(typed: Typed, another: Typed) -> None:
    with unheard(another.screen):
        assert (typed.echoes, another.echoes) == (True, True)
        typed.type("kept\n")
    assert typed.waiting == "kept\n"


def test_in_the_background_it_is_left_alone(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.tcgetpgrp", lambda _: os.getpgrp() + 1)
    with unheard(typed.screen):
        assert typed.echoes
