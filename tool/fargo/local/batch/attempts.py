"""One attempt of a job: its log stream and its secrets, then its container, and what becomes of it."""

import json
import logging
import re
from typing import Literal, Protocol

from fargo.local import moto_side
from fargo.local.batch.records import Attempt, Job, Wire
from fargo.local.executors import Executor, Outcome, Task
from fargo.local.logs import LogStream, LogWriter
from fargo.local.ways import Start, Ways
from fargo.model.fargate import STORAGE_GIB_DEFAULT

_log = logging.getLogger(__name__)

DEFAULT_GROUP = "/aws/batch/job"
"""Where AWS Batch logs to without a log configuration; it creates this group itself."""
_STREAM_NAME_MAX = 200
OVERRIDES_MAX = 8192
"""Characters of a task's container overrides. Source: ECS API reference, TaskOverride."""
_REFERENCE = re.compile(r"Ref::([A-Za-z0-9_.-]+)")


class Owner(Protocol):
    """Who is told how an attempt goes."""

    def started(self, job: Job, attempt: Attempt) -> None:
        """The container runs."""

    def ended(self, job: Job, attempt: Attempt, outcome: Outcome) -> None:
        """The attempt is over."""


class AttemptRunner:
    """Launches attempts on an executor."""

    def __init__(self, executor: Executor, logs: LogWriter, ways: Ways) -> None:
        self._executor = executor
        self._logs = logs
        self._ways = ways

    def launch(self, job: Job, attempt: Attempt, owner: Owner) -> None:
        """Start the container and return; what cannot be had is told to `owner` as the attempt's end."""
        report = _Report(job, attempt, owner, self._logs)
        try:
            if blocked := self._ways.blocked(_start(job, attempt)):
                report.ended(Outcome.not_started(blocked))
                return
            report.group = _log_group(job)
            task = _task(job, attempt)
            self._executor.start(task, report)
        except LookupError as error:
            report.ended(Outcome.not_started(f"ResourceInitializationError: {error.args[0]}"))
        except OverflowError as error:
            report.ended(Outcome.not_started(str(error)))
        except Exception as error:  # noqa: BLE001 - a job must end, whatever went wrong with it
            _log.exception("attempt %d of job %s cannot be launched", attempt.number, job.id)
            report.ended(Outcome.not_started(f"The local AWS met an error: {error!r}"))


class _Report:
    """Takes an executor's news: output to the logs, the rest to the owner."""

    def __init__(self, job: Job, attempt: Attempt, owner: Owner, logs: LogWriter) -> None:
        self._job = job
        self._attempt = attempt
        self._owner = owner
        self._logs = logs
        self._stream: LogStream | None = None
        self.group: tuple[str, str] | None = None

    def started(self) -> None:
        """The stream appears, and the job runs."""
        if self.group:
            region, group = self.group
            name = _stream_name(self._job, self._attempt)
            self._stream = self._logs.stream(region=region, group=group, name=name)
            self._attempt.log_stream = name
        self._owner.started(self._job, self._attempt)

    def output(self, source: Literal["stdout", "stderr"], data: bytes) -> None:
        """To the stream."""
        if self._stream:
            self._stream.write(source, data)

    def ended(self, outcome: Outcome) -> None:
        """The whole log is readable before the job is seen to end."""
        if self._stream:
            self._stream.close()
        self._owner.ended(self._job, self._attempt, outcome)


def _start(job: Job, attempt: Attempt) -> Start:
    """Where the attempt starts, and what Fargate fetches for it."""
    container, resources = job.spec.container, attempt.environment.wire["computeResources"]
    logging_ = container.get("logConfiguration", {})
    return Start(
        task_id=attempt.task_id,
        region=job.spec.region,
        subnets=tuple(resources["subnets"]),
        groups=tuple(resources["securityGroupIds"]),
        public=container.get("networkConfiguration", {}).get("assignPublicIp") == "ENABLED",
        image=container["image"],
        secrets=tuple(secret["valueFrom"] for secret in container.get("secrets", ())),
        log_driver=logging_.get("logDriver", "awslogs"),
    )


