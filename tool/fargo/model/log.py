"""A line that a container wrote, and the stream that it wrote it to."""

from dataclasses import dataclass
from datetime import datetime

import msgspec


@dataclass(frozen=True, slots=True)
class LogSource:
    """One log stream: one attempt of one container.

    Attributes:
        job_id: the AWS Batch job, an array's child among them.
        label: which of a run's containers it is, like `#17`; empty where the run has but one.
        attempt: from 1.
    """

    stream: str
    job_id: str = ""
    label: str = ""
    attempt: int = 1


class LogEvent(msgspec.Struct, frozen=True, gc=False):
    """One line that a container wrote.

    A dataclass in all but the time that its making takes, a tenth, and without work for the garbage
    collector: there are a hundred thousand of them.

    Attributes:
        at: when the line was taken from the container.
        text: as it was written: it goes through `view.text.safe` or `view.log_lines` to a terminal.
        id: CloudWatch Logs' own; empty where GetLogEvents was asked, which tells none.
        label: see `LogSource.label`.
        attempt: see `LogSource.attempt`.
    """

    at: datetime
    stream: str
    text: str
    id: str = ""
    label: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """A part of time, both ends among it, in milliseconds since 1970; None: open."""

    begin: int | None = None
    end: int | None = None

    def within(self, begin: int | None, end: int | None) -> "Span":
        """What it has in common with another."""
        begins = [each for each in (self.begin, begin) if each is not None]
        ends = [each for each in (self.end, end) if each is not None]
        return Span(max(begins, default=None), min(ends, default=None))


def milliseconds(moment: datetime) -> int:
    """A moment as CloudWatch Logs counts it."""
    return round(moment.timestamp() * 1000)
