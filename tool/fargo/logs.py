"""The lines that a run's containers write, in time order, each once."""

from collections.abc import Iterable

from fargo.aws.logs import LogEvent, Logs
from fargo.model.job import Job


class Tail:
    """Reads on in every stream from where it stopped.

    Args:
        logs: the log group.
    """

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._tokens: dict[str, str] = {}
        self._unseen: list[LogEvent] = []

    def poll(self, jobs: Iterable[Job]) -> list[LogEvent]:
        """The lines that are new since the last call, oldest first.

        A stream that is not there yet gives none: it appears when its container starts.

        Raises:
            AwsError: the lines that were read before it come with the next call.
        """
        for job in jobs:
            for stream in job.log_streams:
                for page in self._logs.read(stream, self._tokens.get(stream, "")):
                    self._unseen += page.events
                    self._tokens[stream] = page.token
        events, self._unseen = self._unseen, []
        return sorted(events, key=lambda event: event.at)
