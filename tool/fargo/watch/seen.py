"""What polling tells: an answer of AWS, or that there was none."""

from dataclasses import dataclass
from datetime import datetime

from fargo.aws.batch_answers import Environment, Queue
from fargo.errors import AwsError
from fargo.model.job import Job
from fargo.model.log import LogEvent
from fargo.model.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSeen:
    """How jobs stand.

    Attributes:
        feed: the name of the feed that asked.
        at: when AWS answered.
        gone: ids that were asked for and that AWS Batch does not know.
        last: whether it is the last answer of the feed's round.
    """

    feed: str
    at: datetime
    jobs: tuple[Job, ...]
    gone: tuple[str, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesSeen:
    """How the job queues stand, and the compute environments below them."""

    feed: str
    at: datetime
    queues: tuple[Queue, ...]
    environments: tuple[Environment, ...] = ()
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSeen:
    """The ids of the first 100 RUNNABLE jobs of a queue, in the order in which they will start."""

    feed: str
    at: datetime
    queue: str
    job_ids: tuple[str, ...]
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsSeen:
    """The latest runs, by their ledgers, newest first."""

    feed: str
    at: datetime
    runs: tuple[Run, ...]
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesSeen:
    """What containers wrote since the last look, in time order."""

    feed: str
    at: datetime
    events: tuple[LogEvent, ...]
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOver:
    """A feed has told all that it had to tell in this round."""

    feed: str
    at: datetime
    last: bool = True


Seen = LinesSeen | JobsSeen | QueuesSeen | FrontSeen | RunsSeen | RoundOver


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
