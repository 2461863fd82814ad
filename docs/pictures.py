"""The pictures of the monitor: `python docs/pictures.py` draws them from the demonstration at a fixed moment.

With `--check` it only tells whether they are what would be drawn.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from fargo.monitor.app import MonitorApp
from fargo.monitor.demo import DemoSource
from fargo.monitor.logview import LogView
from fargo.monitor.table import JobTable
from fargo.watch import ChildrenFeed, FailedFeed, FrontFeed, JobsSeen, QueueFeed, QueuesFeed, RunsSeen

FOLDER = Path(__file__).parent / "pictures"
NOW = datetime(2026, 5, 4, 14, 20, tzinfo=UTC)
SIZES = {"wide": (160, 45), "small": (80, 24)}
PATIENCE = 200
SMALL = 1000
"""Of larger arrays no children are shown."""
CRISP = "<style>\n    rect { shape-rendering: crispEdges }"
"""Said once, and not for each cell."""
LEFT_OUT = re.compile(
    r"\s*@font-face \{.*?\}"  # fonts from another server: the reader's own will do
    # no row is too long for its line
    r"|<clipPath id=\"[^\"]*-line-\d+\">.*?</clipPath>\s*"
    r"| clip-path=\"url\(#[^\"]*-line-\d+\)\""
    r"| shape-rendering=\"crispEdges\"",
    re.DOTALL,
)
NAME = re.compile(r"terminal-\d+")
"""It is another in each release of Rich."""


async def ask(app: MonitorApp) -> None:
    """Tell the board all that AWS would tell, in one order."""
    source = app.source
    app.board.take(RunsSeen(feed="runs", at=NOW, runs=source.runs()))
    feeds = [*map(QueueFeed, source.queues), QueuesFeed(source.queues), *map(FrontFeed, source.queues)]
    for feed in feeds:
        for seen in feed.look(source.batch):
            app.board.take(seen)
    live = source.batch.describe(app.board.live())
    app.board.take(JobsSeen(feed="jobs", at=NOW, jobs=live))
    arrays = [job for job in app.board.top() if 0 < job.size < SMALL]
    for feed in (*(ChildrenFeed(job.id) for job in arrays), FailedFeed(lambda: list(app.board.top()))):
        for seen in feed.look(source.batch):
            app.board.take(seen)


def array(app: MonitorApp) -> str:
    """The array of the pictures."""
    return next(job.id for job in app.board.top() if job.name.startswith("align"))


async def lines(pilot: Pilot[None], app: MonitorApp) -> LogView:
    """Wait until no more lines of the log on screen come."""
    view = app.screen.query_one(LogView)
    for _ in range(PATIENCE):
        before = len(view.ring)
        await pilot.pause(0.5)  # they come in parts, slowly on a machine that does much else
        if before == len(view.ring) > 0 and not view.instead:
            break
    return view


async def jobs(pilot: Pilot[None], app: MonitorApp) -> None:
    """The first screen, with a child that failed and its log."""
    place = app.screen.query_one(JobTable).listing.place(array(app)) or 0
    await pilot.press(*["down"] * place, "right", "down")
    if app.screen.query(LogView):
        await lines(pilot, app)


async def children(pilot: Pilot[None], app: MonitorApp) -> None:
    """An array's children."""
    app.open("array", array(app))
    await pilot.pause()


async def logs(pilot: Pilot[None], app: MonitorApp) -> None:
    """The lines of an array's children, with something found in them."""
    app.open("logs", array(app))
    await pilot.pause()
    (await lines(pilot, app)).look_for("warn|error")


async def errors(pilot: Pilot[None], app: MonitorApp) -> None:
    """What failed, and why."""
    app.action_home("errors")
    await pilot.pause()


PICTURES: dict[str, Callable[[Pilot[None], MonitorApp], Awaitable[None]]] = {
    "jobs": jobs,
    "array": children,
    "logs": logs,
    "errors": errors,
}


async def picture(name: str, size: tuple[int, int]) -> str:
    """One of them, as SVG."""
    app = MonitorApp(DemoSource(lambda: NOW, throttling=False), now=lambda: NOW, environ={}, polling=False)
    async with app.run_test(size=size) as pilot:
        await ask(app)
        app.refresh_board()
        await pilot.pause(0.5)
        await PICTURES[name](pilot, app)
        app.refresh_board()
        await pilot.pause(0.5)
        drawn = app.export_screenshot(title="fargo monitor")
    return LEFT_OUT.sub("", NAME.sub("fargo", drawn)).replace("<style>", CRISP, 1)


def main() -> int:
    """Draw them, or check them."""
    different = []
    for name in PICTURES:
        for words, size in SIZES.items():
            file = FOLDER / f"monitor-{name}-{words}.svg"
            drawn = asyncio.run(picture(name, size))
            if not file.is_file() or file.read_text(encoding="utf-8") != drawn:
                different.append(file.name)
            if "--check" not in sys.argv:
                FOLDER.mkdir(exist_ok=True)
                file.write_text(drawn, encoding="utf-8")
    print("\n".join(different) or "nothing changed")
    return int("--check" in sys.argv and bool(different))


if __name__ == "__main__":
    sys.exit(main())
