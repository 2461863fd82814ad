"""Snapshots with jobs missing → the same, with those whose end events told."""

from collections.abc import Sequence
from dataclasses import replace

from fargo.errors import AwsDenied
from fargo.history.reading import History
from fargo.model.job import Job
from fargo.model.run import RunSnapshot


def recall(states: Sequence[RunSnapshot], history: History) -> tuple[RunSnapshot, ...]:
    """Put back the jobs that AWS Batch has forgotten, where events tell how they ended.

    Only runs of whose last wave a job is missing are asked for, all of them at once; where there is none,
    nothing is asked. Who may not read the events sees what AWS Batch knows.

    Raises:
        AwsError: AWS is out of reach.
    """
    old = [state for state in states if _forgotten(state)]
    if not old:
        return tuple(states)
    wanted = [job_id for state in old for job_id in state.unseen]
    try:
        known = history.ended([state.run for state in old], wanted)
    except AwsDenied:
        return tuple(states)
    return tuple(_with(state, known) for state in states)


def _forgotten(state: RunSnapshot) -> bool:
    last = {chunk.job_id for chunk in state.run.last.chunks}
    return not state.appearing and any(job_id in last for job_id in state.unseen)


def _with(state: RunSnapshot, known: dict[str, Job]) -> RunSnapshot:
    """The snapshot with what is known of its missing jobs."""
    past = tuple(job_id for job_id in state.unseen if job_id in known)
    if not past:
        return state
    all_known = {job_id: _counted(known[job_id]) for job_id in past} | {job.id: job for job in state.jobs}
    jobs = tuple(all_known[job_id] for job_id in state.run.job_ids if job_id in all_known)
    return replace(state, jobs=jobs, gone=state.gone - len(past), past=past)


def _counted(job: Job) -> Job:
    """An array without its counts where they are of a moment before its end: AWS counts now and then."""
    ended = sum(count for state, count in job.counts if state.finished)
    return job if ended == job.size else replace(job, counts=())
