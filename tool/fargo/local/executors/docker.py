"""Jobs as containers of this machine's Docker engine; one thread each while they run.

What is not as on Fargate: an image is never pulled (what the engine has is what there is), and a
container that asks for more vCPUs than this machine has gets all of them.
"""

import logging
import threading
import time

from fargo.errors import EngineMissing
from fargo.local.engine import Engine, Ready
from fargo.local.executors import Capacity, Outcome, Report, Task

_log = logging.getLogger(__name__)

_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
_KILLED = 137
_NANO = 1_000_000_000
_CLOSE_SECONDS = 10
_POLL_SECONDS = 0.02


class _Run:
    """One task: its container, once there is one, and whether it is to end."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.container = ""
        self.running = False
        self.stop_wanted = threading.Event()


class DockerExecutor:
    """Runs tasks on the engine's internal network.

    Args:
        engine: connected with the first task, or before.
        port: where the local AWS listens on the network's gateway.
    """

    name = "docker"

    def __init__(self, engine: Engine, port: int) -> None:
        self._engine = engine
        self._port = port
        self._runs: dict[str, _Run] = {}

    def capacity(self) -> Capacity | None:
        """The engine's processors and memory; None while no engine has answered."""
        found = self._engine.found
        return found.capacity if found else None

    def start(self, task: Task, report: Report) -> None:
        """Begin in a thread of its own."""
        run = _Run(task)
        self._runs[task.id] = run
        threading.Thread(
            target=self._drive, args=(run, report), name=f"task-{task.id[:8]}", daemon=True
        ).start()

    def stop(self, task_id: str) -> None:
        """The image's stop signal, SIGTERM by default, as ECS sends it."""
        run = self._runs.get(task_id)
        if run:
            run.stop_wanted.set()
            if run.running:
                self._signal(run)

    def kill(self, task_id: str) -> None:
        """SIGKILL."""
        run = self._runs.get(task_id)
        if run:
            run.stop_wanted.set()
            if run.running:
                self._signal(run, "SIGKILL")

    def close(self) -> None:
        """Remove all containers and the network, those too that are being created at this moment."""
        for run in list(self._runs.values()):
            run.stop_wanted.set()
        self._engine.remove_containers()
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._runs and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        self._engine.close()

    def _drive(self, run: _Run, report: Report) -> None:
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        try:
            outcome = self._play(run, report)
        except (DockerException, RequestException) as error:
            _log.warning("task %s lost its engine: %s", run.task.id, error)
            outcome = Outcome(status_reason=f"DockerTimeoutError: the Docker engine failed: {error}")
        except EngineMissing as error:
            outcome = Outcome.not_started(f"CannotStartContainerError: {error.message}")
        except Exception as error:  # noqa: BLE001 - a job must end, whatever went wrong with it
            _log.exception("task %s failed", run.task.id)
            outcome = Outcome(status_reason=f"The local AWS met an error: {error!r}")
        report.ended(outcome)
        self._runs.pop(run.task.id, None)

    def _play(self, run: _Run, report: Report) -> Outcome:
        """From the container's creation to its removal."""
        from docker.errors import APIError, ImageNotFound

        ready = self._engine.ready()
        try:
            run.container = self._create(ready, run.task)
        except ImageNotFound:
            return Outcome.not_started(
                "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
                f"failed to resolve ref {run.task.image}: {run.task.image}: not found"
            )
        except APIError as error:
            return Outcome.not_started(f"CannotCreateContainerError: {error.explanation}")
        try:
            return self._watch(ready, run, report)
        finally:
            self._remove(ready, run)

    def _watch(self, ready: Ready, run: _Run, report: Report) -> Outcome:
        """Start the container, pass its output on, and tell how it ended."""
        from docker.errors import APIError

        # Attached before the start, so that nothing is missed; the engine itself keeps no log.
        output = ready.api.attach(run.container, stream=True, demux=True)
        if run.stop_wanted.is_set():
            return Outcome.not_started("Task was stopped before its container started")
        try:
            ready.api.start(run.container)
        except APIError as error:
            return Outcome.not_started(
                "CannotStartContainerError: ResourceInitializationError: failed to create new container "
                f"runtime task: {error.explanation}"
            )
        run.running = True
        if run.stop_wanted.is_set():
            self._signal(run)
        report.started()
        for stdout, stderr in output:
            if stdout:
                report.output("stdout", stdout)
            if stderr:
                report.output("stderr", stderr)
        exit_code = int(ready.api.wait(run.container)["StatusCode"])
        run.running = False
        oom = exit_code == _KILLED and ready.api.inspect_container(run.container)["State"]["OOMKilled"]
        return Outcome(exit_code=exit_code, reason=_OUT_OF_MEMORY if oom else "")

    def _create(self, ready: Ready, task: Task) -> str:
        """The container's id. Its memory limit is hard and without swap, as on Fargate."""
        memory = f"{task.memory_mib}m"
        host = ready.api.create_host_config(
            nano_cpus=int(min(task.vcpu, ready.capacity.vcpu) * _NANO),
            mem_limit=memory,
            memswap_limit=memory,
            network_mode=ready.network,
            read_only=task.read_only,
            init=task.init or None,
            log_config={"Type": "none"},
        )
        endpoint = {"AWS_ENDPOINT_URL": f"http://{ready.gateway}:{self._port}"}
        created = ready.api.create_container(
            task.image,
            command=list(task.command) or None,
            environment=endpoint | task.environment,
            user=task.user or None,
            name=f"fargo-{task.id}",
            labels={**self._engine.labels, "fargo.job": task.job_id},
            host_config=host,
        )
        return str(created["Id"])

    def _signal(self, run: _Run, signal: str = "") -> None:
        from docker.errors import APIError

        api = self._engine.ready().api
        try:
            signal = signal or api.inspect_container(run.container)["Config"].get("StopSignal") or "SIGTERM"
            api.kill(run.container, signal=signal)
        except APIError as error:
            # It ended by itself in the meantime; its own thread tells how.
            _log.info("task %s took no signal: %s", run.task.id, error.explanation)

    def _remove(self, ready: Ready, run: _Run) -> None:
        from docker.errors import APIError

        try:
            ready.api.remove_container(run.container, v=True, force=True)
        except APIError as error:
            _log.info("container of task %s was removed already: %s", run.task.id, error.explanation)
