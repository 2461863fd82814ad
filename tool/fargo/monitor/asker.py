"""What the monitor's one poller asks: jobs, runs and queues always, and what the screen on top needs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fargo.model.units import duration_text
from fargo.monitor.board import Board
from fargo.monitor.filtering import has_failed
from fargo.monitor.past import PastFeed
from fargo.monitor.source import Source
from fargo.watch import FailedFeed, Feed, JobsFeed, Poller, QueueFeed, QueuesFeed, RunsFeed
from fargo.watch.pace import PAUSE_MAX

if TYPE_CHECKING:
    from fargo.model.job import Job

SLOWEST, FASTEST = 12.0, 0.2


class Asker:
    """Of the UI's thread; the poller itself runs in another.

    Args:
        source: whom the poller asks.
        board: what is known so far.

    Attributes:
        poller: None before it runs.
        resting: whether AWS is asked once a minute at the most.
    """

    def __init__(self, source: Source, board: Board) -> None:
        self._source, self._board = source, board
        self.poller: Poller | None = None
        self.resting = False
        self._scale = 1.0
        self._feeds: dict[str, Feed] = {}
        self._jobs, self._past = JobsFeed("jobs"), PastFeed(source.past)
        self._failing: tuple[Job, ...] = ()

    def begin(self, poller: Poller, more: Sequence[Feed]) -> None:
        """Take a new poller into use: it knows no feed yet."""
        self.poller = poller
        poller.scale(self._scale)
        self._feeds.clear()
        self.wire(more)

    def wire(self, more: Sequence[Feed]) -> None:
        """Ask what is always asked, what a screen needs, and nothing that no screen shows.

        Args:
            more: the feeds of the screen on top.
        """
        if self.poller is None:
            return
        always: tuple[Feed, ...] = (
            self._jobs,
            RunsFeed(self._source.runs),
            *map(QueueFeed, self._source.queues),
            QueuesFeed(self._source.queues),
            self._past,
            FailedFeed(lambda: self._failing),
        )
        wanted: dict[str, Feed] = {feed.name: feed for feed in (*always, *more)}
        self._board.expected = frozenset(feed.name for feed in always if isinstance(feed, QueueFeed))
        for name in [name for name in self._feeds if name not in wanted]:
            self.poller.remove(name)
            self._board.freshness.forget(name)
            del self._feeds[name]
        for name, feed in wanted.items():
            if name not in self._feeds:
                self._feeds[name] = feed
                self.poller.add(feed)

    def follow(self) -> None:
        """Ask for the jobs that live now, for why some fail, and for what nobody has told of."""
        failing = tuple(job for job in self._board.top() if job.size and has_failed(job))
        first_failure, self._failing = bool(failing) and not self._failing, failing
        if first_failure:
            self.hurry(FailedFeed.name)
        first_unknown = not self._past.unknown
        self._past.runs, self._past.unknown = self._board.runs, self._board.unknown()
        if first_unknown and self._past.unknown:
            self.hurry(self._past.name)
        live = self._board.live()
        first = bool(live) and not self._jobs.ids
        self._jobs.ids = live
        if first:
            self.hurry(self._jobs.name)

    def hurry(self, *names: str, insist: bool = False) -> None:
        """Ask these feeds, or all, now; with `insist` even those that AWS asked to wait."""
        if self.poller is not None:
            self.poller.hurry(*names, insist=insist)

    def rest(self) -> None:
        """Ask AWS once a minute at the most, or as before."""
        self.resting = not self.resting
        if self.poller is not None:
            self.poller.rest(resting=self.resting)

    def slower(self, factor: float) -> None:
        """Ask so many times less often."""
        self._scale = min(max(self._scale * factor, FASTEST), SLOWEST)
        if self.poller is not None:
            self.poller.scale(self._scale)

    def close(self) -> None:
        """Ask no more."""
        if self.poller is not None:
            self.poller.close()

    @property
    def pace(self) -> str:
        """How often AWS is asked for jobs, in words."""
        if self.resting:
            return "paused"
        pauses = [seconds for _, seconds in self.scope] or [self._jobs.seconds() * self._scale]
        return f"every {duration_text(max(*pauses, 1))}"

    @property
    def scope(self) -> tuple[tuple[str, float], ...]:
        """The feeds that tell of jobs, and their pauses in seconds."""
        queues = [feed for feed in self._feeds.values() if isinstance(feed, QueueFeed)]
        feeds: Sequence[Feed] = [self._jobs] if self._jobs.ids else queues
        slow = PAUSE_MAX if self.resting else 0.0
        return tuple((feed.name, max(feed.seconds() * self._scale, slow)) for feed in feeds)
