"""How a job's container is run: the words between the Batch service and its executors.

An executor is told to start a task and returns at once; what happens it tells through `Report`,
from a thread of its own. So the service needs no thread per job, and an executor is free to have
a thread per container (Docker) or one for all (scripted).
"""

from dataclasses import dataclass
from typing import Literal, Protocol

EXITED = "Essential container in task exited"
"""The status reason of every task whose container ran and ended, whatever its exit code."""
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
"""The container's own reason where a process of it was killed for memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One attempt of a job: one container.

    Attributes:
        id: the ECS task id, 32 hexadecimal digits.
        command: empty for the image's own.
        environment: complete but for what only the executor knows (`AWS_ENDPOINT_URL`).
        user: as the image says where empty.
        scratch: folders of the task's own disk, by their paths in the container.
        architecture: `X86_64` or `ARM64`, as `runtimePlatform.cpuArchitecture` spells it.
        storage_gib: the ephemeral storage, which on Fargate counts the image too.
    """

    id: str
    job_id: str
    job_name: str
    image: str
    command: tuple[str, ...]
    environment: dict[str, str]
    vcpu: float
    memory_mib: int
    user: str = ""
    read_only: bool = False
    init: bool = False
    scratch: tuple[str, ...] = ()
    architecture: str = "X86_64"
    storage_gib: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a task ended.

    Attributes:
        exit_code: None where the container never started.
        reason: the container's own, such as `OutOfMemoryError: …`; often empty.
        status_reason: the task's.
    """

    exit_code: int | None = None
    reason: str = ""
    status_reason: str = EXITED

    @classmethod
    def not_started(cls, reason: str) -> "Outcome":
        """The container never ran."""
        return cls(reason=reason, status_reason=reason)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the machine has for all tasks together."""

    vcpu: float
    memory_mib: int


class Report(Protocol):
    """What an executor tells about one task.

    `started` at most once, then `output` any number of times, and `ended` once.
    """

    def started(self) -> None:
        """The container runs."""

    def output(self, source: Literal["stdout", "stderr"], data: bytes) -> None:
        """Bytes as the container wrote them, in its order; lines may come in pieces."""

    def ended(self, outcome: Outcome) -> None:
        """The container is gone; nothing follows."""


class Executor(Protocol):
    """Runs tasks. Every method may be called from any thread."""

    name: str

    def capacity(self) -> Capacity | None:
        """What there is for all tasks together; None where nothing limits them."""

    def start(self, task: Task, report: Report) -> None:
        """Begin `task` and return."""

    def stop(self, task_id: str) -> None:
        """Ask the task to end (SIGTERM); nothing where it is gone already."""

    def kill(self, task_id: str) -> None:
        """End the task (SIGKILL); nothing where it is gone already."""

    def close(self) -> None:
        """End and remove every task; reports may be left out."""
