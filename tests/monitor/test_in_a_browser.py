"""The monitor in a real browser: clicked, typed at, refused without its token, and gone without a trace."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECONDS = 120.0
HAND_MS = 300
"""People's keys come apart; a dialog has closed before the next is pressed."""
CELL = 9, 18
"""Pixels of a cell, as textual-serve's page draws it."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: `apt-get install chromium`"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`fargo monitor --demo --web`, and its address."""
    argv = [sys.executable, "-m", "fargo", "monitor", "--demo", "--web"]
    with subprocess.Popen(
        argv, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        assert process.stderr
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", process.stderr.readline())
        assert found
        try:
            yield process, found[0]
        finally:
            process.kill()


class Page:
    """A page of the browser, and what its terminal was told."""

    def __init__(self, browser: Any, address: str) -> None:
        self.heard = ""
        self.errors: list[str] = []
        self.page = browser.new_page(viewport={"width": 1400, "height": 800})
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        self.page.goto(address)
        self.page.wait_for_selector("body.-first-byte", state="attached")

    def _hear(self, frame: bytes | str) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        self.heard += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)

    def until(self, words: str) -> None:
        """Wait until the terminal was told these words, and forget them."""
        end = time.monotonic() + SECONDS
        while words not in self.heard:
            assert time.monotonic() < end, f"{words!r} never came: {self.heard[-2000:]!r}"
            self.page.wait_for_timeout(50)
        self.heard = ""

    def type(self, words: str, then: str) -> None:
        """Type words and wait for what they bring."""
        self.page.keyboard.type(words)
        self.until(then)

    def press(self, key: str, words: str) -> None:
        """Press a key and wait for what it brings."""
        self.page.wait_for_timeout(HAND_MS)
        self.page.keyboard.press(key)
        self.until(words)


@pytest.fixture
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def monitors(server: int) -> list[int]:
    """The processes that a server started and that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def none_left(server: int) -> None:
    end = time.monotonic() + SECONDS
    while monitors(server):
        assert time.monotonic() < end, "a page is closed and its monitor lives on"
        time.sleep(0.05)


def test_a_browser_reads_logs_and_cannot_stop_a_job(
    server: tuple[subprocess.Popen[str], str], browser: Any
) -> None:
    process, address = server
    page = Page(browser, address)
    page.until("etl-daily")  # the finished jobs come last
    page.page.mouse.click(CELL[0] * 20.5, CELL[1] * 5.5)  # the second job
    page.until("fargo-genomes_")  # it is shown in detail, and the terminal has the keys
    page.press("/", "")
    page.type("align-hg38", "of 1")
    page.press("Enter", "")
    page.press("l", "Log · align-hg38")
    page.press("/", "look for")
    page.type("heap", "")
    page.press("Enter", "hits")
    page.press("?", "look for words")
    page.press("Escape", "")
    page.press("Escape", "")
    page.press("Escape", "Detail")
    page.press("x", "read-only")
    page.press("5", "DescribeJobs")
    page.press("1", "align-hg38")
    assert monitors(process.pid)
    page.page.close()
    none_left(process.pid)
    assert page.errors == []


def test_ctrl_c_ends_the_server_its_pages_and_their_monitors(
    server: tuple[subprocess.Popen[str], str], browser: Any
) -> None:
    process, address = server
    page = Page(browser, address)
    page.until("genome-index")
    running = monitors(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(SECONDS) == 0
    assert running
    assert [pid for pid in running if Path(f"/proc/{pid}").exists()] == []