def _task(job: Job, attempt: Attempt) -> Task:
    """Everything that the executor must know.

    Raises:
        LookupError: a secret cannot be had.
        OverflowError: the overrides are longer than ECS takes.
    """
    container = job.spec.container
    command = tuple(_referenced(word, job.spec.parameters) for word in container["command"])
    _check_overrides(job, command)
    return Task(
        id=attempt.task_id,
        job_id=job.id,
        job_name=job.spec.name,
        image=container["image"],
        command=command,
        environment=_environment(job, attempt),
        vcpu=job.spec.vcpu,
        memory_mib=job.spec.memory_mib,
        architecture=container.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64"),
        storage_gib=container.get("ephemeralStorage", {}).get("sizeInGiB", STORAGE_GIB_DEFAULT),
        user=container.get("user", ""),
        read_only=container.get("readonlyRootFilesystem", False),
        init=container.get("linuxParameters", {}).get("initProcessEnabled", False),
        scratch=_scratch(container),
    )


def _scratch(container: Wire) -> tuple[str, ...]:
    """Where volumes that are nothing but a name are mounted: ECS calls them bind mounts."""
    plain = {volume["name"] for volume in container["volumes"] if not volume.keys() - {"name", "host"}}
    return tuple(
        mount["containerPath"] for mount in container["mountPoints"] if mount["sourceVolume"] in plain
    )


def _check_overrides(job: Job, command: tuple[str, ...]) -> None:
    """AWS Batch hands a job's own command and environment to ECS, which finds them too long only then."""
    given: Wire = {"command": command, "environment": job.spec.overrides.get("environment", [])}
    if len(json.dumps(given, separators=(",", ":"))) > OVERRIDES_MAX:
        raise OverflowError(f"Container Overrides length must be at most {OVERRIDES_MAX}")


def _environment(job: Job, attempt: Attempt) -> dict[str, str]:
    """The job's own, its secrets, what AWS Batch adds, and the credentials that ECS would give.

    Source: user guide, "Job environment variables".
    """
    spec = job.spec
    own = {entry["name"]: entry.get("value", "") for entry in spec.container["environment"]}
    secrets = {
        entry["name"]: moto_side.read_secret(spec.region, entry["valueFrom"])
        for entry in spec.container["secrets"]
    }
    array = {"AWS_BATCH_JOB_ARRAY_INDEX": str(job.index), "AWS_BATCH_JOB_ARRAY_SIZE": str(spec.size)}
    return {
        "AWS_REGION": spec.region,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        **own,
        **secrets,
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(attempt.number),
        "AWS_BATCH_JQ_NAME": spec.queue.name,
        "AWS_BATCH_CE_NAME": attempt.environment.name,
        **(array if job.parent else {}),
    }


def _referenced(word: str, parameters: dict[str, str]) -> str:
    """`Ref::name` replaced by the parameter; one that is not given stays as it is."""
    return _REFERENCE.sub(lambda found: parameters.get(found[1], found[0]), word)


def _log_group(job: Job) -> tuple[str, str] | None:
    """Region and group of the job's logs; None for a log driver that does not write there.

    Raises:
        LookupError: the group does not exist.
    """
    configuration = job.spec.container.get("logConfiguration", {"logDriver": "awslogs"})
    if configuration["logDriver"] != "awslogs":
        return None
    options = configuration.get("options", {})
    region = options.get("awslogs-region", job.spec.region)
    group = options.get("awslogs-group", DEFAULT_GROUP)
    if not moto_side.has_log_group(region, group):
        if group != DEFAULT_GROUP and options.get("awslogs-create-group") != "true":
            raise LookupError(
                "failed to validate logger args: create stream has been retried 1 times: failed to create "
                "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. "
                ": exit status 1"
            )
        moto_side.create_log_group(region, group)
    return region, group


def _stream_name(job: Job, attempt: Attempt) -> str:
    """`<prefix>/default/<task id>`; the prefix is the definition's name where none is configured.

    Source: user guide, "AWS Batch with CloudWatch Logs".
    """
    options = job.spec.container.get("logConfiguration", {}).get("options", {})
    prefix = options.get("awslogs-stream-prefix", job.spec.definition.name[:_STREAM_NAME_MAX])
    return f"{prefix}/default/{attempt.task_id}"
