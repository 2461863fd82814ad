"""The lines that a run's containers write, in time order, each once."""

from collections.abc import Iterable, Iterator

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

    def poll(self, jobs: Iterable[Job]) -> list[LogEvent]:
        """The lines that are new since the last call, oldest first.

        A stream that is not there yet gives none: it appears when its container starts.
        """
        events = [event for job in jobs for stream in job.log_streams for event in self._read(stream)]
        return sorted(events, key=lambda event: event.at)

    def _read(self, stream: str) -> Iterator[LogEvent]:
        for event, token in self._logs.read(stream, self._tokens.get(stream, "")):
            if event is None:
                self._tokens[stream] = token
            else:
                yield event
