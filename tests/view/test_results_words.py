"""A fetch of results in words."""

import io

from rich.console import Console

from fargo.results import Progress
from fargo.view.results import ResultsView


def progress(rows: int, *, lost: int = 0) -> Progress:
    return Progress(
        rows=rows, all_rows=1000, files=rows, all_files=2 * rows, bytes=2**20 * rows, all_bytes=2**21 * rows, kept=0, lost=lost
    )  # fmt: skip


def face(view: ResultsView) -> str:
    console = Console(file=io.StringIO(), width=120)
    with console.capture() as captured:
        console.print(view.render())
    return captured.get()


def test_the_display_shows_rows_files_and_bytes() -> None:
    view = ResultsView("work-1")
    assert "work-1: listing its results" in face(view)
    view.take(progress(3, lost=1))
    assert "3 of 1,000 rows, 3 of 6 files, 3.0 MiB of 6.0 MiB, 1 not to be had" in face(view)


def test_lines_come_at_every_tenth_of_the_rows() -> None:
    view = ResultsView("work-1")
    said = [line for rows in range(1, 1001) if (line := view.take(progress(rows)))]
    assert len(said) == 9
    assert said[0].startswith("100 of 1,000 rows")
