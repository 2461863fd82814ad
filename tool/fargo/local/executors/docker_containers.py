"""A task as a container of Docker's, and what Fargate says where there can be none."""

import logging
from typing import Any

from fargo.local.engine import Ready
from fargo.local.executors import Task
from fargo.model.fargate import Architecture

_log = logging.getLogger(__name__)

_NANO = 1_000_000_000
_OTHER_PLATFORM = "does not match the specified platform"
"""The engine's words where it has the image for another platform only."""
_PULL = "CannotPullContainerError: pull image manifest has been retried"


class NotRunnable(Exception):
    """The container cannot be; `reason` is the task's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NetworkGone(Exception):
    """The network went away: `docker network prune` takes it while no container uses it."""


class Containers:
    """Creates and starts containers.

    Args:
        labels: every container gets them.
        port: where the local AWS listens on the network's gateway.
    """

    def __init__(self, labels: dict[str, str], port: int) -> None:
        self._labels = labels
        self._port = port
        self._sizes_storage = True

    def create(self, ready: Ready, task: Task, name: str) -> None:
        """Create the container of `task`.

        Raises:
            NotRunnable: the image is not there, or not for the task's architecture, or the engine refuses.
        """
        from docker.errors import APIError, ImageNotFound

        try:
            self._create(ready, task, name)
        except ImageNotFound as error:
            raise NotRunnable(_cannot_pull(task, str(error.explanation))) from error
        except APIError as error:
            raise NotRunnable(f"CannotCreateContainerError: {error.explanation}") from error

    def start(self, ready: Ready, name: str) -> None:
        """Start it.

        Raises:
            NetworkGone: it was created for a network that is no longer there.
            NotRunnable: such as a command that the image has not.
        """
        from docker.errors import APIError, NotFound

        try:
            ready.api.start(name)
        except APIError as error:
            if isinstance(error, NotFound) and f"network {ready.network} not found" in str(error.explanation):
                raise NetworkGone from error
            raise NotRunnable(
                "CannotStartContainerError: ResourceInitializationError: failed to create new container "
                f"runtime task: {error.explanation}"
            ) from error

    def _create(self, ready: Ready, task: Task, name: str) -> None:
        """With its storage limited where the engine can, which it tells only by refusing."""
        from docker.errors import APIError, NotFound

        if not self._sizes_storage:
            self._ask(ready, task, name)
            return
        try:
            self._ask(ready, task, name, storage_opt={"size": f"{task.storage_gib}G"})
        except NotFound:
            raise
        except APIError as refusal:
            self._ask(ready, task, name)
            if self._sizes_storage:
                self._sizes_storage = False
                _log.warning("ephemeral storage is not limited: this engine says %s", refusal.explanation)

    def _ask(self, ready: Ready, task: Task, name: str, **more: Any) -> None:
        """One request. The memory limit is hard and without swap, as on Fargate."""
        memory = f"{task.memory_mib}m"
        host = ready.api.create_host_config(
            nano_cpus=int(min(task.vcpu, ready.capacity.vcpu) * _NANO),
            mem_limit=memory,
            memswap_limit=memory,
            network_mode=ready.network,
            read_only=task.read_only,
            init=task.init or None,
            mounts=_mounts(ready, task),
            log_config={"Type": "none"},
            **more,
        )
        ready.api.create_container(
            task.image,
            command=list(task.command) or None,
            environment=self._environment(ready) | task.environment,
            user=task.user or None,
            name=name,
            labels={**self._labels, "fargo.job": task.job_id},
            host_config=host,
            platform=_platform(task),
        )

    def _environment(self, ready: Ready) -> dict[str, str]:
        """Source of ECS's own: developer guide, "Amazon ECS environment variables"."""
        return {
            "AWS_ENDPOINT_URL": f"http://{ready.gateway}:{self._port}",
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        }


def _mounts(ready: Ready, task: Task) -> list[Any]:
    """A folder of the task's disk is empty and root's, unless the image declares a VOLUME there.

    Source: ECS developer guide, "Use bind mounts with Amazon ECS".
    """
    from docker.types import Mount

    if not task.scratch:
        return []
    declared = ready.api.inspect_image(task.image)["Config"].get("Volumes") or {}
    return [Mount(path, None, type="volume", no_copy=path not in declared) for path in task.scratch]


def _platform(task: Task) -> str:
    return f"linux/{Architecture(task.architecture).docker}"


def _cannot_pull(task: Task, explanation: str) -> str:
    """Fargate's words for an image that the registry has not, or has for another architecture alone."""
    if _OTHER_PLATFORM in explanation:
        missing = f"image Manifest does not contain descriptor matching platform '{_platform(task)}'"
        return f"{_PULL} 7 time(s): {missing}"
    return f"{_PULL} 1 time(s): failed to resolve ref {task.image}: {task.image}: not found"
