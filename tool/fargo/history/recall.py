"""Snapshots with jobs missing → the same, with those whose end events told."""

from collections.abc import Sequence
from dataclasses import replace

from fargo.errors import AwsError
from fargo.history.reading import History
from fargo.model.job import Job
from fargo.model.run import RunSnapshot


class Recall:
    """Puts back the jobs that AWS Batch has forgotten, where events tell how they ended.

    Only runs of whose last wave a job is missing are asked for, all of them at once, and each job once: how
    it ended does not change. Where events cannot be read, what AWS Batch knows stands as it is.

    Args:
        history: the events.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: dict[str, Job] = {}
        self._asked: set[str] = set()

    def fill(self, states: Sequence[RunSnapshot]) -> tuple[RunSnapshot, ...]:
        """The snapshots with those jobs; AWS is asked only where one is missing that it was not asked for."""
        old = [state for state in states if _forgotten(state)]
        wanted = {job_id for state in old for job_id in state.unseen} - self._asked
        if wanted:
            runs = [state.run for state in old if not wanted.isdisjoint(state.unseen)]
            try:
                self._known |= self._history.ended(runs, wanted)
                self._asked |= wanted
            except AwsError:
                return tuple(states)
        return tuple(_with(state, self._known) for state in states)


def recall(states: Sequence[RunSnapshot], history: History) -> tuple[RunSnapshot, ...]:
    """The same for once."""
    return Recall(history).fill(states)


def _forgotten(state: RunSnapshot) -> bool:
    return not state.appearing and not set(state.run.last.job_ids).isdisjoint(state.unseen)


def _with(state: RunSnapshot, known: dict[str, Job]) -> RunSnapshot:
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
