"""CancelJob, TerminateJob, their bulk forms, and DeleteJobQueue. Source: API reference."""

from collections.abc import Callable

from fargo.local.batch import queues
from fargo.local.batch.errors import ClientError
from fargo.local.batch.records import Job, Wire
from fargo.local.batch.scheduler import Scheduler
from fargo.local.batch.store import Region, Store

_BULK_MAX = 50
_REASON_MAX = 1024
_QUEUE_DELETED = "Job queue was deleted"


class Ending:
    """The requests that end jobs."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def cancel(self, _store: Store, region: Region, params: Wire) -> Wire:
        """CancelJob."""
        return _one(region, params, self._scheduler.cancel)

    def terminate(self, _store: Store, region: Region, params: Wire) -> Wire:
        """TerminateJob."""
        return _one(region, params, self._scheduler.terminate)

    def cancel_all(self, _store: Store, region: Region, params: Wire) -> Wire:
        """CancelJobs."""
        return _many(region, params, self._scheduler.cancel)

    def terminate_all(self, _store: Store, region: Region, params: Wire) -> Wire:
        """TerminateJobs."""
        return _many(region, params, self._scheduler.terminate)

    def delete_queue(self, store: Store, region: Region, params: Wire) -> Wire:
        """DeleteJobQueue: its jobs end with it."""
        answer = queues.delete(store, region, params)
        queue = region.queue(params["jobQueue"])
        for job in queue.active if queue else []:
            self._scheduler.terminate(job, _QUEUE_DELETED)
        return answer


End = Callable[[Job, str], None]


def _one(region: Region, params: Wire, end: End) -> Wire:
    _need_reason(params)
    _end(region, params["jobId"], params["reason"], end)
    return {}


def _many(region: Region, params: Wire, end: End) -> Wire:
    _need_reason(params)
    if not 1 <= len(params["jobs"]) <= _BULK_MAX:
        raise ClientError(f"jobs must name 1 to {_BULK_MAX} jobs, and {len(params['jobs'])} were given.")
    for text in params["jobs"]:
        _end(region, text, params["reason"], end)
    return {"successful": list(params["jobs"]), "errors": []}


def _need_reason(params: Wire) -> None:
    if not params["reason"].strip():
        raise ClientError("reason must not be empty.")
    if len(params["reason"]) > _REASON_MAX:
        raise ClientError(f"reason must have at most {_REASON_MAX} characters.")


def _end(region: Region, text: str, reason: str, end: End) -> None:
    """An unknown job is no error to AWS."""
    job = region.job(text)
    if job and not job.state.finished:
        end(job, reason)
