"""The monitor on the demonstration, with a clock that stands still and feeds that take a turn when told to."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from fargo.errors import AwsError
from fargo.monitor.app import MonitorApp
from fargo.monitor.demo import DemoSource
from fargo.monitor.look import Look
from fargo.monitor.polling import Told
from fargo.monitor.table import JobTable
from fargo.watch import Feed, RoundOver, Trouble

T0 = datetime(2026, 6, 12, 14, 20, tzinfo=UTC)
SIZES = [(60, 15), (80, 24), (160, 45)]
UPDATE = "FARGO_TEST_UPDATE"


class Turns:
    """In the poller's place: keeps the feeds, and asks when a test says so."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.hurried: list[str] = []
        self.resting = False
        self.factor = 1.0
        self.closed = False

    def add(self, feed: Feed) -> None:
        self.feeds[feed.name] = feed

    def remove(self, name: str) -> None:
        self.feeds.pop(name, None)

    def hurry(self, *names: str, insist: bool = False) -> None:
        del insist  # there is no pause here
        self.hurried += names or tuple(self.feeds)

    def scale(self, factor: float) -> None:
        self.factor = factor

    def rest(self, *, resting: bool) -> None:
        self.resting = resting

    def close(self) -> None:
        self.closed = True


class Driven:
    """The app under test, its clock and its feeds."""

    def __init__(self, *, plain: bool = False, environ: dict[str, str] | None = None, **demo: Any) -> None:
        self.now = T0
        self.source = DemoSource(lambda: self.now, throttling=False, **demo)
        look = Look(ascii=plain)
        self.app = MonitorApp(
            self.source, look=look, now=lambda: self.now, environ=environ or {}, polling=False
        )
        self.turns = Turns()
        self.app.asker.poller = self.turns  # type: ignore[assignment] # it has what is called
        self.pilot: Pilot[None]

    async def poll(self, seconds: float = 0) -> None:
        """Time passes, then every feed takes a turn."""
        self.now += timedelta(seconds=seconds)
        for feed in list(self.turns.feeds.values()):
            for seen in feed.look(self.source.batch):
                self.app.told(Told(replace(seen, at=self.now)))
            self.app.told(Told(RoundOver(feed=feed.name, at=self.now)))
        await self.settle()

    async def trouble(
        self, error: AwsError, *, feed: str = "jobs", times: int = 3, pause: float = 20.0
    ) -> None:
        """AWS does not answer a feed."""
        self.app.told(Told(Trouble(feed=feed, at=self.now, error=error, times=times, pause=pause)))
        await self.settle()

    async def settle(self) -> None:
        """What is known is shown."""
        self.app._settle_at = 0
        self.app.settle()
        await self.pilot.pause()
        self.app._tick()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def workers(self) -> None:
        """What was begun in threads is done."""
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    @property
    def table(self) -> JobTable:
        assert self.app.face is not None
        return self.app.face.query_one(JobTable)

    @property
    def cursor(self) -> str:
        """The key of the cursor's line."""
        line = self.table.line
        return line.key if line else ""

    def name(self, key: str) -> str:
        """The name of a job, such as `align-hg38`, by its id."""
        return self.app.board.store.jobs[key].name.partition("-26")[0]

    def find(self, name: str) -> str:
        """The id of the job whose name begins so."""
        return next(job.id for job in self.app.board.top() if job.name.startswith(name))

    async def go(self, name: str) -> None:
        """Put the cursor on the job whose name begins so."""
        self.table.go(self.find(name))
        await self.pilot.pause()

    def lines(self) -> list[str]:
        """The screen as it is painted; every line is exactly as wide as the terminal."""
        width, height = self.app.size
        found = self.app.screen._compositor.render_strips()
        assert [strip.cell_length for strip in found] == [width] * height
        return [strip.text.rstrip() for strip in found]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())


def drive(
    steps: Callable[[Driven], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
    *,
    polled: bool = True,
    **given: Any,
) -> None:
    """Run the monitor at this size, its first answers in, and take the steps."""

    async def run() -> None:
        driven = Driven(**given)
        async with driven.app.run_test(size=size) as pilot:
            driven.pilot = pilot
            await pilot.pause()
            if polled:
                await driven.poll()
                await driven.poll(30)
            await steps(driven)

    asyncio.run(run())


def same(file: Path, text: str) -> None:
    """Compare with the file, or write it where FARGO_TEST_UPDATE is set."""
    if os.environ.get(UPDATE):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == file.read_text(encoding="utf-8"), f"look at it; {UPDATE}=1 writes it anew"
