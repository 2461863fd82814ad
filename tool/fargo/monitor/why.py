"""Why a job stands where it stands, by the rules of `fargo explain`; nothing is asked."""

from dataclasses import replace
from datetime import UTC, datetime

from fargo.aws.batch_answers import Front
from fargo.explain import Finding, Fix, failing
from fargo.explain.surroundings import WAITING, Place, Surroundings
from fargo.explain.values import values_of
from fargo.explain.waiting import waiting
from fargo.model.job import Job, JobState
from fargo.model.run import Run, RunSnapshot
from fargo.monitor.board import Board
from fargo.view.text import plural


def why(job: Job, board: Board) -> Finding:
    """What is known of it."""
    name = board.run_of.get(job.parent or job.id, "")
    run = next((each for each in board.runs if each.id == name), None)
    if failed := dict(job.counts).get(JobState.FAILED):
        cause = f"{plural(failed, 'container')} of it failed"
        return Finding(rule="children", cause=cause, fixes=_of_run(run, "see why", "explain"))
    if job.state is JobState.FAILED:
        return failing.why(job, values_of(run, job) if run else {})
    if job.state is JobState.SUCCEEDED:
        return Finding(rule="succeeded", cause="It succeeded", fixes=_of_run(run, "see its rows", "results"))
    if job.shown in WAITING:
        return _waits(job, run, board)
    return Finding(rule="runs", cause="It runs", fixes=_of_run(run, "follow its log", "logs --follow"))


def _of_run(run: Run | None, words: str, command: str) -> tuple[Fix, ...]:
    return (Fix(words, f"{command} {run.id}"),) if run else ()


def _waits(job: Job, run: Run | None, board: Board) -> Finding:
    """As `fargo explain` says it; of a job that is no run's, its state and place."""
    found = waiting(_alone(job, run), _around(board)) if run else ()
    if found:
        return found[0]
    place = board.places.get(job.id)
    evidence = (f"place {place} in its queue",) if place else ()
    return Finding(rule="in-queue", cause=job.reason or f"It is {job.shown}", evidence=evidence)


def _alone(job: Job, run: Run) -> RunSnapshot:
    """The run as if it had this job alone; a child stands for its array, whose id the run knows."""
    return RunSnapshot(run=run, at=datetime.now(UTC), jobs=(replace(job, id=job.parent or job.id),))


def _around(board: Board) -> Surroundings:
    """The queues as the monitor has them: it knows no quota and no network."""
    environments = {each.arn: each for each in board.environments}
    places = (
        Place(
            arn=queue.arn,
            queue=queue,
            environments=tuple(environments[arn] for arn in queue.environments if arn in environments),
            front=Front(jobs=board.fronts.get(queue.arn, ())),
        )
        for queue in board.queues
    )
    return Surroundings(places={place.arn: place for place in places})
