"""What the tests of watching share: a clock that waiting moves, feeds that play a script, jobs."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from fargo.aws.batch import Batch
from fargo.errors import AwsDenied, AwsThrottled, AwsUnreachable
from fargo.model.job import Job, JobState
from fargo.watch import Feed, JobsSeen, Poller, Seen

START = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def a_job(job_id: str = "a", state: JobState = JobState.RUNNING, **more: Any) -> Job:
    return Job(id=job_id, name=job_id, state=state, **more)


def seen(*jobs: Job, when: float = 0, gone: tuple[str, ...] = (), feed: str = "f") -> JobsSeen:
    return JobsSeen(feed=feed, at=at(when), jobs=jobs, gone=gone)


def throttled() -> AwsThrottled:
    return AwsThrottled("slow down", operation="DescribeJobs")


def unreachable() -> AwsUnreachable:
    return AwsUnreachable("no network", operation="DescribeJobs")


def denied(code: str = "ExpiredTokenException") -> AwsDenied:
    return AwsDenied("expired", operation="DescribeJobs", code=code)


class Scripted:
    """A feed whose rounds are lists of answers; an exception in one is raised there."""

    def __init__(self, name: str, *rounds: list[Any], seconds: float = 5) -> None:
        self.name = name
        self.rounds = list(rounds)
        self.wished = seconds

    def seconds(self) -> float:
        return self.wished

    def look(self, batch: Batch) -> Iterator[Seen]:
        for item in self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]:
            if isinstance(item, Exception):
                raise item
            yield item


class Waiting:
    """Waits by moving its clock; after so many seconds it closes the poller."""

    def __init__(self, until: float = 60) -> None:
        self.now = 0.0
        self.until = until
        self.poller: Poller | None = None
        self.at: Callable[[float], None] = lambda _: None

    def clock(self) -> float:
        return self.now

    def wait(self, wake: threading.Event, seconds: float) -> None:
        wake.clear()
        self.now += seconds
        self.at(self.now)
        if self.now >= self.until:
            assert self.poller
            self.poller.close()


def polled(*feeds: Feed, until: float = 60, waiting: Waiting | None = None) -> list[tuple[float, Any]]:
    """What a poller of these feeds tells within so many seconds, each with its time."""
    time = waiting or Waiting(until)
    time.poller = Poller(Batch(None), feeds, clock=time.clock, wait=time.wait, vary=lambda: 1.0)
    return [(time.now, event) for event in time.poller.events()]
