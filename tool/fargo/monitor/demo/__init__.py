"""A synthetic AWS: every screen, stop and retry included, without an account, Docker or a network."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from fargo.aws.batch import Batch
from fargo.aws.journal import Journal
from fargo.aws.logs import Logs
from fargo.errors import UsageError
from fargo.model import fargate, naming
from fargo.model.fargate import Size
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.model.timeline import Move
from fargo.monitor.demo.clients import BatchClient, Demo
from fargo.monitor.demo.lines import LogsClient
from fargo.monitor.demo.lives import Plan
from fargo.monitor.demo.noted import Noted
from fargo.monitor.demo.scene import ACCOUNT, GROUP, PROJECT, QUEUES, REGION, Scene, job_id
from fargo.monitor.source import Title

THUMBS_STOPPED = "stopped by somebody else"


class DemoSource:
    """The demonstration as the monitor's source.

    Args:
        now: the time, in UTC; all is a function of it, and of what is stopped and retried.
        arrays: see `Scene`.
        throttling: whether AWS has its bad minutes.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        arrays: int = 0,
        read_only: bool = False,
        throttling: bool = True,
    ) -> None:
        self.read_only = read_only
        epoch = now()
        self._scene = Scene(epoch, arrays=arrays)

        def clock() -> float:
            return (now() - epoch).total_seconds()

        self._demo = Demo(self._scene, clock, throttling=throttling)
        self.title = Title(project=PROJECT, region=REGION, account_id=ACCOUNT, target="demo", log_group=GROUP)
        self.queues = tuple(QUEUES.values())
        self.journal = Journal()
        self.batch = Batch(Noted(BatchClient(self._demo), "batch", self.journal, now))
        self.logs = Logs(Noted(LogsClient(self._demo), "logs", self.journal, now), GROUP)
        self._demo.stop(job_id("thumbs-0056"), THUMBS_STOPPED)

    def runs(self) -> tuple[Run, ...]:
        """The runs, the newest first."""
        self._demo.all()
        return tuple(sorted(self._scene.runs.values(), key=lambda run: run.created, reverse=True))

    def past(self, runs: Sequence[Run], job_ids: Collection[str]) -> Sequence[Job]:
        """It forgets none."""
        del runs, job_ids
        return ()

    def moves(self, job: Job) -> tuple[Move, ...]:
        """It has no events."""
        del job
        return ()

    def label(self, run: Run) -> Callable[[str], str]:
        """A child by its index."""
        del run
        return lambda job: f"#{job.partition(':')[2]}" if ":" in job else ""

    def stop(self, job_ids: Sequence[str], reason: str) -> dict[str, str]:
        """Terminate jobs."""
        return self.batch.terminate_all(job_ids, reason)[0]

    def stop_run(self, run: str, reason: str) -> str:
        """Terminate a run's jobs."""
        self.stop(self._scene.runs[run].job_ids, reason)
        return f"stopping {run}"

    def retry(self, run: str, memory: str = "") -> str:
        """A new wave of what failed.

        Raises:
            UsageError: it has not ended.
        """
        from fargo.submit.retry import More
        from fargo.submit.retry import memory as wanted
        from fargo.view.runs import retry_words

        before = self._scene.runs[run]
        plans = [self._scene.plans[each] for each in before.job_ids]
        now = self._demo.clock()
        counts = [lives.counts(now) for plan in plans if (lives := self._demo.lives(plan.id))]
        if any(not state.finished for each in counts for state in each):
            raise UsageError(f"{run} has not ended", "stop it, or wait for it")
        failed = counts[-1].get(JobState.FAILED, 0)
        if not failed:
            return f"nothing to retry: every row of {run} has succeeded"
        last = plans[-1]
        change = wanted(memory) if memory else last.memory_mib
        mib = int(last.memory_mib * (1 + change.percent / 100)) if isinstance(change, More) else change
        size = fargate.next_valid(Size(last.vcpu, mib)) or Size(last.vcpu, last.memory_mib)
        plan = self._again(last, failed, size)
        self._scene.plans[plan.id] = plan
        wave = self._scene.wave(plan)
        self._scene.runs[run] = replace(before, waves=(*before.waves, wave))
        return retry_words(wave, failed=failed, missing=0)

    def _again(self, last: Plan, failed: int, size: Size) -> Plan:
        number = last.wave + 1
        name = naming.batch_job_name(last.run, number, 0)
        return replace(
            last,
            id=job_id(name),
            name=name,
            created=self._demo.clock(),
            size=failed,
            wait=8.0,
            every=0.5,
            lasts=30.0,
            wave=number,
            vcpu=size.vcpu,
            memory_mib=size.memory_mib,
            failures=tuple(each for each in last.failures if each.below_mib is not None),
        )
