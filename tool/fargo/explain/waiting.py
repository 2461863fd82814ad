"""Why jobs wait: what stands in their way → findings. Pure; `surroundings` asks AWS."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fargo.explain import codes
from fargo.explain.cause import Cause
from fargo.explain.finding import Finding, Fix
from fargo.explain.rules.fixes import BACK, LARGER
from fargo.explain.surroundings import Place, Surroundings, waiting_containers
from fargo.model.job import Job, JobState
from fargo.model.run import RunSnapshot, Wave

EXAMPLES = 3


def waiting(state: RunSnapshot, around: Surroundings) -> tuple[Finding, ...]:
    """Why the jobs of a run that have not started yet wait: one finding per cause, in the jobs' order.

    Args:
        state: how the run's jobs stand.
        around: what `look` found.
    """
    by_cause: dict[Cause, list[tuple[Job | None, int]]] = {}
    jobs = {job.id: job for job in state.jobs}
    for wave in state.run.waves:
        for job in (jobs[id_] for id_ in wave.job_ids if id_ in jobs):
            for of, cause in _causes(job, wave, state, around):
                # An array is no example: it has no row.
                example = around.heads.get((job.id, of)) if job.size else job
                by_cause.setdefault(cause, []).append((example, waiting_containers(job, of)))
    return tuple(_finding(cause, found) for cause, found in by_cause.items())


def _finding(cause: Cause, found: Sequence[tuple[Job | None, int]]) -> Finding:
    return Finding(
        rule=cause.rule,
        cause=cause.words,
        evidence=cause.evidence,
        fixes=cause.fixes,
        jobs=sum(count for _, count in found),
        examples=tuple(job for job, _ in found if job)[:EXAMPLES],
    )


def _causes(
    job: Job, wave: Wave, state: RunSnapshot, around: Surroundings
) -> Iterator[tuple[JobState, Cause]]:
    """Why its containers wait, by the states in which some of them do."""
    place = around.places.get(wave.queue)
    if place is None or job.stopping:
        return
    if waiting_containers(job, JobState.STARTING):
        yield JobState.STARTING, _tried(job, _starting(place, state, around))
    if waiting_containers(job, JobState.RUNNABLE):
        cause = _noted(place, _runnable(job, wave, place, state, around))
        yield JobState.RUNNABLE, _tried(job, cause)
    if waiting_containers(job, JobState.PENDING):
        yield JobState.PENDING, _pending(wave, around)
    if waiting_containers(job, JobState.SUBMITTED):
        words = "AWS Batch has taken it, and looks at it next: that takes seconds"
        yield JobState.SUBMITTED, _broken(place) or Cause("submitted", words)


def _tried(job: Job, cause: Cause) -> Cause:
    """The cause, with how the job's last attempt ended where it waits for another."""
    ended = [attempt for attempt in job.attempts if attempt.stopped]
    if not ended:
        return cause
    said = f"attempt {len(ended)} ended: {ended[-1].reason or 'AWS does not say why'}"
    return replace(cause, evidence=(*cause.evidence, said))


def _noted(place: Place, cause: Cause) -> Cause:
    """The cause, with what else is true of the queue.

    Source: Batch API reference, JobQueueDetail: of a disabled queue, "new jobs can't be added to the queue,
    but jobs already in the queue can finish".
    """
    if place.queue is None or place.queue.state == "ENABLED":
        return cause
    said = f"the queue {place.name} is disabled: it takes no new jobs, and those that are in it go on"
    return replace(cause, evidence=(*cause.evidence, said))


def _starting(place: Place, state: RunSnapshot, around: Surroundings) -> Cause:
    words = "Fargate makes its task and pulls the image: half a minute, longer for large images"
    missing = () if _ran(place, state) else tuple(dict.fromkeys(hop.words for hop in place.hops))
    return _no_way(place, state) or Cause("starting", words, (*missing, *around.unread))


def _pending(wave: Wave, around: Surroundings) -> Cause:
    jobs = [around.after[id_] for id_ in wave.after if id_ in around.after]
    left = [job for job in jobs if not job.state.finished]
    failed = [job for job in jobs if job.state is JobState.FAILED]
    if failed:
        words = f"It waits for {failed[0].name}, which failed: AWS Batch fails it too, in a moment"
        return Cause("dependency-failed", words, tuple(map(_standing, failed[:EXAMPLES])))
    if not left:
        return Cause("dependency", "AWS Batch has not looked yet whether what it depends on has ended")
    each = "each container waits for its own there" if wave.paired else "it starts when that has ended"
    more = f" and {len(left) - 1} more" if len(left) > 1 else ""
    words = f"It waits for {left[0].name}{more}: {each}"
    return Cause("dependency", words, tuple(map(_standing, left[:EXAMPLES])))


def _standing(job: Job) -> str:
    """How a job stands, in words."""
    counts = ", ".join(f"{count:,} {state}" for state, count in job.containers.items() if job.size)
    return f"{job.name} is {job.shown}" + (f": {counts}" if counts else "")


def _runnable(job: Job, wave: Wave, place: Place, state: RunSnapshot, around: Surroundings) -> Cause:
    return (
        _broken(place)
        or _never_fits(wave, place)
        or codes.of(around.heads.get((job.id, JobState.RUNNABLE), job))
        or _no_way(place, state)
        or _full(wave, place, state)
        or _no_address(place)
        or _turn(place, state)
    )


