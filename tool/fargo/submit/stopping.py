"""A run's jobs → TerminateJobs: every wave, arrays with all their children."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fargo.aws.batch import TERMINATE_MAX, Batch
from fargo.errors import AwsError, AwsThrottled
from fargo.model.job import Job, JobState
from fargo.model.run import Run, RunSnapshot

THROTTLE_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before what AWS put off is sent again."""
STARTED = frozenset({JobState.STARTING, JobState.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """What a stop reached.

    Attributes:
        jobs: those that had not ended, and were told to.
        unseen: how many were told to that AWS Batch does not show yet.
        running: their containers that had started.
        waiting: their containers that had not.
        refused: a job's id → why AWS did not stop it.
        unsent: arrays and jobs of the run that were never submitted.
    """

    jobs: tuple[Job, ...]
    running: int
    waiting: int
    unseen: int
    refused: dict[str, str]
    unsent: int


def stop(state: RunSnapshot, *, batch: Batch, sleep: Callable[[float], None], reason: str) -> Stopping:
    """Terminate the jobs of a run that have not ended.

    Raises:
        AwsError: AWS refuses, or is out of reach, before any was stopped.
    """
    live = tuple(job for job in state.jobs if not job.state.finished)
    # Those too that were submitted a moment ago, and that DescribeJobs does not show yet.
    unseen = state.unseen if state.appearing else ()
    ids = [*(job.id for job in live), *unseen]
    refused = terminate(ids, batch=batch, sleep=sleep, reason=reason)
    counts: Counter[JobState] = Counter()
    for job in live:
        counts.update(state.containers(job))
    return Stopping(
        jobs=tuple(job for job in live if job.id not in refused),
        running=sum(counts[each] for each in STARTED),
        waiting=sum(counts[each] for each in JobState if each not in STARTED and not each.finished),
        unseen=len(unseen),
        refused=refused,
        unsent=state.run.unsent,
    )


def terminate(
    job_ids: Sequence[str], *, batch: Batch, sleep: Callable[[float], None], reason: str
) -> dict[str, str]:
    """Terminate jobs, arrays with all their children: what was not told to stop, id → why.

    Raises:
        AwsError: AWS refuses, or is out of reach, before any was stopped.
    """
    refused: dict[str, str] = {}
    for start in range(0, len(job_ids), TERMINATE_MAX):
        some = job_ids[start : start + TERMINATE_MAX]
        try:
            refused |= _patiently(batch, some, reason, sleep)
        except AwsError as error:
            if not start:
                raise
            refused |= dict.fromkeys(job_ids[start:], error.message)
            break
    return refused


def _patiently(
    batch: Batch, job_ids: Sequence[str], reason: str, sleep: Callable[[float], None]
) -> dict[str, str]:
    """Send again what AWS put off, the call as a whole or some of its jobs."""
    refused: dict[str, str] = {}
    later = dict.fromkeys(job_ids, "")
    trouble: AwsThrottled | None = None
    for pause in (0.0, *THROTTLE_PAUSES):
        sleep(pause)
        try:
            more, later = batch.terminate_all(list(later), reason)
        except AwsThrottled as error:
            trouble = error
            continue
        refused, trouble = refused | more, None
        if not later:
            break
    if trouble:
        raise trouble
    return refused | later


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
