"""Ledger and SubmitJob: each chunk of a run is submitted exactly once, whatever fails in between.

SubmitJob has no client token. So before each call its chunk is *claimed* in the ledger, by a conditional
write: of two processes that submit the same run, one goes on and the other one stops. The id that
came back is written together with the next claim. Whoever finds a claim without an id (this process
after a lost answer, or `--resume` after a kill) looks for the job by its unique name, for as long as
ListJobs may lag behind, before it is sent again; a chunk without a claim was never sent.

One call follows the other, with a write between them: that stays below the 50 SubmitJob calls a second that
AWS Batch takes from an account (user guide, "Service quotas"). Where it throttles, the calls slow down.
"""

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from fargo import ledger
from fargo.aws.batch import Batch
from fargo.aws.store import Store
from fargo.errors import AwsConflict, AwsError, AwsThrottled, AwsUnreachable, Interrupted
from fargo.ledger import Entry
from fargo.model.run import APPEARS_SECONDS, Chunk, Run
from fargo.submit.plan import submission

R = TypeVar("R")

THROTTLE_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between two tries of a call that AWS put off."""
DOUBT_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further look for a job whose answer was lost: ListJobs may lag behind SubmitJob."""
CLAIM_SECONDS = 5.0
"""How long a claim allows SubmitJob to be called: a process that slept longer claims anew, and then learns
that another one has taken over."""
TRIALS = 3
"""How often a chunk is sent whose answer is lost and whose job is not to be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What sending needs.

    Attributes:
        batch: with a client that does not send a call again by itself.
        sleep: waits that many seconds.
        now: the time, in UTC.
        writer: a word of this process alone.
    """

    batch: Batch
    store: Store
    sleep: Callable[[float], None]
    writer: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def create(run: Run, sender: Sender, after: Entry | None = None) -> Entry:
    """Write the ledger of a new run, or of one with a new wave: from then on it can be submitted and resumed.

    Args:
        after: what it takes the place of; None for a new run.

    Raises:
        AwsConflict: somebody else has added a wave meanwhile.
        AwsError: there may be a ledger; nothing is submitted.
    """
    claimed = run.with_chunk(replace(run.last.chunks[0], claimed=sender.now()))
    try:
        return ledger.write(sender.store, replace(claimed, writer=sender.writer), after)
    except AwsConflict as error:
        error.message = f"somebody else has begun to submit {run.id}"
        error.hint = f"see how it goes: `fargo show {run.id}`"
        raise
    except AwsUnreachable as error:
        error.hint = f"nothing was submitted: try again. {error.hint}"
        raise


def send(entry: Entry, sender: Sender) -> Generator[Run, None, Run]:
    """Submit every chunk that has no job yet; yields the run after each, and returns it whole.

    Args:
        entry: from `create`, or as `ledger.read` finds it.

    Raises:
        AwsError: what is submitted by then is written down; the hint names how to go on.
        Interrupted: the same, by Ctrl-C.
    """
    run_id = entry.run.id
    hint = f"go on with `fargo submit --resume {run_id}`: nothing is submitted twice"
    try:
        for number in range(len(entry.run.last.chunks)):
            if not entry.run.last.chunks[number].job_id:
                entry = _chunk(entry, number, sender)
                yield entry.run
        # Where the last id cannot be written down, whoever reads the ledger finds the job by its name.
        with suppress(AwsError):
            entry = ledger.write(sender.store, entry.run, entry)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted while {run_id} was being submitted", hint) from None
    except AwsConflict as error:
        raise AwsConflict(
            f"another fargo has taken over the submission of {run_id}",
            f"see how it goes: `fargo show {run_id}`",
            operation=error.operation,
            code=error.code,
        ) from None
    except AwsError as error:
        error.hint = hint
        raise
    return entry.run


def _chunk(entry: Entry, number: int, sender: Sender) -> Entry:
    """Submit one chunk; the ledger with its id, which the next write carries."""
    chunk = entry.run.last.chunks[number]
    ours = entry.run.writer == sender.writer
    job_id = _look_for(entry.run, chunk, sender) if chunk.claimed and not ours else None
    for trial in range(TRIALS):
        if job_id is None:
            entry = _claimed(entry, number, sender, anew=trial > 0 or not ours)
            job_id = _submit(entry.run, number, sender, last=trial == TRIALS - 1)
    sent = replace(entry.run.last.chunks[number], job_id=job_id or "")
    return replace(entry, run=entry.run.with_chunk(sent))


def _claimed(entry: Entry, number: int, sender: Sender, *, anew: bool) -> Entry:
    """The ledger with a claim on the chunk that is ours and a moment old."""
    while True:
        chunk = entry.run.last.chunks[number]
        if chunk.claimed and not anew and (sender.now() - chunk.claimed).total_seconds() < CLAIM_SECONDS:
            return entry
        claim = entry.run.with_chunk(replace(chunk, claimed=sender.now()))
        entry = ledger.write(sender.store, replace(claim, writer=sender.writer), entry)
        anew = False


def _submit(run: Run, number: int, sender: Sender, *, last: bool) -> str | None:
    """Call SubmitJob once and, where its answer is lost, find out what came of it.

    Returns:
        The job's id; None where it was not submitted, and may be tried again.

    Raises:
        AwsUnreachable: it cannot be found out, or it was the `last` trial.
    """
    chunk = run.last.chunks[number]
    try:
        return _unthrottled(lambda: sender.batch.submit(submission(run, chunk)), sender.sleep)
    except AwsUnreachable:
        if found := _look_for(run, chunk, sender):
            return found
        if last:
            raise
        return None


def _unthrottled(call: Callable[[], R], sleep: Callable[[float], None]) -> R:
    """What the call returns; what AWS puts off it has not begun, so that it may be sent again."""
    for pause in THROTTLE_PAUSES:
        try:
            return call()
        except AwsThrottled:
            sleep(pause)
    return call()


def _look_for(run: Run, chunk: Chunk, sender: Sender) -> str | None:
    """The id of a claimed chunk's job; None once it is certain that there is none.

    Raises:
        AwsError: AWS cannot be asked.
    """
    trouble: AwsError | None = None
    for pause in (0.0, *DOUBT_PAUSES):
        sender.sleep(pause)
        try:
            found = sender.batch.find(run.last.queue, chunk.job_name)
        except (AwsThrottled, AwsUnreachable) as error:
            trouble = error
            continue
        trouble = None
        age = (sender.now() - chunk.claimed).total_seconds() if chunk.claimed else 0.0
        if found or age > APPEARS_SECONDS:
            return found
    if trouble:
        raise trouble
    return None


def find_missing(run: Run, batch: Batch) -> Run:
    """The run with the ids of jobs whose answer was lost, as AWS Batch knows them.

    Nothing is written down: that would stop a process that is still submitting the run.
    """
    for chunk in run.last.chunks:
        if chunk.claimed and not chunk.job_id and (found := batch.find(run.last.queue, chunk.job_name)):
            run = run.with_chunk(replace(chunk, job_id=found))
    return run
