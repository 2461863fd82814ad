"""What the monitor costs: painting, opening, reading logs, idling; Textual's own widgets beside it.

    python benchmarks/monitor.py [--rows 100000] [--peer 10000] [--lines 100000] [--idle 10]

CPU time, because two cores that others use, too, make wall time a matter of luck. `--peer` are the rows that
Textual's DataTable and the lines that its RichLog get: with as many as ours they take half a minute each.
The pictures are 160x45, without a terminal; what idles does so in a pseudo-terminal of that size.
"""

import argparse
import asyncio
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool")]

from textual.app import App, ComposeResult  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.widgets import DataTable, Log, RichLog  # noqa: E402

from fargo.aws.batch import Batch  # noqa: E402
from fargo.model.job import Job, JobState  # noqa: E402
from fargo.monitor.app import MonitorApp  # noqa: E402
from fargo.monitor.demo import DemoSource  # noqa: E402
from fargo.monitor.lines import line  # noqa: E402
from fargo.monitor.logview import LogView  # noqa: E402
from fargo.monitor.table import JobTable  # noqa: E402
from fargo.watch import JobsFeed, JobsSeen  # noqa: E402

SIZE = 160, 45
TIMES = 20
NOW = datetime(2026, 5, 4, 14, 20, tzinfo=UTC)
COLUMNS = ("id", "name", "queue", "status", "progress", "queued", "run", "reason")
CHILDREN = 10_000


def row(name: str, ours: float, peer: float | None = None, unit: str = "ms") -> None:
    """A line of the result."""
    beside = f"{peer:>12,.1f} {unit}  {peer / ours:>8,.1f} x" if peer is not None else ""
    print(f"{name:<72} {ours:>10,.1f} {unit}{beside}")


async def cpu(pilot: Pilot[None], do: Callable[[], Any], times: int = 1) -> float:
    """Milliseconds of CPU until what was done is on screen."""
    await pilot.pause()
    begin = time.process_time()
    for _ in range(times):
        do()
        await pilot.pause()
    return (time.process_time() - begin) * 1000 / times


def jobs(count: int) -> tuple[Job, ...]:
    """So many running jobs."""
    return tuple(
        Job(
            id=f"{n:08x}-0000",
            name=f"job-{n}",
            state=JobState.RUNNING,
            queue="queue/spot",
            created=NOW,
            started=NOW,
        )
        for n in range(count)
    )


@asynccontextmanager
async def monitor(some: Sequence[Job]) -> Any:
    """The monitor with these jobs on its first screen, and nothing polled."""
    app = MonitorApp(DemoSource(lambda: NOW), now=lambda: NOW, environ={}, polling=False)
    async with app.run_test(size=SIZE) as pilot:
        app.board.take(JobsSeen(feed="b", at=NOW, jobs=tuple(some)))
        app.refresh_board()
        await pilot.pause(1)
        yield app, pilot


class Peer(App[None]):
    """One of Textual's own widgets."""

    def __init__(self, widget: Any) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        """That widget."""
        yield self.widget


async def tables(rows: int, peer: int) -> None:
    """One job of many changes; all is painted anew."""
    some = jobs(rows)
    async with monitor(some) as (app, pilot):
        table = app.screen.query_one(JobTable)
        states = [JobState.FAILED, JobState.RUNNING] * TIMES

        def change() -> None:
            told = replace(some[-1], state=states.pop())
            app.board.take(JobsSeen(feed="b", at=datetime.now(UTC), jobs=(told,)))
            table.refresh()

        ours = await cpu(pilot, change, TIMES)
        relist = await cpu(pilot, app.screen.changed, TIMES)
    table: DataTable[str] = DataTable()
    async with Peer(table).run_test(size=SIZE) as pilot:
        keys = table.add_columns(*COLUMNS)

        def load() -> None:
            for each in some[:peer]:
                table.add_row(
                    each.id, each.name, each.queue, each.state.value, "", "1s", "2s", "", key=each.id
                )

        loading = await cpu(pilot, load)
        names = ["FAILED", "RUNNING"] * TIMES
        theirs = await cpu(pilot, lambda: table.update_cell(some[0].id, keys[3], names.pop()), TIMES)
    row(f"a job changes among {rows:,}, painted; DataTable with {peer:,}", ours, theirs)
    row(f"listing, sorting {rows:,} and painting; DataTable loads {peer:,}", relist, loading)


async def opening() -> None:
    """An array of 10,000 children, once its pages have arrived."""
    children = [replace(job, id=f"array:{n}", name="array") for n, job in enumerate(jobs(CHILDREN))]
    counts = ((JobState.RUNNING, CHILDREN),)
    parent = Job(id="array", name="array", state=JobState.PENDING, size=CHILDREN, counts=counts, created=NOW)
    async with monitor([parent]) as (app, pilot):

        def come() -> None:
            app.board.take(JobsSeen(feed="b", at=NOW, jobs=tuple(children)))
            app.open("array", "array")

        row(f"opening an array of {CHILDREN:,} children", await cpu(pilot, come))


