"""An array whose children start as they are told to, by ListJobs and DescribeJobs."""

from typing import Any

from fargo.model.job import Job, JobState

T0 = 1_800_000_000_000


class Children:
    """A boto3 client for `batch` that has one array."""

    def __init__(self, size: int) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.size = size
        self.listed: list[str] = []
        self.described: list[list[str]] = []
        self.faults: list[Exception | None] = []
        for index in range(size):
            self.move(index, "RUNNABLE")

    def move(self, index: int, status: str, *streams: str, started: int | None = None) -> None:
        id_ = f"array:{index}"
        *before, last = [{"container": {"logStreamName": stream}} for stream in streams] or [None]
        self.jobs[id_] = {
            "jobId": id_,
            "jobName": "n",
            "jobQueue": "q",
            "status": status,
            "attempts": before,
            "container": last["container"] if last else {},
            **({"startedAt": started} if started else {}),
        }

    def parent(self, **more: Any) -> Job:
        states = [job["status"] for job in self.jobs.values()]
        counts = tuple((state, states.count(state)) for state in JobState if states.count(state))
        return Job(id="array", name="n", state=JobState.PENDING, size=self.size, counts=counts, **more)

    def get_paginator(self, _: str) -> "Children":
        return self

    def paginate(self, *, jobStatus: str, arrayJobId: str, **_: Any) -> list[dict[str, Any]]:  # noqa: N803 # AWS's spelling
        assert arrayJobId == "array"
        self.listed.append(jobStatus)
        names = ("jobId", "jobName", "status", "startedAt")
        found = [
            {k: job[k] for k in names if k in job} for job in self.jobs.values() if job["status"] == jobStatus
        ]
        return [{"jobSummaryList": found}]

    def describe_jobs(self, *, jobs: list[str]) -> dict[str, Any]:
        self.described.append(jobs)
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        return {"jobs": [self.jobs[job] for job in jobs]}
