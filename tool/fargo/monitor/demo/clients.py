"""What boto3's client for AWS Batch would answer in the demonstration."""

from collections.abc import Callable, Iterator
from typing import Any

from fargo.errors import AwsThrottled
from fargo.model.job import JobState
from fargo.monitor.demo.lives import Life, Lives, Plan, Stop
from fargo.monitor.demo.scene import ACCOUNT, QUEUES, REGION, Scene

PAGE = 1000
THROTTLED = (70.0, 100.0)
"""Seconds of every THROTTLE_SECONDS in which ListJobs is throttled."""
THROTTLE_SECONDS = 420.0


class Demo:
    """The demonstration's AWS.

    Args:
        clock: seconds since it began.
        throttling: whether it has its bad minutes.
    """

    def __init__(self, scene: Scene, clock: Callable[[], float], *, throttling: bool = True) -> None:
        self.scene, self.clock, self.throttling = scene, clock, throttling
        self._lives: dict[str, Lives] = {}

    def lives(self, job_id: str) -> Lives | None:
        """The containers of a job, once it is submitted."""
        plan = self.scene.plans.get(job_id)
        if plan is None or plan.created > self.clock():
            return None
        return self._lives.setdefault(job_id, self._lives.get(job_id) or Lives(plan))

    def all(self) -> list[Lives]:
        """Every submitted job's, the newest first."""
        self.scene.grow(self.clock())
        found = [lives for job_id in list(self.scene.plans) if (lives := self.lives(job_id))]
        return sorted(found, key=lambda lives: -lives.plan.created)

    def stop(self, job_id: str, reason: str) -> str:
        """Accept a terminate; why not, where it is not."""
        parent, colon, index = job_id.partition(":")
        lives = self.lives(parent)
        if lives is None:
            return f"Job {job_id} does not exist"
        lives.stops.setdefault(int(index) if colon else -1, Stop(self.clock(), reason))
        return ""

    def check(self, operation: str) -> None:
        """Be throttled now and then.

        Raises:
            AwsThrottled: it is one of those moments.
        """
        at = self.clock() % THROTTLE_SECONDS
        if self.throttling and THROTTLED[0] <= at < THROTTLED[1]:
            text = f"AWS refused {operation}: Too Many Requests (TooManyRequestsException)"
            raise AwsThrottled(text, operation=operation, code="TooManyRequestsException")


