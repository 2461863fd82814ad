"""The monitor on a real terminal: a pseudo-terminal, and tmux where there is one."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tool"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """`fargo monitor` on a pseudo-terminal of its own."""

    def __init__(
        self, folder: Path, *arguments: str, size: tuple[int, int] = (80, 24), **environ: str
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fargo", "monitor", *arguments],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(TOOL), "TERM": "xterm-256color", **environ},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = b""

    def read(self, seconds: float) -> bytes:
        """What is written in so many seconds."""
        found, deadline = b"", time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._master], [], [], left)[0]:
                try:
                    found += os.read(self._master, 65536)
                except OSError:  # Linux's way to say that the other side is closed
                    break
        self.raw += found
        return found

    def read_until(self, words: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while words.encode() not in self.raw:
            assert time.monotonic() < deadline, self.raw[-2000:]
            self.read(0.2)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*arguments: str, **more: object) -> Terminal:
        opened.append(Terminal(tmp_path, *arguments, **more))  # type: ignore[arg-type]
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def fargo(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PYTHONPATH": str(TOOL), "TERM": "xterm", **environ}
    return subprocess.run(
        [sys.executable, "-m", "fargo", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_terminal_it_names_the_command_that_needs_none() -> None:
    ended = fargo("monitor", "--demo")
    assert ended.returncode == 2
    assert "\x1b" not in ended.stdout + ended.stderr
    assert "`fargo ps --watch --plain`" in ended.stderr


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"FARGO_ACCESSIBLE": "1"}])
def test_a_terminal_that_cannot_be_drawn_on_gets_the_same(
    terminal: Callable[..., Terminal], environ: dict[str, str]
) -> None:
    shown = terminal("--demo", **environ)
    shown.read_until("fargo ps --watch --plain")
    assert shown.process.wait(timeout=60) == 2
    assert b"\x1b[?1049h" not in shown.raw


def _python(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(TOOL)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_textual_it_says_how_to_get_it(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules['textual'] = None; from fargo.__main__ import run; sys.exit(run(['monitor', '--demo']))"
    ended = _python(blocked)
    assert ended.returncode == 3, ended.stderr
    assert "pip install 'fargo[monitor]'" in ended.stderr


def test_help_imports_no_textual() -> None:
    code = "import sys; from fargo.__main__ import run; run(['--help']); run(['monitor', '--help']); sys.exit('textual' in sys.modules)"
    ended = _python(code)
    assert ended.returncode == 0, ended.stderr
    assert "--read-only" in ended.stdout


def test_it_shows_jobs_and_leaves_the_terminal_as_it_was(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("--demo")
    shown.read_until("align-hg38")
    shown.type("q")
    shown.read_until("\x1b[?1049l")
    shown.read(1)
    assert shown.process.wait(timeout=60) == 0
    assert b"the demo is over" in shown.raw.rpartition(b"\x1b[?1049l")[2]


def test_in_ascii_it_draws_nothing_else(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("--demo", "--ascii", TERM="linux", size=(80, 60))
    shown.read_until("genome-index")
    assert shown.raw.isascii()


def test_idle_it_writes_little(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("--demo")
    shown.read_until("genome-index")
    shown.read(4)
    shown.type("/zzz\r")  # no rows, so no clocks
    shown.read(3)
    shown.type("p")
    shown.read(10)  # the message goes
    written = shown.read(10)
    assert len(written) < 2_000, written


def test_a_move_of_the_cursor_writes_two_lines(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("--demo", size=(160, 30))
    shown.read_until("genome-index")
    shown.type("/render\r")  # ended: no clocks
    shown.read(3)
    before = shown.read(2)
    shown.type("j")
    after = shown.read(2)
    assert len(after) - len(before) < 3_500  # two lines of 160 cells, each cell run with its colours


def test_no_color_leaves_no_colour(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("--demo", NO_COLOR="1")
    shown.read_until("align-hg38")
    codes = {
        code
        for found in COLOUR.findall(shown.raw.decode(errors="replace"))
        for code in found[2:-1].split(";")
    }
    assert codes <= {"", "0", "1", "2", "3", "4", "7", "39", "49"}


def test_an_empty_no_color_is_none(terminal: Callable[..., Terminal]) -> None:
    shown = terminal("--demo", NO_COLOR="", COLORTERM="truecolor")
    shown.read_until("align-hg38")
    assert b"[38;2;" in shown.raw or b";38;2;" in shown.raw


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine")
@pytest.mark.parametrize("size", [(60, 15), (80, 24), (160, 45)])
def test_in_tmux_every_line_fits_and_a_resize_is_followed(tmp_path: Path, size: tuple[int, int]) -> None:
    socket = tmp_path / "tmux"

    def tmux(*words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(socket), *words], capture_output=True, text=True, check=True
        ).stdout

    def until(words: str) -> str:
        deadline = time.monotonic() + 60
        while words not in (screen := tmux("capture-pane", "-p", "-t", "m")):
            assert time.monotonic() < deadline, screen
            time.sleep(0.2)
        return screen

    command = f"env COLUMNS=80 LINES=24 PYTHONPATH={TOOL} {sys.executable} -m fargo monitor --demo"
    tmux("new-session", "-d", "-s", "m", "-x", str(size[0]), "-y", str(size[1]), command)
    try:
        screen = until("genome-in")
        lines = screen.splitlines()
        assert len(lines) == size[1]
        assert max(map(len, lines)) <= size[0]
        assert lines[0].startswith(" fargo · genomes")
        assert lines[-1].startswith(" enter Open")
        assert lines[-1].rstrip().endswith("q Quit")
        tmux("resize-window", "-t", "m", "-x", "100", "-y", "20")
        until("START    RUN EXIT")
        tmux("send-keys", "-t", "m", "?")
        until("Keys: jobs")
    finally:
        tmux("kill-server")
