"""One event as EventBridge writes it → how a job stood, and since when."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fargo.aws.batch_answers import job_from
from fargo.model.job import Job, JobState

STATE_CHANGE = "Batch Job State Change"

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Event:
    """A job came into a state.

    Attributes:
        job: as it stood from then on, like an answer of DescribeJobs.
        at: when that was.
    """

    job: Job
    at: datetime

    @property
    def attempt(self) -> int:
        """How many of its attempts had ended: it tells a first RUNNABLE from that of a retry."""
        return sum(attempt.stopped is not None for attempt in self.job.attempts)


def event_from(message: str) -> Event | None:
    """A line of the log group → what it tells; None for any other event, and for what is not understood.

    Its `detail` resembles DescribeJobs' JobDetail, and more may be added to it at any time
    (AWS Batch user guide, "Job state change events").
    """
    try:
        told = json.loads(message)
        if told["detail-type"] != STATE_CHANGE:
            return None
        job = job_from(told["detail"])
        return Event(job, _moment(job, _time(told["time"])))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(job: Job, told: datetime) -> datetime:
    """The moment of the change: EventBridge tells whole seconds, the job its start and end more closely."""
    known = job.stopped if job.state.finished else job.started if job.state is JobState.RUNNING else None
    return known if known and abs(known - told) <= _SECOND else told
