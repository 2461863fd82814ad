"""Chunks of which nobody knows whether they were taken: looked for by their names."""

from collections.abc import Iterable
from dataclasses import replace

from fargo.aws.batch import Batch
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable
from fargo.model.run import Chunk, Run
from fargo.submit.sender import CALL_SECONDS, CLAIM_SECONDS, Sender

DOUBT_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look: ListJobs may lag behind a SubmitJob that is over."""


def in_doubt(run: Run) -> tuple[Chunk, ...]:
    """The chunks of the last wave that were claimed, and whose ids are not known."""
    return tuple(chunk for chunk in run.last.chunks if chunk.in_doubt)


def settled(run: Run, chunks: Iterable[Chunk], sender: Sender, *, ours: bool) -> Run:
    """The run with the ids of those of its claimed chunks that were taken, and without the others' claims.

    Args:
        ours: the calls were this process's, and are over; else one may still be on its way.

    Raises:
        AwsError: AWS cannot be asked.
    """
    doubted = tuple(chunks)
    found = _look_for(run, doubted, sender, ours=ours)
    for chunk in doubted:
        run = run.with_chunk(replace(chunk, job_id=found.get(chunk.job_name, ""), claimed=None))
    return run


def _look_for(run: Run, chunks: tuple[Chunk, ...], sender: Sender, *, ours: bool) -> dict[str, str]:
    names = {chunk.job_name for chunk in chunks}
    found: dict[str, str] = {}
    trouble: AwsError | None = None
    for pause in (*DOUBT_PAUSES, 0.0 if ours else _until_over(chunks, sender)):
        sender.sleep(pause)
        try:
            found, trouble = sender.batch.find(run.last.queue, names), None
        except (AwsThrottled, AwsUnreachable) as error:
            trouble = error
            continue
        if len(found) == len(names):
            return found
    if trouble:
        raise trouble
    return found


def _until_over(chunks: tuple[Chunk, ...], sender: Sender) -> float:
    """Seconds until no call of another process can be on its way any more, whatever its clock says."""
    longest = CLAIM_SECONDS + 2 * CALL_SECONDS
    last = max((chunk.claimed for chunk in chunks if chunk.claimed), default=sender.now())
    return min(max(longest - (sender.now() - last).total_seconds(), 0.0), longest)


def find_missing(run: Run, batch: Batch) -> Run:
    """The run with the ids of jobs whose answers were lost, as AWS Batch knows them now.

    Nothing is written down: that would stop a process that is still submitting the run.
    """
    doubted = in_doubt(run)
    if not doubted:
        return run
    found = batch.find(run.last.queue, {chunk.job_name for chunk in doubted})
    for chunk in doubted:
        run = run.with_chunk(replace(chunk, job_id=found.get(chunk.job_name, "")))
    return run
