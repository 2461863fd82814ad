"""Changes of a job's state on their way to EventBridge, in the order in which they happened."""

import logging
import queue
import threading
from collections.abc import Iterable
from typing import Any

from fargo.local import moto_side

_log = logging.getLogger(__name__)

STATE_CHANGE = "Batch Job State Change"
QUEUE_BLOCKED = "Batch Job Queue Blocked"


class EventWriter:
    """Hands events to moto from one thread: targets take their time, and a job does not wait for them."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, Iterable[dict[str, Any]], int]] = queue.SimpleQueue()
        threading.Thread(target=self._loop, name="events", daemon=True).start()

    def jobs_changed(self, region: str, details: Iterable[dict[str, Any]], time_ms: int) -> None:
        """Tell that jobs changed; `details` are what DescribeJobs says of them, read one by one."""
        self._queue.put((region, details, time_ms))

    def _loop(self) -> None:
        while True:
            region, details, time_ms = self._queue.get()
            for detail in details:
                try:
                    kind, resources = _about(detail)
                    moto_side.put_event(region, kind, resources=resources, detail=detail, time_ms=time_ms)
                except Exception:  # noqa: BLE001 - a broken target must not hold up the next event
                    _log.exception("an event of job %s did not reach its targets", detail["jobId"])


def _about(detail: dict[str, Any]) -> tuple[str, list[str]]:
    """The kind of an event and what it is about: a RUNNABLE job with a reason blocks its queue.

    Source: user guide, "Job queue blocked events".
    """
    if detail["status"] == "RUNNABLE" and detail.get("statusReason"):
        return QUEUE_BLOCKED, [detail["jobArn"], detail["jobQueue"]]
    return STATE_CHANGE, [detail["jobArn"]]
