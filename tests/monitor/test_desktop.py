"""What the monitor leaves to the desktop: the clipboard and the browser, which may not be there."""

from dataclasses import replace
from pathlib import Path

import pytest
from monitor_driving import Driven, drive

from fargo.monitor import BROWSER, clipboard

WINDOWS = ("DISPLAY", "WAYLAND_DISPLAY", BROWSER)


@pytest.fixture(autouse=True)
def _without_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in WINDOWS:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("script", ["#!/bin/sh\nsleep 60\n", "#!/nowhere/at-all\n"])
def test_a_clipboard_that_does_not_answer_is_left_alone(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As xclip is, where ssh forwards a display that is gone."""
    stuck = tmp_path / "xclip"
    stuck.write_text(script, encoding="utf-8")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", "localhost:10.0")
    monkeypatch.setattr(clipboard, "SECONDS", 0.1)

    async def steps(driven: Driven) -> None:
        await driven.press("c", "i")
        assert driven.app.clipboard == driven.cursor
        assert "copied the id" in driven.text

    drive(steps)


@pytest.mark.parametrize(
    ("page", "why"), [(False, "started with --read-only"), (True, "without --allow-changes")]
)
def test_what_is_read_only_says_by_which_option(
    page: bool, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page:
        monkeypatch.setenv(BROWSER, "1")

    async def steps(driven: Driven) -> None:
        await driven.press("x")
        assert why in driven.text

    drive(steps, read_only=True)


@pytest.mark.parametrize("window", ["", *WINDOWS])
def test_a_page_is_opened_where_a_window_can_be_and_else_its_address_is_copied(
    window: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if window:
        monkeypatch.setenv(window, "1")
    opened: list[str] = []

    async def steps(driven: Driven) -> None:
        driven.source.title = replace(driven.source.title, target="aws")
        driven.app.open_url = opened.append  # type: ignore[assignment,method-assign] # by a new tab or not
        await driven.press("o")
        address = driven.source.title.console(driven.app.board.store.jobs[driven.cursor])
        assert (opened, driven.app.clipboard) == (([address], "") if window else ([], address))
        assert address in driven.text

    drive(steps, (200, 24))
