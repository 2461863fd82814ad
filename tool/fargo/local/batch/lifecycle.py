"""Where a job goes for other reasons than its own container: dependencies, children, cancels, ends.

Everything here runs under the store's lock.

Source: user guide, "Job states", "Job dependencies" and "Array jobs"; API reference, CancelJob.
"""

from collections import deque
from collections.abc import Iterable

from fargo.local.batch import arrays
from fargo.local.batch.records import WAITING, Children, Job
from fargo.local.batch.store import Region, Store
from fargo.model.job import JobState

CHILD_FAILED = "Array Child Job failed"
DEPENDENCY_FAILED = "Dependent Job failed"


class Lifecycle:
    """Moves jobs that wait, and spreads the news of those that end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ended: deque[Job] = deque()
        self._spreading = False

    def settle(self, job: Job) -> None:
        """A job that was submitted: what it depends on decides where it goes."""
        if job.state.finished:
            return
        if job.children:
            self._store.move(job, JobState.PENDING)
        if self._link(job):
            self.fail(job, DEPENDENCY_FAILED)
        elif job.waits or job.spec.one_by_one:
            self._pend(job)
        if not job.waits:
            self._release(job)

    def resume(self, job: Job) -> None:
        """A job that was kept: back to where it waited."""
        if job.state is JobState.RUNNABLE:
            job.status_reason = ""
            job.spec.queue.order.push(job)
        elif job.state is JobState.PENDING:
            if self._link(job):
                self.fail(job, DEPENDENCY_FAILED)
            elif not job.waits:
                self._release(job)
            for child in job.children.held.values() if job.children else ():
                if child.state is JobState.RUNNABLE:
                    self.resume(child)

    def finish(self, job: Job, state: JobState, reason: str) -> None:
        """The end of a job; its array and those who depend on it learn of it.

        One loop does the telling, however long the chain of those who fail by it.
        """
        job.stopped = self._store.clock.now()
        self._store.move(job, state, reason)
        self._announce([job])

    def _announce(self, ended: Iterable[Job]) -> None:
        self._ended.extend(ended)
        if self._spreading:
            return
        self._spreading = True
        try:
            while self._ended:
                self._spread(self._ended.popleft())
        finally:
            self._spreading = False

    def fail(self, job: Job, reason: str) -> None:
        """End a job that waits, or all children of an array that do."""
        children = job.children
        if children is None:
            if job.state in WAITING:
                job.spec.queue.order.remove(job)
                self.finish(job, JobState.FAILED, reason)
            return
        job.end_reason = job.end_reason or reason
        for child in list(children.held.values()):
            self.fail(child, reason)
        self._fail_rest(job, reason)

    def alone(self, job: Job) -> Job:
        """The job itself; for a child, one that has a record of its own and is no longer among the rest."""
        parent = job.parent
        if parent is None or job.index in arrays.children_of(parent).held:
            return job
        child = arrays.hold(parent, job.index)
        if child.state is JobState.RUNNABLE:
            child.spec.queue.order.push_front(child)
        return child

    def cancel(self, job: Job, reason: str) -> None:
        """CancelJob: a job that waits ends, at the moment that AWS Batch looks at it.

        That is at once for one SUBMITTED, when its dependencies have ended for one PENDING, and at the
        head of its queue for one RUNNABLE. Those that have a container go on.
        """
        if job.state not in WAITING or job.cancelled:
            return
        job.cancelled, job.end_reason = True, reason
        if job.children:
            for child in list(job.children.held.values()):
                self.cancel(child, reason)
        if job.state is JobState.SUBMITTED:
            self.fail(job, reason)
        self._store.keeper.note(job)
        self._store.changed.notify_all()

    # Dependencies.

    def _link(self, job: Job) -> bool:
        """Have `job` told of the ends that it waits for; whether one of them was a failure already."""
        region, failed, job.waits = self._region(job), False, 0
        for link in job.spec.depends_on:
            target = region.job(link["jobId"]) if link.get("jobId") else None
            if target is None or target.state is JobState.SUCCEEDED:
                continue
            if link.get("type") == "N_TO_N":
                region.pairs.setdefault(target.id, []).append(job)
            elif target.state is JobState.FAILED:
                failed = True
            else:
                region.dependents.setdefault(target.id, []).append(job)
                job.waits += 1
        return failed

    def _pend(self, job: Job) -> None:
        if job.children:
            self._store.move_rest(job, JobState.PENDING)
        elif job.state is JobState.SUBMITTED:
            self._store.move(job, JobState.PENDING)

    def _release(self, job: Job) -> None:
        """Nothing that it waits for as a whole is left."""
        if job.cancelled:
            self.fail(job, job.end_reason)
        if job.state.finished:
            return
        if job.children is None:
            self._enqueue(job)
        elif job.spec.one_by_one:
            for index in range(job.children.size):
                self._look_at(job, index)
        else:
            self._release_children(job, job.children)

    def _release_children(self, job: Job, children: Children) -> None:
        """All at once, but for those that were cancelled meanwhile."""
        if children.left and not children.rest.finished:
            self._store.move_rest(job, JobState.RUNNABLE)
            job.spec.queue.order.push(job)
        for child in list(children.held.values()):
            if child.cancelled:
                self.fail(child, child.end_reason)

    def _look_at(self, job: Job, index: int) -> None:
        """A child that waits for other children: whether it still has to."""
        if job.waits or arrays.state(job, index) is not JobState.PENDING:
            return
        region = self._region(job)
        others = [other for each in job.spec.paired if (other := region.job(each))]
        states = [arrays.state(other, index) for other in others]
        if job.spec.sequential and index:
            states.append(arrays.state(job, index - 1))
        if JobState.FAILED in states:
            self.finish(arrays.hold(job, index), JobState.FAILED, DEPENDENCY_FAILED)
        elif all(state is JobState.SUCCEEDED for state in states):
            child = arrays.hold(job, index)
            if job.cancelled or child.cancelled:
                self.finish(child, JobState.FAILED, child.end_reason or job.end_reason)
            else:
                self._enqueue(child)

    def _enqueue(self, job: Job) -> None:
        self._store.move(job, JobState.RUNNABLE)
        job.spec.queue.order.push(job)

    # Ends.

    def _spread(self, job: Job) -> None:
        if job.parent:
            self._child_ended(job.parent, job)
        region = self._region(job)
        for waiter in region.dependents.pop(job.id, ()) if region.dependents else ():
            waiter.waits -= 1
            if waiter.state.finished:
                continue
            if job.state is JobState.FAILED and not waiter.cancelled:
                self.fail(waiter, DEPENDENCY_FAILED)
            elif waiter.waits == 0:
                self._release(waiter)
        if job.children:
            region.pairs.pop(job.id, None)

    def _child_ended(self, parent: Job, child: Job) -> None:
        self._tell_pairs(parent, [child.index])
        if parent.spec.sequential:
            if child.state is JobState.FAILED:
                self._fail_pending(parent, parent.end_reason or DEPENDENCY_FAILED)
            elif child.index + 1 < parent.spec.size:
                self._look_at(parent, child.index + 1)
        self._close(parent)

    def _fail_pending(self, parent: Job, reason: str) -> None:
        """Nothing of a sequence follows a failure: not the rest, nor those held by their own cancel."""
        children = arrays.children_of(parent)
        if children.counts[JobState.PENDING]:
            held = [child for child in children.held.values() if child.state is JobState.PENDING]
            for child in held:
                self.finish(child, JobState.FAILED, child.end_reason or reason)
        self._fail_rest(parent, reason)

    def _fail_rest(self, parent: Job, reason: str) -> None:
        parent.spec.queue.order.remove(parent)
        indexes = self._store.move_rest(parent, JobState.FAILED, reason)
        self._tell_pairs(parent, indexes)
        waited_for = self._region(parent).dependents
        if waited_for:
            children = (arrays.view(parent, index) for index in indexes)
            self._announce(child for child in children if child.id in waited_for)
        self._close(parent)

    def _tell_pairs(self, parent: Job, indexes: list[int]) -> None:
        for waiter in self._region(parent).pairs.get(parent.id, ()):
            for index in indexes:
                self._look_at(waiter, index)

    def _close(self, parent: Job) -> None:
        """An array ends with the last of its children, and fails by a single one."""
        children = arrays.children_of(parent)
        if parent.state.finished or children.ended < children.size:
            return
        if children.counts[JobState.FAILED]:
            self.finish(parent, JobState.FAILED, parent.end_reason or CHILD_FAILED)
        else:
            self.finish(parent, JobState.SUCCEEDED, "")

    def _region(self, job: Job) -> Region:
        return self._store.regions[job.spec.region]
