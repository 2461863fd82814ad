"""Changes of a job's state on their way to EventBridge, in the order in which they happened."""

import logging
import queue
import threading
from typing import Any

from fargo.local import moto_side

_log = logging.getLogger(__name__)

STATE_CHANGE = "Batch Job State Change"


class EventWriter:
    """Hands events to moto from one thread: targets take their time, and a job does not wait for them."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, dict[str, Any], int]] = queue.SimpleQueue()
        threading.Thread(target=self._loop, name="events", daemon=True).start()

    def job_changed(self, region: str, detail: dict[str, Any], time_ms: int) -> None:
        """Tell that a job changed; `detail` is what DescribeJobs says of it."""
        self._queue.put((region, detail, time_ms))

    def _loop(self) -> None:
        while True:
            region, detail, time_ms = self._queue.get()
            try:
                moto_side.put_event(
                    region, STATE_CHANGE, resources=[detail["jobArn"]], detail=detail, time_ms=time_ms
                )
            except Exception:  # noqa: BLE001 - a broken target must not hold up the next event
                _log.exception("an event of job %s did not reach its targets", detail["jobId"])
