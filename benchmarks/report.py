"""What the report of a large run costs: to make, in bytes, and to open in a browser.

    python benchmarks/report.py [--rows 100000]

The run is made up (`tests/support/report_of.py`): what AWS takes to answer is `results.py`'s matter. Memory
is what Python held at the most (tracemalloc) while rows were taken in, in a second pass whose time does not
count. Opening is from the browser's going to the file, and at once to its end, until the table of all rows is
there, the best of three, in the chromium that the machine has.
"""

import argparse
import shutil
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

import report_of  # noqa: E402

from fargo.report.lanes import lanes  # noqa: E402
from fargo.report.rowtable import RowsInTheMaking  # noqa: E402
from fargo.view.report import page  # noqa: E402

TABLE = ".window tbody tr:not(.pad) td"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    run = report_of.a_run(rows)
    lives = report_of.Lives(run)
    jobs, records = list(lives.jobs()), list(report_of.some_rows(run, frozenset(range(0, rows, 50))))
    begun = time.process_time()
    take(run, jobs, records, lives)
    print(f"{rows:,} rows and containers taken in: {time.process_time() - begun:.1f} s of CPU")
    tracemalloc.start()
    kept = take(run, jobs, records, lives)
    held, peak = (size / rows for size in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    del kept
    print(f"memory a row and container: {held:.0f} bytes kept, {peak:.0f} at the most")
    made = report_of.report(rows, retried=rows // 200)
    begun = time.process_time()
    html = page(made)
    print(f"page written: {time.process_time() - begun:.1f} s of CPU, {len(html.encode()) / 1e6:.2f} MB")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_text(html, encoding="utf-8")
        print(f"opened in {min(opened(file) for _ in range(3)):.2f} s")


def take(run: object, jobs: list, records: list, lives: report_of.Lives) -> tuple:
    """What a report keeps of rows and containers."""
    making = RowsInTheMaking(run.columns, {1: 512})
    for record in records:
        making.add(record)
    return making.table(), lanes(run, jobs, lives.moves, total=len(jobs), now=report_of.NOW)


def opened(file: Path) -> float:
    """Seconds until a browser shows the rows."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page_ = browser.new_page()
        begun = time.perf_counter()
        page_.goto(file.as_uri())
        page_.locator("#all-rows").scroll_into_view_if_needed()
        page_.wait_for_selector(TABLE)
        took = time.perf_counter() - begun
        browser.close()
    return took


if __name__ == "__main__":
    main()
