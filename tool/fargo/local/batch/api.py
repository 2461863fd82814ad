"""The AWS Batch API over HTTP: REST with JSON, errors in AWS's shape."""

import fnmatch
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fargo.local import moto_side
from fargo.local.batch import (
    arrays,
    definitions,
    environments,
    jobs,
    listing,
    policies,
    queues,
    recover,
    snapshot,
    tags,
)
from fargo.local.batch.attempts import AttemptRunner
from fargo.local.batch.ending import Ending
from fargo.local.batch.errors import ClientError
from fargo.local.batch.keep import Keeper
from fargo.local.batch.records import Job, Wire
from fargo.local.batch.scheduler import Scheduler
from fargo.local.batch.shapes import ApiModel
from fargo.local.batch.store import Region, Store, new_id
from fargo.local.batch.wire import detail
from fargo.local.clock import Clock
from fargo.local.events import EventWriter
from fargo.local.executors import Executor
from fargo.local.logs import LogWriter
from fargo.local.ways import Ways

_log = logging.getLogger(__name__)

Handler = Callable[[Store, Region, Wire], Wire]


class BatchService:
    """One AWS Batch for all regions, as it was left in its database.

    Args:
        executor: what runs the jobs.
        clock: of the jobs' moments and timers.
        database: the file that everything is kept in.
        ways: what a task reaches from where it starts.

    Attributes:
        cut_off: how many containers ran when the last server ended.
        lost: what of the database could not be read, in a sentence; empty where all was.
    """

    def __init__(self, executor: Executor, clock: Clock, database: Path, ways: Ways) -> None:
        self.store = Store(clock, Keeper(database))
        recover.load(self.store)
        self._model = ApiModel()
        self._events = EventWriter()
        self.store.on_change = self._tell
        runner = AttemptRunner(executor, LogWriter(clock), ways)
        self._scheduler = Scheduler(self.store, executor, runner)
        ending = Ending(self._scheduler)
        self._handlers: dict[str, Handler] = {
            "CreateComputeEnvironment": environments.create,
            "UpdateComputeEnvironment": environments.update,
            "DescribeComputeEnvironments": environments.describe,
            "DeleteComputeEnvironment": environments.delete,
            "CreateJobQueue": queues.create,
            "UpdateJobQueue": queues.update,
            "DescribeJobQueues": queues.describe,
            "DeleteJobQueue": ending.delete_queue,
            "GetJobQueueSnapshot": snapshot.snapshot,
            "CreateSchedulingPolicy": policies.create,
            "UpdateSchedulingPolicy": policies.update,
            "DescribeSchedulingPolicies": policies.describe,
            "ListSchedulingPolicies": policies.list_policies,
            "DeleteSchedulingPolicy": policies.delete,
            "RegisterJobDefinition": definitions.register,
            "DescribeJobDefinitions": definitions.describe,
            "DeregisterJobDefinition": definitions.deregister,
            "SubmitJob": jobs.submit,
            "DescribeJobs": jobs.describe,
            "ListJobs": listing.list_jobs,
            "CancelJob": ending.cancel,
            "CancelJobs": ending.cancel_all,
            "TerminateJob": ending.terminate,
            "TerminateJobs": ending.terminate_all,
            "ListTagsForResource": tags.list_tags,
            "TagResource": tags.tag,
            "UntagResource": tags.untag,
        }
        self.lost = self.store.keeper.lost
        self.cut_off = self._scheduler.start()

    def close(self) -> None:
        """Start no job any more, and write what is to be kept. Close the executor after it."""
        self._scheduler.close()
        with self.store.changed:
            try:
                self.store.keeper.close()
            except sqlite3.Error:
                # The containers must be removed all the same.
                _log.exception("the last changes of jobs could not be written down")

    def interrupt(self, job_ids: list[str] | None, name: str | None) -> list[str]:
        """Take back the Fargate Spot capacity of running jobs.

        Args:
            job_ids: single jobs, arrays (all their children) and children; None for any.
            name: a pattern of the job's name, with wildcards; None for any.

        Returns:
            The ids of the jobs that were interrupted.
        """
        with self.store.changed:
            named = [job for job in self._chosen(job_ids) if fnmatch.fnmatchcase(job.spec.name, name or "*")]
            return [job.id for job in named if self._scheduler.interrupt(job)]

    def _chosen(self, job_ids: list[str] | None) -> Iterator[Job]:
        for region in list(self.store.regions.values()):
            found = region.jobs.values() if job_ids is None else map(region.job, job_ids)
            for job in [job for job in found if job]:
                yield from list(job.children.held.values()) if job.children else [job]

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
            message = error.message(headers["x-amzn-RequestId"])
            return error.status, headers, json.dumps({"message": message}).encode()
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
        params = self._model.parameters(
            operation, body=_parsed(body), in_path=in_path, query=query, size=len(body)
        )
        with self.store.changed:
            answer = handler(self.store, self.store.region(region), params)
            self.store.keeper.flush()
        return answer

    def _tell(self, job: Job, indexes: Sequence[int]) -> None:
        region = job.spec.region
        try:
            if not moto_side.has_event_rules(region):
                return
        except Exception:  # noqa: BLE001 - an event that is lost must not stop a job halfway
            _log.exception("the rules of EventBridge in %s cannot be read", region)
            return
        now = self.store.clock.now()
        if indexes:
            children = [arrays.view(job, index) for index in indexes]
            self._events.jobs_changed(region, map(detail, children), now)
        else:
            self._events.jobs_changed(region, [detail(job)], now)


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