class BatchClient:
    """AWS Batch, as far as `fargo.aws.batch` asks it."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo

    def describe_jobs(self, *, jobs: list[str]) -> dict[str, Any]:
        """DescribeJobs."""
        found = []
        for job_id in jobs:
            parent, colon, index = job_id.partition(":")
            lives = self._demo.lives(parent)
            if lives is not None:
                found.append(self._child(lives, int(index)) if colon else self._job(lives))
        return {"jobs": found}

    def get_paginator(self, name: str) -> "BatchClient":
        """Of ListJobs."""
        del name
        return self

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        """ListJobs, page by page."""
        self._demo.check("ListJobs")
        size = wanted.pop("PaginationConfig", {}).get("PageSize", PAGE)
        found = self._children(**wanted) if "arrayJobId" in wanted else self._jobs(**wanted)
        page: list[dict[str, Any]] = []
        for item in found:
            page.append(_summary(item))
            if len(page) == size:
                yield {"jobSummaryList": page}
                page = []
        yield {"jobSummaryList": page}

    def terminate_jobs(self, *, jobs: list[str], reason: str) -> dict[str, Any]:
        """TerminateJobs."""
        refused = [(job_id, self._demo.stop(job_id, reason)) for job_id in jobs]
        errors = [{"job": job, "code": "404", "message": why} for job, why in refused if why]
        return {"errors": errors}

    def describe_job_queues(self, *, jobQueues: list[str]) -> dict[str, Any]:  # noqa: N803 # boto3's name
        """DescribeJobQueues."""
        del jobQueues
        return {
            "jobQueues": [
                {
                    "jobQueueArn": arn,
                    "jobQueueName": arn.rpartition("/")[2],
                    "state": "ENABLED",
                    "status": "VALID",
                    "statusReason": "JobQueue Healthy",
                    "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": _environment(arn)}],
                }
                for arn in QUEUES.values()
            ]
        }

    def describe_compute_environments(self, *, computeEnvironments: list[str]) -> dict[str, Any]:  # noqa: N803 # as above
        """DescribeComputeEnvironments."""
        return {
            "computeEnvironments": [
                {
                    "computeEnvironmentArn": arn,
                    "computeEnvironmentName": arn.rpartition("/")[2],
                    "state": "ENABLED",
                    "status": "VALID",
                    "statusReason": "ComputeEnvironment Healthy",
                    "computeResources": {
                        "type": "FARGATE_SPOT" if "spot" in arn else "FARGATE",
                        "maxvCpus": 256,
                    },
                }
                for arn in computeEnvironments
            ]
        }

    def get_job_queue_snapshot(self, *, jobQueue: str) -> dict[str, Any]:  # noqa: N803 # as above
        """GetJobQueueSnapshot."""
        now = self._demo.clock()
        waiting = [
            lives.plan
            for lives in self._demo.all()
            if lives.plan.queue == jobQueue and not lives.counts(now).keys() - {JobState.RUNNABLE}
        ]
        order = sorted(waiting, key=lambda plan: plan.created)
        return {"frontOfQueue": {"jobs": [{"jobArn": f"arn:aws:batch:::job/{plan.id}"} for plan in order]}}

    def _jobs(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        now, state = self._demo.clock(), wanted.get("jobStatus")
        after = int(wanted["filters"][0]["values"][0]) if "filters" in wanted else 0
        for lives in self._demo.all():
            if lives.plan.queue == wanted["jobQueue"] and state in (None, lives.state(now).value):
                item = self._job(lives)
                if item["createdAt"] > after:
                    yield item

    def _children(self, arrayJobId: str, jobStatus: str) -> Iterator[dict[str, Any]]:  # noqa: N803 # as above
        lives = self._demo.lives(arrayJobId)
        now = self._demo.clock()
        for index in range(lives.plan.size if lives else 0):
            if lives and lives.at(index, now).state.value == jobStatus:
                yield self._child(lives, index)

    def _job(self, lives: Lives) -> dict[str, Any]:
        plan, now = lives.plan, self._demo.clock()
        if plan.size == 1:
            return self._told(plan, lives.at(0, now), plan.id)
        counts = lives.counts(now)
        state = lives.state(now)
        first = lives.at(0, now)
        life = Life(state=state, stopped=lives.ended(now), stopping=-1 in lives.stops)
        item = self._told(plan, life, plan.id)
        if first.attempts:
            item["startedAt"] = self._milliseconds(first.attempts[0][0])
        summary = {each.value: counts.get(each, 0) for each in JobState}
        item["arrayProperties"] = {
            "size": plan.size,
            "statusSummary": summary,
            "statusSummaryLastUpdatedAt": self._milliseconds(now),
        }
        return item

    def _child(self, lives: Lives, index: int) -> dict[str, Any]:
        item = self._told(lives.plan, lives.at(index, self._demo.clock()), f"{lives.plan.id}:{index}")
        item["arrayProperties"] = {"index": index}
        return item

    def _told(self, plan: Plan, life: Life, job_id: str) -> dict[str, Any]:
        container: dict[str, Any] = {
            "command": ["fargo-run", "--", *plan.command],
            "environment": [
                {"name": "FARGO_RUN", "value": plan.run or "-"},
                {"name": "LOG_LEVEL", "value": "info"},
            ],
            "image": "genomes:1f0c9d2e7ab34c55",
            "resourceRequirements": [
                {"type": "VCPU", "value": f"{plan.vcpu:g}"},
                {"type": "MEMORY", "value": str(plan.memory_mib)},
            ],
        }
        item: dict[str, Any] = {
            "jobId": job_id,
            "jobArn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job/{job_id}",
            "jobName": plan.name,
            "jobQueue": plan.queue,
            "jobDefinition": plan.definition,
            "status": life.state.value,
            "createdAt": self._milliseconds(plan.created),
            "retryStrategy": {"attempts": plan.tries},
            "attempts": [
                self._attempt(job_id, n, each) for n, each in enumerate(life.attempts, 1) if each[1]
            ],
            "container": container,
            "isTerminated": life.stopping,
        }
        if life.attempts:
            container["logStreamName"] = stream_of(job_id, len(life.attempts))
        for key, at in (("startedAt", life.started), ("stoppedAt", life.stopped)):
            if at is not None:
                item[key] = self._milliseconds(at)
        if life.exit_code is not None:
            container["exitCode"] = life.exit_code
        if life.reason:
            item["statusReason"] = life.reason
        return item

    def _attempt(
        self, job_id: str, number: int, attempt: tuple[float, float | None, int | None, str]
    ) -> dict[str, Any]:
        start, end, code, reason = attempt
        container = {"exitCode": code, "logStreamName": stream_of(job_id, number), "reason": reason}
        stopped = self._milliseconds(end) if end is not None else None
        return {"startedAt": self._milliseconds(start), "stoppedAt": stopped, "container": container}

    def _milliseconds(self, seconds: float) -> int:
        return int(self._demo.scene.moment(seconds).timestamp() * 1000)


_DETAILS = frozenset({"jobQueue", "attempts", "retryStrategy"})
"""What ListJobs does not tell."""
_CONTAINER = frozenset({"exitCode", "reason"})
"""What it tells of a container."""


def _summary(item: dict[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in item.items() if key not in _DETAILS}
    told["container"] = {key: value for key, value in item["container"].items() if key in _CONTAINER}
    return told


def _environment(queue: str) -> str:
    return queue.replace("job-queue", "compute-environment")


def stream_of(job_id: str, number: int) -> str:
    """The log stream of an attempt."""
    return f"demo/default/{job_id.replace(':', '-')}/{number}"
