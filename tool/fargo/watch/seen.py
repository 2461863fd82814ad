"""What polling tells: an answer of AWS, or that there was none."""

from dataclasses import dataclass
from datetime import datetime

from fargo.aws.batch_answers import Environment, Queue
from fargo.errors import AwsError
from fargo.model.job import Job
from fargo.model.log import LogEvent
from fargo.model.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An answer of AWS.

    Attributes:
        feed: the name of the feed that asked.
        at: when AWS answered.
        last: whether it is the last answer of the feed's round.
    """

    feed: str
    at: datetime
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSeen(Seen):
    """How jobs stand.

    Attributes:
        gone: ids that were asked for and that AWS Batch does not know.
    """

    jobs: tuple[Job, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesSeen(Seen):
    """How the job queues stand, and the compute environments below them."""

    queues: tuple[Queue, ...]
    environments: tuple[Environment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSeen(Seen):
    """The ids of the first 100 RUNNABLE jobs of a queue, in the order in which they will start."""

    queue: str
    job_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsSeen(Seen):
    """The latest runs, by their ledgers, newest first."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesSeen(Seen):
    """What containers wrote since the last look, in time order."""

    events: tuple[LogEvent, ...]


class RoundOver(Seen):
    """A feed has told all that it had to tell in this round."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """AWS answers a feed again that was in trouble."""

    feed: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """AWS did not answer a feed; what was seen last still stands.

    Attributes:
        times: how often in a row.
        pause: seconds until it is asked again.
    """

    feed: str
    at: datetime
    error: AwsError
    times: int
    pause: float
