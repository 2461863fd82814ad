"""What sending needs, and how patient it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fargo.aws.batch import Batch
from fargo.aws.store import Store

CALL_SECONDS = 10
"""How long SubmitJob may take to connect, and then to answer: after twice that it is over."""
CLAIM_SECONDS = 5.0
"""How long a claim allows SubmitJob to be called: a process that slept longer claims anew, and then learns
that another one has taken over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What sending needs.

    Attributes:
        batch: with a client that sends a call once, and waits `CALL_SECONDS` for its answer.
        sleep: waits that many seconds.
        now: the time, in UTC.
        writer: a word of this process alone.
    """

    batch: Batch
    store: Store
    sleep: Callable[[float], None]
    writer: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
