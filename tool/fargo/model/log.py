"""A line that a container wrote, and the stream that it wrote it to."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


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


class LogEvent(NamedTuple):
    """One line that a container wrote. A tuple, because it is made in a quarter of a dataclass's time.

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
