"""Watching: one loop asks AWS, a store keeps what it told, and whoever wants to shows it."""

from fargo.watch.feeds import ChildrenFeed, FailedFeed, FrontFeed, JobsFeed, QueueFeed, QueuesFeed, RunsFeed
from fargo.watch.following import PATIENCE_SECONDS, RUN, Watcher, WatchEvent, snapshot, snapshots
from fargo.watch.freshness import Age, Condition, Freshness
from fargo.watch.poller import Feed, Poller
from fargo.watch.seen import (
    FrontSeen,
    JobsSeen,
    LinesSeen,
    QueuesSeen,
    Recovered,
    RoundOver,
    RunsSeen,
    Seen,
    Trouble,
)
from fargo.watch.several import watch_runs
from fargo.watch.store import Delta, Store, Transition
from fargo.watch.throughput import Throughput

__all__ = [
    "PATIENCE_SECONDS",
    "RUN",
    "Age",
    "ChildrenFeed",
    "Condition",
    "Delta",
    "FailedFeed",
    "Feed",
    "Freshness",
    "FrontFeed",
    "FrontSeen",
    "JobsFeed",
    "JobsSeen",
    "LinesSeen",
    "Poller",
    "QueueFeed",
    "QueuesFeed",
    "QueuesSeen",
    "Recovered",
    "RoundOver",
    "RunsFeed",
    "RunsSeen",
    "Seen",
    "Store",
    "Throughput",
    "Transition",
    "Trouble",
    "WatchEvent",
    "Watcher",
    "snapshot",
    "snapshots",
    "watch_runs",
]
