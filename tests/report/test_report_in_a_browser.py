"""The page in a real browser: three widths, dark, light and print, with and without its script, quickly."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_of import report

from fargo.view.report import page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "</script><img src=x onerror=window.pwned=1>\u202e"
MOST_BYTES, MOST_DRAWN = 5_000_000, 200
LARGE = 100_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: `apt-get install chromium`"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of three thousand rows, some of which are hostile."""
    own = {
        row: {"photo": HOSTILE if row % 7 == 0 else f"IMG_{row}.jpg", "width": "320"} for row in range(3000)
    }
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page(report(3000, retried=20, own=own)), encoding="utf-8")
    return file


class Opened:
    """A page, and all that it asked for or complained of."""

    def __init__(
        self, browser: Any, file: Path, *, wait_for: str = ".window tbody tr:not(.pad) td", **context: Any
    ) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.goto(file.as_uri())
        if context.get("java_script_enabled", True):
            for all_rows in self.page.locator("#all-rows").all():
                all_rows.scroll_into_view_if_needed()
            self.page.wait_for_selector(wait_for)

    def check(self) -> None:
        assert self.errors == []
        assert len(self.asked) == 1
        self.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 900, 1500])
def test_it_fits_every_width_in_both_schemes(browser: Any, made: Path, width: int, scheme: str) -> None:
    opened = Opened(browser, made, viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    red, *_ = map(
        int, re.findall(r"\d+", opened.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    )
    assert (red > 200) == (scheme == "light")
    opened.check()


def test_without_a_script_the_charts_and_tables_are_there(browser: Any, made: Path) -> None:
    opened = Opened(browser, made, java_script_enabled=False)
    assert opened.page.locator("svg").count() == 7
    assert opened.page.locator(".strip svg rect").count() > 300
    assert opened.page.locator(".strip svg").is_visible()
    assert opened.page.locator("table").count() >= 5
    assert "This table needs JavaScript" in opened.page.inner_text("#all-rows")
    opened.check()


def test_all_rows_are_sorted_and_searched(browser: Any, made: Path) -> None:
    opened = Opened(browser, made)
    page = opened.page
    first = page.locator(".window tbody tr:not(.pad)").first
    assert page.inner_text(".finder output") == "3,000 of 3,000 rows"
    page.get_by_role("button", name="Took").click()
    shortest = first.inner_text()
    page.get_by_role("button", name="Took ↑").click()
    assert page.get_attribute("th[aria-sort]", "aria-sort") == "descending"
    assert first.inner_text() != shortest
    page.get_by_label("Find rows").fill("img_17.jpg")
    assert page.inner_text(".finder output") == "1 of 3,000 rows"
    assert "IMG_17.jpg" in first.inner_text()
    page.get_by_label("Find rows").fill("")
    page.get_by_label("State").select_option(label="failed")
    assert int(page.inner_text(".finder output").split()[0]) == page.locator(".window td.bad").count()
    opened.check()


def test_scrolling_reaches_the_last_row(browser: Any, made: Path) -> None:
    opened = Opened(browser, made)
    opened.page.evaluate("document.querySelector('.window').scrollTop = 1e9")
    opened.page.wait_for_selector(".window tbody >> text=IMG_2999.jpg")
    opened.check()


def test_the_timeline_tells_of_a_container_and_zooms(browser: Any, made: Path) -> None:
    opened = Opened(browser, made)
    page = opened.page
    canvas = page.locator(".strip canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    assert re.match(r"Container \d+ of wave 1: (succeeded|failed)\nwaited ", page.inner_text(".tip"))
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 40)
    page.mouse.up()
    assert page.locator(".whole").is_visible()
    assert page.inner_text(".strip .axis").startswith("+")
    canvas.press("Escape")
    assert not page.locator(".whole").is_visible()
    canvas.press("+")
    assert page.locator(".whole").is_visible()
    page.get_by_role("button", name="Whole run").click()
    assert not page.locator(".whole").is_visible()
    opened.check()


def test_texts_are_sorted_with_the_numbers_in_them_by_their_size(browser: Any, made: Path) -> None:
    opened = Opened(browser, made)
    opened.page.get_by_label("Find rows").fill("img_")
    opened.page.get_by_role("button", name="photo").click()
    names = opened.page.locator(".window tbody tr:not(.pad) td:nth-child(7)").all_inner_texts()
    assert names[:8] == [f"IMG_{row}.jpg" for row in (1, 2, 3, 4, 5, 6, 8, 9)]
    opened.check()


def test_tables_are_stops_of_the_keyboard_only_where_they_scroll(browser: Any, made: Path) -> None:
    opened = Opened(browser, made, viewport={"width": 690, "height": 900})
    stops = "[...document.querySelectorAll('.scroll')].map(box => [box.tabIndex, box.ariaLabel, box.scrollWidth > box.clientWidth])"
    told = opened.page.evaluate(stops)
    assert {(stop == 0, bool(name)) for stop, name, wide in told if wide} == {(True, True)}
    assert {(stop == 0, bool(name)) for stop, name, wide in told if not wide} == {(False, False)}
    opened.check()


def test_what_a_row_holds_is_never_run(browser: Any, made: Path) -> None:
    opened = Opened(browser, made)
    opened.page.get_by_label("Find rows").fill("onerror")
    opened.page.wait_for_selector(".window tbody >> text=onerror")
    assert "\\u202e" in opened.page.inner_text(".window tbody")
    assert "\u202e" not in opened.page.inner_text(".window tbody")
    assert opened.page.evaluate("window.pwned") is None
    assert opened.page.locator("img").count() == 0
    opened.check()


def test_it_prints(browser: Any, made: Path, tmp_path: Path) -> None:
    opened = Opened(browser, made, color_scheme="dark", viewport={"width": 690, "height": 980})
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 690
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not opened.page.locator("nav").is_visible()
    assert opened.page.pdf().startswith(b"%PDF")
    opened.check()


def test_a_hundred_thousand_rows_stay_small_and_few_are_drawn(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "large.html"
    file.write_text(page(report(LARGE, retried=600)), encoding="utf-8")
    assert file.stat().st_size < MOST_BYTES
    opened = Opened(browser, file)
    assert 0 < opened.page.locator(".window tbody tr").count() < MOST_DRAWN
    opened.check()


def test_a_single_container_needs_no_more_than_its_line(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "one.html"
    file.write_text(page(report(1)), encoding="utf-8")
    opened = Opened(browser, file, wait_for=".strip canvas")
    opened.page.locator(".strip canvas").press("+")
    opened.check()


def test_many_rows_in_one_container_have_their_table(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "packed.html"
    file.write_text(page(report(12, pack=12)), encoding="utf-8")
    opened = Opened(browser, file)
    assert opened.page.inner_text(".finder output") == "12 of 12 rows"
    opened.check()


def test_the_table_of_all_rows_comes_where_the_timeline_cannot(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "broken.html"
    html = page(report(30)).replace('class="plot strip"', 'class="plot"')
    file.write_text(html, encoding="utf-8")
    opened = Opened(browser, file)
    assert opened.page.inner_text(".finder output") == "30 of 30 rows"
    assert opened.page.locator(".timeline svg").last.is_visible()
    assert opened.errors
    opened.context.close()
