"""The AWS Batch API over HTTP: REST with JSON, errors in AWS's shape."""

import json
import logging
from collections.abc import Callable
from typing import Any

from fargo.local import moto_side
from fargo.local.batch import definitions, environments, jobs, listing, queues, tags
from fargo.local.batch.attempts import AttemptRunner
from fargo.local.batch.errors import ClientError
from fargo.local.batch.scheduler import Scheduler
from fargo.local.batch.shapes import ApiModel
from fargo.local.batch.store import Job, Region, Store, Wire, new_id
from fargo.local.batch.wire import detail
from fargo.local.clock import Clock
from fargo.local.events import EventWriter
from fargo.local.executors import Executor
from fargo.local.logs import LogWriter

_log = logging.getLogger(__name__)

QUEUE_DELETED = "Job queue was deleted"

Handler = Callable[[Store, Region, Wire], Wire]


class BatchService:
    """One AWS Batch for all regions."""

    def __init__(self, executor: Executor, clock: Clock) -> None:
        self.store = Store(clock)
        self._model = ApiModel()
        self._events = EventWriter()
        self.store.on_change = self._tell
        self._scheduler = Scheduler(self.store, executor, AttemptRunner(executor, LogWriter(clock)))
        self._handlers: dict[str, Handler] = {
            "CreateComputeEnvironment": environments.create,
            "UpdateComputeEnvironment": environments.update,
            "DescribeComputeEnvironments": environments.describe,
            "DeleteComputeEnvironment": environments.delete,
            "CreateJobQueue": queues.create,
            "UpdateJobQueue": queues.update,
            "DescribeJobQueues": queues.describe,
            "DeleteJobQueue": self._delete_queue,
            "RegisterJobDefinition": definitions.register,
            "DescribeJobDefinitions": definitions.describe,
            "DeregisterJobDefinition": definitions.deregister,
            "SubmitJob": jobs.submit,
            "DescribeJobs": jobs.describe,
            "ListJobs": listing.list_jobs,
            "CancelJob": self._cancel,
            "TerminateJob": self._terminate,
            "ListTagsForResource": tags.list_tags,
            "TagResource": tags.tag,
            "UntagResource": tags.untag,
        }

    def close(self) -> None:
        """Start no job any more."""
        self._scheduler.close()

    def handle(
        self, *, region: str, method: str, path: str, query: str, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one HTTP request.

        Args:
            region: from the request's credential scope.
            method: such as `POST`.
            path: such as `/v1/submitjob`, decoded.
            query: without the question mark.
            body: JSON, or nothing.

        Returns:
            The status, the headers, and the body.
        """
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": new_id()}
        try:
            answer = self._answer(region, method, path, query, body)
        except ClientError as error:
            headers["x-amzn-ErrorType"] = "ClientException"
            return 400, headers, json.dumps({"message": str(error)}).encode()
        except Exception:  # noqa: BLE001 - answered as AWS answers its own faults, and logged
            _log.exception("%s %s failed", method, path)
            headers["x-amzn-ErrorType"] = "ServerException"
            return 500, headers, b'{"message": "The local AWS met an error; its log says which"}'
        return 200, headers, json.dumps(answer).encode()

    def _answer(self, region: str, method: str, path: str, query: str, body: bytes) -> Wire:
        found = self._model.find(method, path)
        if found is None:
            raise ClientError(f"AWS Batch has no operation {method} {path}")
        if not moto_side.knows_region(region):
            raise ClientError(f"There is no region {region}")
        operation, in_path = found
        handler = self._handlers.get(operation)
        if handler is None:
            raise ClientError(f"The local AWS does not offer {operation} yet")
        params = self._model.parameters(operation, body=_parsed(body), in_path=in_path, query=query)
        with self.store.changed:
            return handler(self.store, self.store.region(region), params)

    def _delete_queue(self, store: Store, region: Region, params: Wire) -> Wire:
        """DeleteJobQueue: its jobs end with it."""
        answer = queues.delete(store, region, params)
        queue = region.queue(params["jobQueue"])
        for job in queue.active if queue else []:
            self._scheduler.terminate(job, QUEUE_DELETED)
        return answer

    def _cancel(self, _store: Store, region: Region, params: Wire) -> Wire:
        """CancelJob."""
        job = jobs.find(region, params)
        if job:
            self._scheduler.cancel(job, params["reason"])
        return {}

    def _terminate(self, _store: Store, region: Region, params: Wire) -> Wire:
        """TerminateJob."""
        job = jobs.find(region, params)
        if job:
            self._scheduler.terminate(job, params["reason"])
        return {}

    def _tell(self, job: Job) -> None:
        if moto_side.has_event_rules(job.region):
            self._events.job_changed(job.region, detail(job), self.store.clock.now())


def _parsed(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise ClientError("The request's body is not JSON") from error
    if not isinstance(parsed, dict):
        raise ClientError("The request's body is not a JSON object")
    return parsed
