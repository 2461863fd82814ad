"""What is known of jobs, and what each answer changed. Of one thread: whoever shows it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from fargo.model.job import Job, JobState
from fargo.watch.seen import JobsSeen


@dataclass(frozen=True, slots=True)
class Transition:
    """A job's state was seen to change; `before` is None where the job was not known.

    Attributes:
        at: when it was seen: it happened at some time since the look before.
    """

    job_id: str
    before: JobState | None
    after: JobState
    at: datetime


@dataclass(frozen=True, slots=True)
class Delta:
    """What one answer changed, by job id, in the order of the answer."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    transitions: tuple[Transition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


class Store:
    """Every job that was seen, as it was seen last.

    Attributes:
        jobs: by id; an array's children among them once they were listed.
        seen: when each was seen last.
        moments: when each was first seen in a state, of jobs that were seen to change into it: AWS Batch
            itself tells neither when a job became RUNNABLE nor when STARTING.
        gone: ids that AWS Batch no longer knows; what is known of those jobs stays.
        revision: grows with each change.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.seen: dict[str, datetime] = {}
        self.moments: dict[str, dict[JobState, datetime]] = {}
        self._children: dict[str, list[str]] = {}
        self.gone: set[str] = set()
        self.revision = 0

    def apply(self, answer: JobsSeen) -> Delta:
        """Take an answer in. What it tells of a job that a later answer told of already is passed over."""
        added: list[str] = []
        changed: list[str] = []
        transitions: list[Transition] = []
        for job in answer.jobs:
            before = self.jobs.get(job.id)
            if before is not None and self.seen[job.id] > answer.at:
                continue
            self.seen[job.id] = answer.at
            self.gone.discard(job.id)
            merged = _merged(before, job)
            if merged == before:
                continue
            self.jobs[job.id] = merged
            (changed if before else added).append(job.id)
            if before is None and job.parent:
                self._children.setdefault(job.parent, []).append(job.id)
            if before is None or before.state is not merged.state:
                transitions.append(
                    Transition(job.id, before.state if before else None, merged.state, answer.at)
                )
        self._note(transitions)
        gone = tuple(job_id for job_id in answer.gone if job_id not in self.gone)
        self.gone.update(gone)
        delta = Delta(tuple(added), tuple(changed), gone, tuple(transitions))
        self.revision += bool(delta)
        return delta

    def keep(self, job_ids: Collection[str]) -> None:
        """Forget all jobs but these, and children of these."""
        for job_id in [each for each, job in self.jobs.items() if (job.parent or each) not in job_ids]:
            del self.jobs[job_id], self.seen[job_id]
            self.moments.pop(job_id, None)
        self._children = {each: found for each, found in self._children.items() if each in job_ids}
        self.gone &= set(job_ids)

    def children(self, array_id: str) -> list[Job]:
        """The children of an array that were listed, by index."""
        found = [self.jobs[each] for each in self._children.get(array_id, ())]
        return sorted(found, key=lambda job: job.index or 0)

    def _note(self, transitions: Iterable[Transition]) -> None:
        for each in transitions:
            if each.before is not None:
                self.moments.setdefault(each.job_id, {}).setdefault(each.after, each.at)


def _merged(before: Job | None, job: Job) -> Job:
    """ListJobs tells less than DescribeJobs: what that told stays as long as the state does."""
    if before is None or job.detailed or not before.detailed or before.state is not job.state:
        return job
    return replace(
        before,
        counts=job.counts or before.counts,
        stopped=job.stopped or before.stopped,
        stopping=job.stopping or before.stopping,
        reason=job.reason or before.reason,
    )
