"""One case's view of a place with AWS Batch: it calls, makes what the case needs, waits, and tidies up."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from clients import Answer, ApiError
from local_aws import EXECUTION_ROLE, client, wait_until
from settings import CONTAINERS, MOTO, SCRIPTED, Setting, own_prefix
from work import DONE, HOLD, Work, overrides

__all__ = ["CONTAINERS", "DONE", "HOLD", "MOTO", "SCRIPTED", "Work", "World", "order_of", "size"]

CONTAINERS_POLL = 0.2
ENDED = ("SUCCEEDED", "FAILED")


class World:
    """One case's view of a setting; remembers what it made, to remove it."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._made: list[tuple[str, str]] = []

    @property
    def moment(self) -> float:
        """Seconds of the clock that are long enough for a few calls."""
        return 2 * self.setting.speed if self.setting.speed > 1 else 5

    def name(self) -> str:
        """A name that nobody else uses."""
        return f"{own_prefix()}{uuid.uuid4().hex[:10]}"

    def call(self, operation: str, **params: Any) -> Answer:
        """Ask the service, by the client under test."""
        answer = self.setting.client.call(operation, **params)
        for key in ("jobId", "jobQueueName", "computeEnvironmentName"):
            if key in answer and operation in ("SubmitJob", "CreateJobQueue", "CreateComputeEnvironment"):
                self._made.append((operation, answer[key]))
        children = params.get("arrayProperties", {}).get("size", 0) if self.setting.kind == MOTO else 0
        # There, a parent that is terminated leaves its children running.
        self._made += [("SubmitJob", f"{answer['jobId']}:{index}") for index in range(children)]
        return answer

    def environment_request(self, **more: Any) -> dict[str, Any]:
        """Parameters of a Fargate compute environment; `resources` among `more` is laid over its resources."""
        resources = {
            "type": "FARGATE",
            "maxvCpus": 256,
            "subnets": [self.setting.subnet],
            "securityGroupIds": [self.setting.security_group],
            **more.pop("resources", {}),
        }
        request = {
            "computeEnvironmentName": self.name(),
            "type": "MANAGED",
            "state": "ENABLED",
            "computeResources": resources,
        }
        role = {"serviceRole": self.setting.service_role} if self.setting.service_role else {}
        return {**request, **role, **more}

    def environment(self, max_vcpus: int = 256, **more: Any) -> str:
        """A compute environment that is VALID; its name."""
        request = self.environment_request(resources={"maxvCpus": max_vcpus}, **more)
        self.call("CreateComputeEnvironment", **request)
        self.environment_settled(request["computeEnvironmentName"])
        return str(request["computeEnvironmentName"])

    def queue(self, *environments: str, max_vcpus: int = 256, **more: Any) -> str:
        """A queue that is VALID, on these environments or one of its own; its name."""
        name = self.name()
        order = order_of(*(environments or (self.environment(max_vcpus),)))
        request = {"jobQueueName": name, "priority": 1, "state": "ENABLED", "computeEnvironmentOrder": order}
        self.call("CreateJobQueue", **{**request, **more})
        self.queue_settled(name)
        return name

    def environment_settled(self, name: str) -> None:
        """Wait until the environment is VALID."""
        self._settled("DescribeComputeEnvironments", "computeEnvironments", name)

    def queue_settled(self, name: str) -> None:
        """Wait until the queue is VALID."""
        self._settled("DescribeJobQueues", "jobQueues", name)

    def definition_request(self, *, vcpu: str = "0.25", memory: str = "512", **more: Any) -> dict[str, Any]:
        """Parameters of a Fargate job definition; `container` among `more` is laid over its properties."""
        container = {
            "image": self.setting.image,
            "command": ["true"],
            "executionRoleArn": EXECUTION_ROLE,
            "resourceRequirements": size(vcpu, memory),
            **more.pop("container", {}),
        }
        request = {
            "jobDefinitionName": self.name(),
            "type": "container",
            "platformCapabilities": ["FARGATE"],
            "containerProperties": container,
        }
        return {**request, **more}

    def definition(self, **more: Any) -> str:
        """A registered job definition; `name:revision`."""
        answer = self.call("RegisterJobDefinition", **self.definition_request(**more))
        return f"{answer['jobDefinitionName']}:{answer['revision']}"

    def job_request(self, work: Work = DONE, /, **more: Any) -> dict[str, Any]:
        """Parameters of a job that does `work`; `overrides` among `more` is laid over containerOverrides."""
        scripted = self.setting.kind == SCRIPTED
        laid = {**overrides(work, scripted=scripted), **more.pop("overrides", {})}
        definition = self.setting.absent if work.missing else self.setting.definition
        request = {"jobName": self.name(), "jobQueue": self.setting.queue, "jobDefinition": definition}
        return {**request, "containerOverrides": laid, **more}

    def submit(self, work: Work = DONE, /, **more: Any) -> str:
        """Submit a job that does `work`; its id."""
        return str(self.call("SubmitJob", **self.job_request(work, **more))["jobId"])

    def submit_many(self, count: int, **more: Any) -> list[str]:
        """Submit so many jobs by the quick client, because they are only there to be many; their ids."""
        ask = self.setting.watcher.call
        ids = [str(ask("SubmitJob", **self.job_request(**more))["jobId"]) for _ in range(count)]
        self._made += [("SubmitJob", each) for each in ids]
        return ids

    def job(self, job_id: str) -> Answer:
        """The job as DescribeJobs shows it to the client under test."""
        found = self.call("DescribeJobs", jobs=[job_id])["jobs"]
        if not found:
            raise AssertionError(f"DescribeJobs does not know {job_id}")
        answer: Answer = found[0]
        return answer

    def wait(self, job_id: str, *states: str, seconds: float = 0) -> Answer:
        """The job, once it is in one of the states, by default an ended one.

        Args:
            seconds: how long this takes by design, on the world's clock.

        Raises:
            AssertionError: it ended otherwise, or nothing came of it.
        """
        wanted = states or ENDED

        def there() -> bool:
            state = self._state(job_id)
            if state in ENDED and state not in wanted:
                raise AssertionError(f"the job ended {state}, not {' or '.join(wanted)}")
            return state in wanted

        self.until(f"the job is {' or '.join(wanted)}", there, seconds=seconds)
        return self.job(job_id)

    def until(self, what: str, condition: Callable[[], object], *, seconds: float = 0) -> None:
        """Poll until the condition holds.

        Raises:
            AssertionError: it does not in time; says what did not happen.
        """
        patience = self.setting.patience + seconds / self.setting.speed

        def met() -> bool:
            if condition():
                return True
            if self.setting.kind != SCRIPTED:
                time.sleep(CONTAINERS_POLL)
            return False

        try:
            wait_until(met, seconds=patience)
        except AssertionError as error:
            if not str(error).startswith("not within"):
                raise
            raise AssertionError(f"never happened: {what}") from error

    def lines(self, job: Answer, group: str = "/aws/batch/job") -> list[str]:
        """What the job's last attempt wrote."""
        found = client("logs", self.setting.endpoint, self.setting.region).get_log_events(
            logGroupName=group, logStreamName=job["container"]["logStreamName"], startFromHead=True
        )
        return [event["message"] for event in found["events"]]

    def clean(self) -> str:
        """End the jobs, and remove the queues and the environments, that the case made.

        Returns:
            What would not go; empty where all went. moto's server has room for all, and keeps them.
        """
        made, self._made = self._made, []
        stuck = ""
        for operation, name in sorted(made, key=lambda item: _CLEANING.index(item[0])):
            try:
                self._remove(operation, name)
            except ApiError:
                continue  # it is gone already, or was never to be changed
            except AssertionError as error:
                stuck = stuck or f"afterwards, {error}"
        return stuck

    def _remove(self, operation: str, name: str) -> None:
        if operation == "SubmitJob":
            self.setting.watcher.call("TerminateJob", jobId=name, reason="the case is over")
        elif self.setting.kind == MOTO:
            return
        elif operation == "CreateJobQueue":
            self.delete_queue(name)
        else:
            self.delete_environment(name)

    def delete_queue(self, name: str) -> None:
        """Disable and delete it, and wait until it is gone."""
        ask = self.setting.watcher.call
        ask("UpdateJobQueue", jobQueue=name, state="DISABLED")
        self.queue_settled(name)
        ask("DeleteJobQueue", jobQueue=name)
        self.until("the queue is gone", lambda: not ask("DescribeJobQueues", jobQueues=[name])["jobQueues"])

    def delete_environment(self, name: str) -> None:
        """Disable and delete it."""
        ask = self.setting.watcher.call
        ask("UpdateComputeEnvironment", computeEnvironment=name, state="DISABLED")
        self.environment_settled(name)
        ask("DeleteComputeEnvironment", computeEnvironment=name)

    def _settled(self, operation: str, key: str, name: str) -> None:
        ask = self.setting.watcher.call
        self.until(f"{name} is VALID", lambda: ask(operation, **{key: [name]})[key][0]["status"] == "VALID")

    def _state(self, job_id: str) -> str:
        found = self.setting.watcher.call("DescribeJobs", jobs=[job_id])["jobs"]
        return str(found[0]["status"]) if found else "unknown"


_CLEANING = ("SubmitJob", "CreateJobQueue", "CreateComputeEnvironment")


def order_of(*environments: str) -> list[dict[str, Any]]:
    """A computeEnvironmentOrder."""
    return [{"order": order, "computeEnvironment": name} for order, name in enumerate(environments, 1)]


def size(vcpu: str, memory: str) -> list[dict[str, str]]:
    """A resourceRequirements."""
    return [{"type": "VCPU", "value": vcpu}, {"type": "MEMORY", "value": memory}]
