"""The pictures of the report: `python docs/report_pictures.py WIDE.html DARK.html NARROW.html`.

Three reports that `fargo report` made of real runs, as a browser shows them; needs chromium and playwright.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class Picture:
    """How one is taken."""

    name: str
    width: int
    height: int
    scheme: str
    top: str = "body"
    """What it begins with."""


PICTURES = (
    Picture("report-wide", 1500, 1420, "light"),
    Picture("report-dark", 1500, 1420, "dark", "#durations"),
    Picture("report-narrow", 400, 1420, "light"),
)


def main() -> None:
    """Take them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for picture, file in zip(PICTURES, sys.argv[1:], strict=True):
            size = {"width": picture.width, "height": picture.height}
            page = browser.new_page(viewport=size, color_scheme=picture.scheme)
            page.goto(Path(file).resolve().as_uri())
            page.wait_for_load_state("networkidle")
            page.evaluate(
                "top => document.querySelector(top).scrollIntoView({behavior: 'instant'})", picture.top
            )
            page.wait_for_timeout(500)
            page.screenshot(path=FOLDER / f"{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
