"""What a person sees: the same commands on a real pseudo-terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_aws import client, set_rules
from projects import REGION

TOOL = Path(__file__).parents[2] / "tool"
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command on a pseudo-terminal."""

    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fargo", *arguments],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(TOOL),
                "TERM": "xterm-256color",
                "COLUMNS": "100",
                **environ,
            },
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""

    @property
    def text(self) -> str:
        """What was written, without escape sequences."""
        return CODES.sub("", self.raw)

    def read_until(self, words: str, *, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < deadline, self.text
            if select.select([self._master], [], [], 0.2)[0]:
                self.raw += os.read(self._master, 65536).decode()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def shows(self, flag: int) -> bool:
        """Whether the terminal has one of termios's local flags, such as ECHO."""
        return bool(termios.tcgetattr(self._master)[3] & flag)

    def end(self) -> int:
        """Its exit code, once everything was read."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                chunk = os.read(self._master, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                break
            self.raw += chunk.decode()
        return self.process.wait(timeout=60)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(project: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_terminal(*arguments: str, **environ: str) -> Terminal:
        opened.append(Terminal(project, *arguments, **environ))
        return opened[-1]

    yield open_terminal
    for each in opened:
        each.close()


def test_following_keeps_the_state_below_the_lines_and_leaves_a_summary(
    aws: str, terminal: Callable[..., Terminal]
) -> None:
    script = [{"out": "one"}, {"sleep": 1.5}, {"out": "two"}, {"exit": 0}]
    set_rules(aws, [{"job": "*", "script": script}])
    shown = terminal("--local", "submit", "work", "--follow")
    shown.read_until("▶ RUNNING")
    shown.read_until("two")
    assert shown.end() == 0
    assert shown.text.index("one") < shown.text.index("two") < shown.text.rindex("SUCCEEDED, exit 0")
    assert "\x1b[?1049h" not in shown.raw  # never the alternate screen: the lines stay in the scrollback


@pytest.mark.parametrize(
    ("way_out", "code"), [(None, 0), (signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_what_is_typed_while_it_follows_is_not_shown_and_the_terminal_is_given_back(
    aws: str, terminal: Callable[..., Terminal], way_out: signal.Signals | None, code: int
) -> None:
    set_rules(aws, [{"job": "*", "script": [{"sleep": 2}, {"out": "two"}, {"sleep": 1}, {"exit": 0}]}])
    shown = terminal("--local", "submit", "work", "--follow")
    shown.read_until("▶ RUNNING")
    shown.type("typed\n")
    assert (shown.shows(termios.ECHO), shown.shows(termios.ISIG)) == (False, True)  # Ctrl-C is still one
    shown.read_until("two")
    if way_out:
        shown.process.send_signal(way_out)
    assert shown.end() == code
    assert "typed" not in shown.raw
    assert shown.shows(termios.ECHO)
    assert "\x1b[?25h" in shown.raw  # the cursor too


def test_a_long_line_of_a_job_is_left_to_the_terminal_to_wrap(
    aws: str, terminal: Callable[..., Terminal]
) -> None:
    line = "word " * 60 + "end"
    set_rules(aws, [{"job": "*", "script": [{"out": line}, {"sleep": 1}, {"exit": 0}]}])
    shown = terminal("--local", "submit", "work", "--follow")
    assert shown.end() == 0
    assert line in shown.text


def test_no_color_and_a_dumb_terminal_get_no_escape_sequence_of_ours(
    aws: str, terminal: Callable[..., Terminal]
) -> None:
    set_rules(aws, [{"job": "*", "script": [{"out": "one"}, {"exit": 0}]}])
    dumb = terminal("--local", "submit", "work", "--follow", TERM="dumb")
    assert dumb.end() == 0
    assert "\x1b" not in dumb.raw
    plain = terminal("--local", "ps", NO_COLOR="1")
    assert plain.end() == 0
    assert "SUCCEEDED" in plain.text
    assert not re.search(r"\x1b\[3[0-9]", plain.raw)


@pytest.mark.terraform
def test_down_asks_and_no_changes_nothing(terminal: Callable[..., Terminal], state: Path) -> None:
    before = state.read_text(encoding="utf-8")
    asked = terminal("--local", "down")
    asked.read_until("Go on? [y/N]:")
    assert "0 jobs to stop, then 2 resources to remove" in asked.text
    asked.type("n\n")
    assert asked.end() == 130
    assert "not confirmed: nothing was changed" in asked.text
    assert state.read_text(encoding="utf-8") == before


@pytest.mark.terraform
def test_where_data_would_be_lost_down_wants_the_projects_name(
    terminal: Callable[..., Terminal], state: Path, aws: str
) -> None:
    s3 = client("s3", aws, REGION)
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    s3.put_object(Bucket=bucket, Key="runs/1", Body=b"0" * 1500)
    before = state.read_text(encoding="utf-8")
    asked = terminal("--local", "down")
    asked.read_until("Type demo to go on:")
    assert "lost with them: 1 object in the bucket, 1.5 KiB" in asked.text
    asked.type("y\n")
    assert asked.end() == 130
    assert "not confirmed: nothing was changed" in asked.text
    assert state.read_text(encoding="utf-8") == before
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