async def logs(count: int, peer: int) -> None:
    """Lines come, and are paged through."""
    texts = [f"chunk {n}/{count} mapped 9{n % 10}.2% of reads" for n in range(count)]
    view = LogView()
    async with Peer(view).run_test(size=SIZE) as pilot:
        ours = await cpu(
            pilot, lambda: view.append(line(text, NOW, prefix=f"#{n % 99}") for n, text in enumerate(texts))
        )
        paging = await cpu(pilot, lambda: view.action_pages(-1), TIMES)
        search = await cpu(pilot, lambda: view.look_for("99999|77.2%"))
    plain = Log()
    async with Peer(plain).run_test(size=SIZE) as pilot:
        await cpu(pilot, lambda: plain.write_lines(texts))
        pages = await cpu(pilot, lambda: plain.scroll_relative(y=-SIZE[1] + 1, animate=False), TIMES)
    log = RichLog()
    async with Peer(log).run_test(size=SIZE) as pilot:

        def write() -> None:
            for text in texts[:peer]:
                log.write(text)

        theirs = await cpu(pilot, write)
    row("1,000 lines of a log come; RichLog", ours * 1000 / count, theirs * 1000 / peer)
    row(f"a page of {count:,} lines; Log, which has neither colours nor wrapping", paging, pages)
    row(f"searching {count:,} lines", search)


class Counting:
    """A client that counts DescribeJobs and knows arrays of 10,000."""

    calls = 0

    def describe_jobs(self, *, jobs: list[str]) -> dict[str, Any]:
        """DescribeJobs."""
        self.calls += 1
        array = {"size": CHILDREN, "statusSummary": {"RUNNING": CHILDREN}}
        told = {"jobName": "n", "status": "PENDING", "createdAt": 0, "arrayProperties": array}
        return {"jobs": [{"jobId": each, **told} for each in jobs]}


def refreshing(arrays: int = 100) -> None:
    """One refresh of 100 running arrays; beside it one that describes every child."""
    ours, naive = Counting(), Counting()
    for _ in JobsFeed("jobs", [f"array-{n}" for n in range(arrays)]).look(Batch(ours)):
        pass
    for n in range(arrays):
        Batch(naive).describe([f"array-{n}:{child}" for child in range(CHILDREN)])
    row(
        f"a refresh of {arrays} arrays of {CHILDREN:,}; each child described",
        ours.calls,
        naive.calls,
        "calls",
    )


def idle(seconds: float) -> None:
    """`fargo monitor --demo` in a pseudo-terminal: its first picture, then what it writes by itself."""
    child, fd = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "PYTHONPATH": str(_ROOT / "tool")}
        os.execv(sys.executable, [sys.executable, "-m", "fargo", "monitor", "--demo"])  # noqa: S606 # ours
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    first = next(at for at, text in written(fd, 30) if "annotate-vep" in text)
    spent = sum(map(float, Path(f"/proc/{child}/stat").read_text().split()[13:15])) / os.sysconf("SC_CLK_TCK")
    del first
    for _ in written(fd, 5):
        pass
    before = sum(map(float, Path(f"/proc/{child}/stat").read_text().split()[13:15]))
    count = sum(len(text.encode()) for _, text in written(fd, seconds))
    ticks = sum(map(float, Path(f"/proc/{child}/stat").read_text().split()[13:15])) - before
    os.write(fd, b"q")
    for _ in written(fd, 3):
        pass
    os.waitpid(child, 0)
    row("CPU until the first jobs are on screen, Python's start among it", spent * 1000)
    row("written while 13 jobs run and nobody does anything", count / seconds, unit="B/s")
    row("CPU meanwhile", ticks / os.sysconf("SC_CLK_TCK") / seconds * 1000, unit="ms/s")


def written(fd: int, seconds: float) -> Iterator[tuple[float, str]]:
    """What a pseudo-terminal is told."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([fd], [], [], left)[0]:
            try:
                yield time.monotonic(), os.read(fd, 65536).decode(errors="replace")
            except OSError:
                return


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--idle", type=float, default=10)
    wanted = parser.parse_args()
    work: list[Awaitable[None]] = [
        tables(wanted.rows, wanted.peer),
        opening(),
        logs(wanted.lines, wanted.peer),
    ]
    for each in work:
        asyncio.run(each)  # type: ignore[arg-type]
    refreshing()
    idle(wanted.idle)


if __name__ == "__main__":
    main()
