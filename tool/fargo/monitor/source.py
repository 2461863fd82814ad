"""What the monitor is told by and acts through: AWS by a `Connection`, or the demonstration."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from fargo.model.job import Job

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.journal import Journal
    from fargo.aws.logs import Logs
    from fargo.connection import Connection
    from fargo.model.run import Run
    from fargo.model.timeline import Move

LATEST = 50
"""Runs whose ledgers are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """Whose jobs these are.

    Attributes:
        target: `aws`, `local` or `demo`.
        profile: of AWS, where one is used.
        log_group: that the jobs write to.
        options: what a suggested `fargo` command needs besides, such as `--local`.
    """

    project: str
    region: str
    account_id: str
    target: str
    profile: str = ""
    log_group: str = ""
    options: str = ""

    def command(self, rest: str) -> str:
        """A `fargo` command that means the same project and account."""
        return " ".join(part for part in ("fargo", self.options, rest) if part)

    def console(self, job: Job) -> str:
        """The address of a job's page in AWS's console; empty where there is none."""
        if self.target != "aws":
            return ""
        home = f"https://{self.region}.console.aws.amazon.com/batch/home?region={self.region}"
        return f"{home}#jobs/detail/{job.id}"

    def arn(self, job: Job) -> str:
        """A job's ARN."""
        return f"arn:aws:batch:{self.region}:{self.account_id}:job/{job.id}"


class Source(Protocol):
    """What the monitor needs of the world. All of it may block, and is called in worker threads alone.

    Attributes:
        read_only: nothing may be stopped or retried.
    """

    read_only: bool

    @property
    def title(self) -> Title:
        """Whose jobs these are; answers at once."""

    @property
    def queues(self) -> tuple[str, ...]:
        """The ARNs of the project's job queues; answers at once."""

    @property
    def batch(self) -> "Batch":
        """AWS Batch."""

    @property
    def logs(self) -> "Logs":
        """The jobs' log group."""

    @property
    def journal(self) -> "Journal":
        """The latest calls of AWS; answers at once."""

    def runs(self) -> "tuple[Run, ...]":
        """The latest runs, by their ledgers, newest first."""

    def past(self, runs: "Sequence[Run]", job_ids: Collection[str]) -> Sequence[Job]:
        """How these jobs of the runs ended, which AWS Batch has forgotten, as far as events tell."""

    def moves(self, job: Job) -> "tuple[Move, ...]":
        """When a job came into each of its states, as far as events tell."""

    def label(self, run: "Run") -> Callable[[str], str]:
        """What tells a run's containers apart in its logs: a job's id → `#17`."""

    def stop(self, job_ids: Sequence[str], reason: str) -> dict[str, str]:
        """Terminate jobs, arrays with their children: what AWS refused, id → why.

        Raises:
            FargoError: nothing was stopped.
        """

    def stop_run(self, run: str, reason: str) -> str:
        """As `fargo stop RUN`: what came of it, in a sentence.

        Raises:
            FargoError: AWS refuses, or is out of reach.
        """

    def retry(self, run: str, memory: str = "") -> str:
        """As `fargo retry RUN [--memory …]`: what came of it, in a sentence.

        Raises:
            FargoError: it cannot be retried.
        """


class LiveSource:
    """A project on AWS, or on the local AWS.

    Args:
        connection: whose stack is deployed.
        options: see `Title`.
    """

    def __init__(self, connection: "Connection", *, read_only: bool = False, options: str = "") -> None:
        self._connection, self.read_only = connection, read_only
        outputs, session = connection.outputs, connection.session
        self.title = Title(
            project=outputs.name,
            region=outputs.region,
            account_id=outputs.account_id,
            target=session.target.value,
            profile=session.profile,
            log_group=outputs.log_group,
            options=options,
        )
        self.queues = tuple(outputs.job_queues.values())
        self.journal = session.journal

    @property
    def batch(self) -> "Batch":
        """AWS Batch."""
        return self._connection.batch

    @property
    def logs(self) -> "Logs":
        """The jobs' log group."""
        return self._connection.logs

    def runs(self) -> "tuple[Run, ...]":
        """The latest runs, newest first; jobs whose answer was lost are looked up."""
        from fargo.runs import recent

        return recent(self._connection.store, self._connection.batch, LATEST)

    def past(self, runs: "Sequence[Run]", job_ids: Collection[str]) -> Sequence[Job]:
        """By the log group of events."""
        return tuple(self._connection.history.ended(runs, job_ids).values())

    def moves(self, job: Job) -> "tuple[Move, ...]":
        """By the log group of events."""
        return self._connection.history.moves(job)

    def label(self, run: "Run") -> Callable[[str], str]:
        """By the index; what a later wave's map says comes with the logs."""
        del run
        return lambda job_id: f"#{job_id.partition(':')[2]}" if ":" in job_id else ""

    def stop(self, job_ids: Sequence[str], reason: str) -> dict[str, str]:
        """Terminate jobs, 50 a call."""
        from fargo.submit import stopping

        self._connection.verify_account()
        return stopping.terminate(
            job_ids, batch=self._connection.batch, sleep=self._connection.sender().sleep, reason=reason
        )

    def stop_run(self, run: str, reason: str) -> str:
        """As `fargo stop RUN`."""
        from fargo import launch
        from fargo.submit import stopping
        from fargo.view.text import plural

        self._connection.verify_account()
        sender = self._connection.sender()
        state, found = launch.stop(run, sender, batch=self._connection.batch, reason=reason)
        stopping.check(state.run, found)
        if not found.jobs and not found.unseen:
            return f"{state.run.id} has ended already"
        return f"stopping {plural(found.running + found.waiting, 'container')} of {state.run.id}"

    def retry(self, run: str, memory: str = "") -> str:
        """As `fargo retry RUN [--memory …]`."""
        from fargo import launch
        from fargo.submit.retry import Changes
        from fargo.submit.retry import memory as wanted
        from fargo.view.runs import retry_words

        by = self._connection
        changes = Changes(memory=wanted(memory) if memory else None)
        ready = launch.again(run, changes, by.outputs, store=by.bulk, batch=by.batch, now=datetime.now(UTC))
        if ready.run is None:
            return f"nothing to retry: every row of {ready.entry.run.id} has succeeded"
        by.verify_account()
        by.consume(launch.retry(ready.entry, ready.run, ready.found.undone(), by.sender()))
        return retry_words(ready.run.last, failed=ready.found.failed, missing=ready.found.missing)
