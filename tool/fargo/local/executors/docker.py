"""Jobs as containers of this machine's Docker engine; one thread each while they run.

What is not as on Fargate: an image is never pulled (what the engine has is what there is), and a
container that asks for more vCPUs than this machine has gets all of them.
"""

import logging
import threading
import time
from contextlib import closing

from fargo.errors import EngineMissing
from fargo.local.engine import Engine, Ready
from fargo.local.executors import OUT_OF_MEMORY, Capacity, Outcome, Report, Task
from fargo.local.executors.docker_containers import Containers, NetworkGone, NotRunnable
from fargo.local.executors.docker_output import read_output

_log = logging.getLogger(__name__)

_CLOSE_SECONDS = 10
_POLL_SECONDS = 0.02
_AGAIN_SECONDS = 1.0
_GONE = (404, 409)
"""Not there any more, or being removed at this moment."""


class _Run:
    """One task: whether its container may exist, whether it runs, and whether it is to end."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.container = f"fargo-{task.id}"
        self.exists = False
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
        self._containers = Containers(engine.labels, port)
        self._runs: dict[str, _Run] = {}
        self._closing = threading.Event()

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
        self._closing.set()
        for run in list(self._runs.values()):
            run.stop_wanted.set()
        self._engine.remove_containers()
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._runs and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        self._engine.close()

    def _drive(self, run: _Run, report: Report) -> None:
        """The task from its beginning to the container's removal, for which the next task need not wait."""
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        try:
            outcome = self._play(run, report)
        except NotRunnable as refused:
            outcome = Outcome.not_started(refused.reason)
        except EngineMissing as error:
            outcome = Outcome.not_started(f"CannotStartContainerError: {error.message}")
        except (DockerException, RequestException) as error:
            _log.warning("task %s lost its engine: %s", run.task.id, error)
            lost = f"the Docker engine failed: {error}"
            outcome = (
                Outcome(status_reason=f"DockerTimeoutError: {lost}")
                if run.running
                else Outcome.not_started(f"CannotStartContainerError: {lost}")
            )
        except Exception as error:  # noqa: BLE001 - a job must end, whatever went wrong with it
            _log.exception("task %s failed", run.task.id)
            outcome = Outcome(status_reason=f"The local AWS met an error: {error!r}")
        run.running = False
        report.ended(outcome)
        self._remove(run)
        self._runs.pop(run.task.id, None)

    def _play(self, run: _Run, report: Report) -> Outcome:
        """From the container's creation to its end."""
        ready = self._engine.ready()
        try:
            return self._watch(ready, run, report)
        except NetworkGone:
            self._remove(run)
            return self._watch(self._engine.ready(instead_of=ready), run, report)

    def _watch(self, ready: Ready, run: _Run, report: Report) -> Outcome:
        """Create and start the container, pass its output on, and tell how it ended."""
        run.exists = True
        self._containers.create(ready, run.task, run.container)
        # Attached before the start, so that nothing is missed; the engine itself keeps no log.
        with closing(ready.api.attach_socket(run.container)) as stream:
            if run.stop_wanted.is_set():
                raise NotRunnable("Task was stopped before its container started")
            self._containers.start(ready, run.container)
            run.running = True
            if run.stop_wanted.is_set():
                self._signal(run)
            report.started()
            for source, data in read_output(stream):
                report.output(source, data)
        exit_code = int(ready.api.wait(run.container)["StatusCode"])
        # The ECS agent gives this reason where any process was killed for memory, whatever the exit code.
        killed = ready.api.inspect_container(run.container)["State"]["OOMKilled"]
        return Outcome(exit_code=exit_code, reason=OUT_OF_MEMORY if killed else "")

    def _signal(self, run: _Run, signal: str = "") -> None:
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        try:
            api = self._engine.ready().api
            signal = signal or api.inspect_container(run.container)["Config"].get("StopSignal") or "SIGTERM"
            api.kill(run.container, signal=signal)
        except (DockerException, RequestException, EngineMissing) as error:
            # It ended by itself in the meantime, or its engine did; its own thread tells how.
            _log.info("task %s took no signal: %s", run.task.id, error)

    def _remove(self, run: _Run) -> None:
        """Remove the container, as soon as there is an engine: one that was away may come back with it."""
        from docker.errors import APIError
        from requests.exceptions import RequestException

        while run.exists:
            try:
                self._engine.ready().api.remove_container(run.container, v=True, force=True)
                run.exists = False
            except APIError as error:
                if error.status_code not in _GONE:
                    _log.warning("container %s may be left on the engine: %s", run.container, error)
                run.exists = False
            except (RequestException, EngineMissing):
                if self._closing.wait(_AGAIN_SECONDS):
                    return
