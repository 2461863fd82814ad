"""The last snapshot on disk: the first frame does not wait for AWS."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fargo.caching import keep
from fargo.model.job import Job
from fargo.model.run import Run
from fargo.monitor.board import Board
from fargo.monitor.source import Title
from fargo.watch import JobsSeen, RunsSeen

JOBS = 5_000
"""Of more jobs the newest are kept: the first frame must come at once."""
FEED = "cache"
VERSION = 1


class Snapshot(msgspec.Struct, frozen=True):
    """What is kept.

    Attributes:
        at: when AWS told the last of it.
    """

    at: datetime
    jobs: tuple[Job, ...]
    runs: tuple[Run, ...]
    version: int = VERSION


def _past(moment: datetime) -> bool:
    """Whether it is of the past: what was kept in the future would count as newer than any answer."""
    return moment.tzinfo is not None and moment <= datetime.now(UTC)


class Cache:
    """The snapshot of one project on one target.

    Args:
        title: whose jobs they are.
        folder: where it is kept.
    """

    def __init__(self, title: Title, folder: Path) -> None:
        name = f"monitor-{title.target}-{title.account_id}-{title.region}-{title.project}"
        self.file = folder / f"{name}.json"

    def load(self, board: Board) -> None:
        """Show the board what was known last; nothing where there is none, or one that cannot be read."""
        try:
            found = msgspec.json.decode(self.file.read_bytes(), type=Snapshot)
        except (OSError, msgspec.MsgspecError):
            return
        if not found.jobs or found.version != VERSION or not _past(found.at):
            return
        board.take(RunsSeen(feed=FEED, at=found.at, runs=found.runs))
        board.take(JobsSeen(feed=FEED, at=found.at, jobs=found.jobs))
        board.freshness.forget(FEED)
        board.cached = found.at
        board.count()

    def save(self, board: Board) -> None:
        """Keep what is known, all or nothing. A disk that does not take it is no reason to stop watching."""
        at = max(board.store.seen.values(), default=None)
        if at is None or board.cached is not None:
            return
        first = datetime.min.replace(tzinfo=at.tzinfo)
        jobs = sorted(board.top(), key=lambda job: job.created or first, reverse=True)[:JOBS]
        content = msgspec.json.encode(Snapshot(at, tuple(jobs), board.runs))
        keep(self.file, content)
