"""A run's jobs → TerminateJobs: every wave, arrays with all their children."""

from collections import Counter
from dataclasses import dataclass

from fargo.aws.batch import Batch
from fargo.errors import AwsError
from fargo.model.job import Job, JobState
from fargo.model.run import Run, RunSnapshot
from fargo.submit.request import check_text

STARTED = frozenset({JobState.STARTING, JobState.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """What a stop reached.

    Attributes:
        jobs: those that had not ended, and were told to; without any that AWS Batch does not show yet.
        running: their containers that had started.
        waiting: their containers that had not.
        refused: a job's id → why AWS did not stop it.
        unsent: arrays and jobs of the run that were never submitted.
    """

    jobs: tuple[Job, ...]
    running: int
    waiting: int
    refused: dict[str, str]
    unsent: int


def stop(state: RunSnapshot, *, batch: Batch, reason: str) -> Stopping:
    """Terminate the jobs of a run that have not ended.

    Raises:
        UsageError: the reason is no text.
    """
    check_text(reason)
    live = tuple(job for job in state.jobs if not job.state.finished)
    # Those too that were submitted a moment ago, and that DescribeJobs does not show yet.
    unseen = state.unseen if state.appearing else ()
    refused = batch.terminate_all([*(job.id for job in live), *unseen], reason)
    counts: Counter[JobState] = Counter()
    for job in live:
        counts.update(state.containers(job))
    return Stopping(
        jobs=tuple(job for job in live if job.id not in refused),
        running=sum(counts[each] for each in STARTED),
        waiting=sum(counts[each] for each in JobState if each not in STARTED and not each.finished),
        refused=refused,
        unsent=sum(not chunk.job_id for chunk in state.run.chunks),
    )


def check(run: Run, found: Stopping) -> None:
    """Make sure that AWS refused to stop none of a run's jobs.

    Raises:
        AwsError: it did; all others were told to stop.
    """
    if not found.refused:
        return
    job, why = next(iter(found.refused.items()))
    raise AwsError(
        f"AWS did not stop {len(found.refused)} of the jobs of {run.id}; of {job} it says: {why}",
        f"try again: `fargo stop {run.id}`",
        operation="TerminateJobs",
    )
