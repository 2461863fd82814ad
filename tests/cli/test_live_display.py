"""A live display on a terminal that becomes narrower and wider again while it is shown: in tmux."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tool"
ROWS = 30
PROGRAM = f"""
import sys
ROWS = {ROWS}
from rich.text import Text
from fargo.cli.output import Output

class View:
    def render(self):
        lines = ["head " + "h" * 60, "cells " + "c" * 60, "foot"]
        return Text("\\n".join(lines), no_wrap=True, overflow="ellipsis")

print("before\\n" * ROWS)  # of an almost empty screen tmux puts lines that it breaks out of reach
out = Output()
with out.showing(View()):
    for number in range(1000):
        out.line(f"line {{number}}")
        if sys.stdin.readline() == "stop\\n":
            break
out.say("the end")
"""


class Tmux:
    """The program on a terminal of its own, of 80 columns."""

    def __init__(self, folder: Path, environ: str) -> None:
        self._socket = folder / "tmux"
        program = folder / "program.py"
        program.write_text(PROGRAM, encoding="utf-8")
        command = f"env -u CI -u COLUMNS -u LINES -u STY -u XTERM_VERSION {environ} PYTHONPATH={TOOL} {sys.executable} {program}; cat"
        self("new-session", "-d", "-s", "m", "-x", "80", "-y", str(ROWS), command)

    def __call__(self, *words: str) -> str:
        ran = subprocess.run(
            ["tmux", "-S", str(self._socket), *words], capture_output=True, text=True, check=True
        )
        return ran.stdout

    def lines(self) -> list[str]:
        """All that were written, but for the empty ones and those before the display."""
        found = self("capture-pane", "-p", "-S", "-", "-t", "m").splitlines()
        return [line for line in found if line.strip() and line != "before"]

    def until(self, true: Callable[[list[str]], bool]) -> list[str]:
        deadline = time.monotonic() + 60
        while not true(lines := self.lines()):
            assert time.monotonic() < deadline, "\n".join(lines)
            time.sleep(0.1)
        return lines

    def resize(self, width: int) -> None:
        self("resize-window", "-t", "m", "-x", str(width), "-y", str(ROWS))
        end = "…" if width < 70 else "hhh"
        self.until(lambda lines: any(line.startswith("head") and line.endswith(end) for line in lines))

    def type(self, words: str) -> None:
        self("send-keys", "-t", "m", words, "Enter")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Callable[..., Tmux]]:
    opened: list[Tmux] = []

    def start(environ: str = "") -> Tmux:
        opened.append(Tmux(tmp_path, environ))
        return opened[-1]

    yield start
    for each in opened:
        each("kill-server")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine")
def test_no_line_stays_behind_where_the_terminal_has_broken_some(tmux: Callable[..., Tmux]) -> None:
    terminal = tmux()
    terminal.until(lambda lines: "foot" in lines)
    for width in (40, 25, 60, 30, 80):
        terminal.resize(width)
    lines = terminal.lines()
    assert [line.split()[0] for line in lines] == ["line", "head", "cells", "foot"], lines
    terminal.type("")
    terminal.until(lambda lines: "line 1" in lines)
    terminal.resize(50)
    terminal.type("stop")
    assert terminal.until(lambda lines: "the end" in lines) == ["line 0", "line 1", "the end"]