def _broken(place: Place) -> Cause | None:
    """Its queue, or every compute environment of it, starts nothing."""
    queue = place.queue
    if queue is None:
        return Cause("queue-gone", f"The queue {place.name} is not there any more", fixes=(BACK,))
    if queue.status != "VALID":
        kind = "invalid" if queue.status == "INVALID" else "changing"
        words = f"The queue {queue.name} is {queue.status}"
        return Cause(f"queue-{kind}", words, _said(queue.reason), () if kind == "changing" else (BACK,))
    if place.usable:
        return None
    if not place.environments:
        return Cause("environment-gone", f"The queue {queue.name} has no compute environment", fixes=(BACK,))
    first = place.environments[0]
    disabled = first.state != "ENABLED"
    kind = "disabled" if disabled else "invalid" if first.status == "INVALID" else "changing"
    words = f"The compute environment {first.name} is {'disabled' if disabled else first.status}"
    fixes = () if kind == "changing" else (BACK,)
    reasons = dict.fromkeys(each.reason for each in place.environments if each.status != "VALID")
    return Cause(f"environment-{kind}", words, _said(*reasons), fixes)


def _said(*reasons: str) -> tuple[str, ...]:
    return tuple(reason for reason in reasons if reason)


def _never_fits(wave: Wave, place: Place) -> Cause | None:
    most = max(each.max_vcpus for each in place.usable)
    if wave.vcpu > most:
        words = (
            f"Each container takes {wave.vcpu:g} vCPUs, and the compute environment has {most} "
            "(`max_vcpus`): it never starts"
        )
        return Cause("never-fits", words, fixes=(LARGER,))
    if place.quota is not None and wave.vcpu > place.quota:
        words = (
            f"Each container takes {wave.vcpu:g} vCPUs, and the account's Fargate quota is {place.quota}: "
            "it never starts"
        )
        return Cause("never-fits-quota", words, fixes=(_quota_fix(place),))
    return None


def _no_way(place: Place, state: RunSnapshot) -> Cause | None:
    """From none of its subnets a task reaches a service; a container that ran is the proof that one does."""
    subnets = {subnet for each in place.environments for subnet in each.subnets}
    lacking: dict[str, set[str]] = {}
    for hop in place.hops:
        lacking.setdefault(hop.service, set()).add(hop.subnet)
    services = [service for service, of in lacking.items() if of >= subnets]
    if not services or _ran(place, state):
        return None
    hops = [hop for hop in place.hops if hop.service in services]
    where = " and ".join(dict.fromkeys(hop.subnet for hop in hops))
    words = f"From {where} its task does not reach {' and '.join(services)}, which it needs to start"
    evidence = tuple(dict.fromkeys(hop.words for hop in hops))
    return Cause("no-way", words, evidence, (BACK, Fix("in a VPC of your own: put there what is missing")))


def _ran(place: Place, state: RunSnapshot) -> bool:
    """Whether a container of the run has run there."""
    ids = {id_ for wave in state.run.waves if wave.queue == place.arn for id_ in wave.job_ids}
    ran = (JobState.RUNNING, JobState.SUCCEEDED)
    return any(job.containers.get(each) for job in state.jobs if job.id in ids for each in ran)


def _no_address(place: Place) -> Cause | None:
    if place.free is None or place.free > 0:
        return None
    subnets = dict.fromkeys(subnet for each in place.environments for subnet in each.subnets)
    words = f"Its subnets have no free address, and every task needs one: {' and '.join(subnets)}"
    wait = Fix("wait until other tasks end; or give the network larger subnets")
    return Cause("no-addresses", words, fixes=(wait,))


def _full(wave: Wave, place: Place, state: RunSnapshot) -> Cause | None:
    """The environments' vCPUs, or the account's, are taken."""
    own = sum(_taken(each, state) for each in state.run.waves if each.queue == wave.queue)
    taken = own if place.front.vcpus is None else max(place.front.vcpus, own)
    room = sum(each.max_vcpus for each in place.usable)
    bounded = place.quota is not None and place.quota < room
    most = place.quota if bounded and place.quota is not None else room
    if taken + wave.vcpu <= most:
        return None
    at_once = int(most // wave.vcpu)
    by = f", {taken - own:g} of them by other jobs" if taken > own else ""
    rest = f"{taken:g} of {most} vCPUs are taken{by}; {at_once:,} containers of this size run at once"
    evidence = _place_in_queue(place, state)
    if bounded:
        words = f"The account's quota for Fargate is reached: {rest}"
        return Cause("quota-full", words, evidence, (_quota_fix(place),))
    return Cause("max-vcpus", f"The compute environment is full: {rest}", evidence, (LARGER,))


def _taken(wave: Wave, state: RunSnapshot) -> float:
    ids = set(wave.job_ids)
    counted = [job.containers for job in state.jobs if job.id in ids and not job.state.finished]
    busy = (JobState.STARTING, JobState.RUNNING)
    return wave.vcpu * sum(counts.get(state_, 0) for counts in counted for state_ in busy)


def _turn(place: Place, state: RunSnapshot) -> Cause:
    words = f"It waits for its turn in the queue {place.name}"
    return Cause("in-queue", words, _place_in_queue(place, state))


def _place_in_queue(place: Place, state: RunSnapshot) -> tuple[str, ...]:
    """Where the first container of the run stands among those that are next."""
    own = set(state.run.job_ids)
    numbers = (number for number, id_ in enumerate(place.front.jobs, 1) if id_.partition(":")[0] in own)
    number = next(numbers, 0)
    if number:
        return (f"place {number} in the queue {place.name}",)
    many = len(place.front.jobs)
    stand = "job stands" if many == 1 else "jobs stand"
    return (f"at least {many} {stand} before it in the queue {place.name}",) if many else ()


def _quota_fix(place: Place) -> Fix:
    kind = "Fargate Spot" if place.environments[0].kind == "FARGATE_SPOT" else "Fargate On-Demand"
    return Fix(f"ask AWS for more: Service Quotas, AWS Fargate, “{kind} vCPU resource count”")
