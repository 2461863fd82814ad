"""The keyboard of a terminal that a live display is on."""

import os
import select
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_LOCAL_FLAGS = 3
"""Where they are in what `tcgetattr` answers."""


@contextmanager
def unheard(display: TextIO) -> Iterator[None]:
    """Show nothing of what is typed on the terminal of `display`, and forget it in the end.

    A typed Enter would move the display's lines, which are then not taken back. Ctrl-C and Ctrl-Z work as
    ever. What was typed ahead stays for whoever reads next: a command pasted together with this one.
    """
    keyboard = _keyboard(display)
    if keyboard is None:
        yield
        return
    ahead = _has_input(keyboard)
    before = termios.tcgetattr(keyboard)
    previous = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, _leave),
        # The shell gave the terminal its own modes while this process was stopped.
        signal.SIGCONT: signal.signal(signal.SIGCONT, lambda *_: _hush(keyboard)),
    }
    try:
        _hush(keyboard)
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if _is_ours(keyboard):
            termios.tcsetattr(keyboard, termios.TCSANOW, before)
            if not ahead:
                termios.tcflush(keyboard, termios.TCIFLUSH)


def _keyboard(display: TextIO) -> int | None:
    """The standard input, where it is the terminal of `display`."""
    if sys.stdin is None or not (sys.stdin.isatty() and display.isatty()):
        return None
    keyboard = sys.stdin.fileno()
    same = os.fstat(keyboard).st_rdev == os.fstat(display.fileno()).st_rdev
    return keyboard if same and _is_ours(keyboard) else None


def _is_ours(keyboard: int) -> bool:
    """Whether the terminal may be changed: the kernel stops a process in the background that tries to."""
    try:
        return os.tcgetpgrp(keyboard) == os.getpgrp()
    except OSError:  # not the terminal that this process is controlled from
        return True


def _has_input(keyboard: int) -> bool:
    return bool(select.select([keyboard], [], [], 0)[0])


def _hush(keyboard: int) -> None:
    if _is_ours(keyboard):
        now = termios.tcgetattr(keyboard)
        now[_LOCAL_FLAGS] &= ~termios.ECHO
        termios.tcsetattr(keyboard, termios.TCSANOW, now)


def _leave(number: int, _frame: object) -> None:
    """End in good order, so that the terminal is given back as it was."""
    sys.exit(128 + number)
