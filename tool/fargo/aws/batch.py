"""AWS Batch: submit, describe, find, terminate."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from os.path import commonprefix
from typing import Any

from fargo.aws.batch_answers import (
    Environment,
    Front,
    Queue,
    environment_from,
    front_from,
    job_from,
    queue_from,
)
from fargo.aws.errors import translated
from fargo.model.job import Job, JobState

DESCRIBE_MAX = 100
"""Ids in one DescribeJobs call (AWS Batch API reference, DescribeJobs)."""

LIST_MAX = 1000
"""Jobs in one answer of ListJobs by state (AWS Batch API reference, ListJobs)."""

TERMINATE_MAX = 50
"""Ids in one TerminateJobs call (AWS Batch API reference, TerminateJobs)."""
_LATER = frozenset({"ThrottlingException", "ServerException"})
"""Why one job of such a call was not terminated, where it will be another time (the same)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One SubmitJob call.

    The size is always sent: what the ledger says is what runs, whatever the definition says.

    Attributes:
        share: what a queue with a fair-share policy wants of each job, and any other refuses; empty: none.
        size: children of the array; 1: a plain job, because AWS Batch knows no array of one.
        after: jobs to wait for; with `paired`, child by child.
    """

    name: str
    queue: str
    definition: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    tags: tuple[tuple[str, str], ...]
    vcpu: float
    memory_mib: int
    timeout_seconds: int | None = None
    share: str = ""
    size: int = 1
    after: tuple[str, ...] = ()
    paired: bool = False

    def request(self) -> dict[str, Any]:
        """The call's parameters, in AWS's words."""
        container: dict[str, Any] = {
            "command": list(self.command),
            "environment": [{"name": name, "value": value} for name, value in self.environment],
            "resourceRequirements": [
                {"type": "VCPU", "value": f"{self.vcpu:g}"},
                {"type": "MEMORY", "value": str(self.memory_mib)},
            ],
        }
        seconds = self.timeout_seconds
        more: dict[str, Any] = {} if seconds is None else {"timeout": {"attemptDurationSeconds": seconds}}
        if self.share:
            # Such a queue refuses a job without a priority, too; ours are equal within their share.
            more |= {"shareIdentifier": self.share, "schedulingPriorityOverride": 0}
        if self.size > 1:
            more["arrayProperties"] = {"size": self.size}
        if self.after:
            kind = {"type": "N_TO_N"} if self.paired and self.size > 1 else {}
            more["dependsOn"] = [{"jobId": job_id} | kind for job_id in self.after]
        return {
            "jobName": self.name,
            "jobQueue": self.queue,
            "jobDefinition": self.definition,
            "containerOverrides": container,
            "propagateTags": True,
            "tags": dict(self.tags),
        } | more


class Batch:
    """The calls of AWS Batch that fargo uses.

    Args:
        client: a boto3 client for `batch`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, submission: Submission) -> str:
        """Submit one job and return its id."""
        with translated("SubmitJob"):
            return str(self._client.submit_job(**submission.request())["jobId"])

    def find(self, queue: str, names: Collection[str]) -> dict[str, str]:
        """The jobs of exactly these names in the queue, in any state: name → id, as far as they are there.

        Several are asked for by what their names begin with.
        """
        begin = commonprefix(list(names))  # noqa: RUF071 # names and no paths: it is about characters
        value = begin if len(names) == 1 else f"{begin}*"
        with translated("ListJobs"):
            pages = self._client.get_paginator("list_jobs").paginate(
                jobQueue=queue, filters=[{"name": "JOB_NAME", "values": [value]}]
            )
            jobs = [job for page in pages for job in page["jobSummaryList"]]
        return {job["jobName"]: str(job["jobId"]) for job in jobs if job["jobName"] in names}

    def describe(self, job_ids: Sequence[str]) -> tuple[Job, ...]:
        """The jobs that AWS Batch still knows, in the order asked for; one call per 100 ids."""
        found: dict[str, Job] = {}
        for start in range(0, len(job_ids), DESCRIBE_MAX):
            with translated("DescribeJobs"):
                answer = self._client.describe_jobs(jobs=list(job_ids[start : start + DESCRIBE_MAX]))
            found.update((detail["jobId"], job_from(detail)) for detail in answer["jobs"])
        return tuple(found[job_id] for job_id in job_ids if job_id in found)

    def raw(self, job_id: str) -> dict[str, Any]:
        """All that DescribeJobs tells of a job, in AWS's words; empty where AWS Batch does not know it."""
        with translated("DescribeJobs"):
            answer = self._client.describe_jobs(jobs=[job_id])
        found: dict[str, Any] = answer["jobs"][0] if answer["jobs"] else {}
        return found

    def children(self, array_id: str, state: JobState, size: int = LIST_MAX) -> Iterator[tuple[Job, ...]]:
        """An array's children in this state, by index, a page of `size` a call."""
        return self._list(arrayJobId=array_id, jobStatus=state.value, PaginationConfig={"PageSize": size})

    def in_state(self, queue: str, state: JobState) -> Iterator[tuple[Job, ...]]:
        """A queue's jobs in this state, arrays but not their children, the newest first, 1,000 a call."""
        return self._list(jobQueue=queue, jobStatus=state.value)

    def created_after(self, queue: str, moment: datetime) -> Iterator[tuple[Job, ...]]:
        """A queue's jobs in any state that were created after a moment, the newest first, 100 a call."""
        value = str(int(moment.timestamp() * 1000))
        return self._list(jobQueue=queue, filters=[{"name": "AFTER_CREATED_AT", "values": [value]}])

    def _list(self, **wanted: Any) -> Iterator[tuple[Job, ...]]:
        queue = wanted.get("jobQueue", "")
        pages = iter(self._client.get_paginator("list_jobs").paginate(**wanted))
        while True:
            with translated("ListJobs"):
                page = next(pages, None)
            if page is None:
                return
            yield tuple(job_from(item, queue=queue) for item in page["jobSummaryList"])

    def terminate(self, job_id: str, reason: str) -> None:
        """Stop a job in whatever state: TerminateJob also cancels what has not started."""
        with translated("TerminateJob"):
            self._client.terminate_job(jobId=job_id, reason=reason)

    def terminate_all(self, job_ids: Sequence[str], reason: str) -> tuple[dict[str, str], dict[str, str]]:
        """The same for `TERMINATE_MAX` at the most, arrays with all children.

        Returns:
            What AWS refused, and what it put off: id → why.
        """
        with translated("TerminateJobs"):
            answer = self._client.terminate_jobs(jobs=list(job_ids), reason=reason)
        refused: dict[str, str] = {}
        later: dict[str, str] = {}
        for error in answer["errors"]:
            (later if error["code"] in _LATER else refused)[error["job"]] = error["message"]
        return refused, later

    def queues(self, names: Iterable[str]) -> tuple[Queue, ...]:
        """The job queues of these names or ARNs that exist."""
        names = list(names)
        if not names:
            return ()  # asked for none, AWS answers all
        with translated("DescribeJobQueues"):
            answer = self._client.describe_job_queues(jobQueues=names)
        return tuple(queue_from(item) for item in answer["jobQueues"])

    def environments(self, names: Iterable[str]) -> tuple[Environment, ...]:
        """The compute environments of these names or ARNs that exist."""
        names = sorted(names)
        if not names:
            return ()  # as above
        with translated("DescribeComputeEnvironments"):
            answer = self._client.describe_compute_environments(computeEnvironments=names)
        return tuple(environment_from(item) for item in answer["computeEnvironments"])

    def front(self, queue: str) -> tuple[str, ...]:
        """The ids of the first 100 RUNNABLE jobs of a queue, the next to start first."""
        return self.glance(queue).jobs

    def glance(self, queue: str) -> Front:
        """The front of a queue, and what its jobs take.

        Source: AWS Batch API reference, GetJobQueueSnapshot.
        """
        with translated("GetJobQueueSnapshot"):
            return front_from(self._client.get_job_queue_snapshot(jobQueue=queue))

    def disable(self, queue: str) -> None:
        """Let a job queue take no more jobs."""
        with translated("UpdateJobQueue"):
            self._client.update_job_queue(jobQueue=queue, state="DISABLED")

    def live_jobs(self, queue: str) -> dict[str, JobState]:
        """Every job of a queue that has not ended, id → state; ListJobs wants one call chain per state."""
        found: dict[str, JobState] = {}
        for state in JobState:
            if state.finished:
                continue
            with translated("ListJobs"):
                pages = self._client.get_paginator("list_jobs").paginate(
                    jobQueue=queue, jobStatus=state.value
                )
                found |= {job["jobId"]: state for page in pages for job in page["jobSummaryList"]}
        return found
