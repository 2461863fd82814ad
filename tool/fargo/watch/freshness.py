"""How old what is shown is, and why: never hidden, whatever AWS does."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fargo.errors import AwsDenied, AwsError, AwsThrottled, AwsUnreachable
from fargo.watch.seen import Recovered, Seen, Trouble

STALE_INTERVALS = 2
"""A feed that has told nothing for so many of its pauses is stale."""


class Condition(StrEnum):
    """How it stands with what is shown, the worse the later."""

    WAITING = "waiting"
    LIVE = "live"
    STALE = "stale"
    THROTTLED = "throttled"
    OFFLINE = "offline"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """How fresh it is.

    Attributes:
        seconds: since AWS last answered; None where it never did.
        error: what hides the rest.
        since: of trouble, when it began.
        times: of trouble, how often in a row.
        retry: of trouble, seconds until AWS is asked again.
    """

    condition: Condition
    seconds: float | None
    error: AwsError | None = None
    since: datetime | None = None
    times: int = 0
    retry: float = 0


class Freshness:
    """Keeps, for each feed, when it last told something and what hinders it."""

    def __init__(self) -> None:
        self._told: dict[str, datetime] = {}
        self._trouble: dict[str, Trouble] = {}
        self._since: dict[str, datetime] = {}

    def take(self, event: Seen | Recovered | Trouble) -> None:
        """Take in what the poller told."""
        if isinstance(event, Trouble):
            self._trouble[event.feed] = event
            self._since.setdefault(event.feed, event.at)
            return
        self._told[event.feed] = event.at
        self._trouble.pop(event.feed, None)
        self._since.pop(event.feed, None)

    @property
    def unreachable(self) -> tuple[str, ...]:
        """The feeds that AWS does not answer at all."""
        return tuple(name for name, each in self._trouble.items() if isinstance(each.error, AwsUnreachable))

    def forget(self, feed: str) -> None:
        """It is no longer asked."""
        for kept in (self._told, self._trouble, self._since):
            kept.pop(feed, None)

    def age(self, now: datetime, *, feed: str = "", interval: float = 0) -> Age:
        """How fresh it is now: of one feed, or the worst of all.

        Args:
            interval: the feed's pause in seconds, where staleness without trouble is to be told.
        """
        if feed:
            return self._of(feed, now, interval)
        names = self._told.keys() | self._trouble.keys()
        ages = [self._of(name, now, 0) for name in names]
        order = list(Condition)
        worst = max(ages, key=lambda age: (order.index(age.condition), age.seconds or 0), default=None)
        return worst or Age(condition=Condition.WAITING, seconds=None)

    def _of(self, feed: str, now: datetime, interval: float) -> Age:
        told, trouble = self._told.get(feed), self._trouble.get(feed)
        seconds = max((now - told).total_seconds(), 0) if told else None
        if trouble is None:
            stale = seconds is not None and 0 < interval * STALE_INTERVALS < seconds
            calm = Condition.WAITING if told is None else Condition.LIVE
            return Age(condition=Condition.STALE if stale else calm, seconds=seconds)
        return Age(
            condition=_kind(trouble.error),
            seconds=seconds,
            error=trouble.error,
            since=self._since.get(feed),
            times=trouble.times,
            retry=max(trouble.pause - (now - trouble.at).total_seconds(), 0),
        )


def _kind(error: AwsError) -> Condition:
    if isinstance(error, AwsDenied):
        return Condition.DENIED
    return Condition.THROTTLED if isinstance(error, AwsThrottled) else Condition.OFFLINE
