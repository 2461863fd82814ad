"""A closer look at one run, by a connection: causes, names, log streams, what its containers reserve."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargo.connection import Connection
    from fargo.cost import Task
    from fargo.explain.explaining import Explanation
    from fargo.logs import Sources, Span
    from fargo.model.job import Job
    from fargo.model.run import Run, RunSnapshot, Wave
    from fargo.spending import Places

EARLIER = timedelta(minutes=1)
"""How much two of AWS's clocks may differ."""


def explain(
    connection: "Connection", state: "RunSnapshot", run: "Run", row: int | None = None
) -> "Explanation":
    """Why containers of a run failed, and why others wait.

    Args:
        state: how it stands, or the part of it that is asked about.
        run: the whole of it.
        row: the part is that of this row.
    """
    from fargo.explain import explaining
    from fargo.explain.evidence import Clients
    from fargo.logs import Labels

    clients = Clients(
        session=connection.session,
        batch=connection.batch,
        logs=connection.patient_logs(),
        store=connection.store,
        history=connection.history,
    )
    over = state.run.last.number < run.last.number
    labels = Labels(run, connection.store)
    only = row if run.packed else None
    return explaining.explain(state, clients, labels=labels, project=connection.project, over=over, row=only)


def namer(connection: "Connection", run: "Run") -> "Callable[[Job], str]":
    """What the jobs of a run are called: by their rows; empty where those cannot be read.

    Where a container has several rows, `#8` could be either: there it is `row #8`, or `rows #8-11`.
    """
    from fargo.errors import AwsError
    from fargo.logs import Labels

    labels = Labels(run, connection.store)

    def name(job: "Job") -> str:
        if job.row is not None:
            return f"#{job.row}"
        try:
            label = labels(job.id)
        except AwsError:
            return ""
        return f"{'rows' if '-' in label else 'row'} {label}" if run.packed and label else label

    return name


def sources(connection: "Connection", run: "Run", *, failed: bool = False) -> "Sources":
    """What learns the log streams of a run's containers.

    Args:
        failed: only of those that failed.
    """
    from fargo.logs import Labels, Sources

    return Sources(connection.batch, Labels(run, connection.store), failed=failed)


def learned(connection: "Connection", state: "RunSnapshot", *, failed: bool = False) -> "Sources":
    """The log streams of a run's containers, also of those that AWS Batch has forgotten.

    Where AWS throttles, it goes on more slowly.

    Args:
        failed: only of those that failed.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    from fargo.errors import AwsThrottled
    from fargo.runs import learn

    found, wait = sources(connection, state.run, failed=failed), connection.patience()
    while True:
        try:
            learn(found, state, connection.history)
        except AwsThrottled as error:
            wait(error)
        else:
            return found


def span(state: "RunSnapshot", wanted: "Span") -> "Span":
    """Of a span not what was before there was a job: the less CloudWatch Logs has to search."""
    from fargo.logs import milliseconds

    created = [job.created for job in state.jobs if job.created]
    return wanted.within(milliseconds(min(created) - EARLIER) if created else None, None)


def task(connection: "Connection", job: str, wave: "Wave") -> "Task":
    """What each container of a wave reserves, and where it runs.

    Args:
        job: the name of its `[jobs.*]` table, for its storage: what the project file says of it today.
    """
    from fargo.cost import Task
    from fargo.model.fargate import STORAGE_GIB_DEFAULT, Size

    settings = connection.project.jobs.get(job)
    return Task(
        size=Size(wave.vcpu, wave.memory_mib),
        architecture=connection.project.image.cpu,
        spot=wave.queue == connection.outputs.job_queues["spot"],
        storage_gib=settings.storage_gib if settings else STORAGE_GIB_DEFAULT,
        prices=connection.prices,
    )


def places(connection: "Connection") -> "Places":
    """Where runs are looked up to tell what they have cost."""
    from fargo.spending import Places

    return Places(
        batch=connection.batch,
        store=connection.bulk,
        history=connection.history,
        task_of=lambda run, wave: task(connection, run.job, wave),
    )
