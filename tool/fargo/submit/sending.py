"""Ledger and SubmitJob: each chunk of a run is submitted exactly once, whatever fails in between.

SubmitJob has no client token. So chunks are *claimed* in the ledger before they are sent, a few by one write,
which is a conditional one: of two processes that submit the same run, one goes on and the other one stops.
The ids that came back are written together with the next claims. Whoever finds a claim without an id (this
process after a lost answer, or `--resume` after a kill) looks for the job by its unique name, for as long as
ListJobs may lag behind, before it is sent again; a chunk without a claim was never sent.
"""

from collections.abc import Generator, Iterable
from contextlib import suppress
from dataclasses import replace

from fargo import ledger
from fargo.errors import AwsConflict, AwsError, AwsUnreachable, Interrupted
from fargo.ledger import Entry
from fargo.model.run import Chunk, Run
from fargo.submit.doubt import in_doubt, settled
from fargo.submit.group import Chunks, Pace, submit
from fargo.submit.sender import CLAIM_SECONDS, Sender

THROTTLE_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before what AWS put off is sent again; from the first again once a call has passed."""
TRIALS = 3
"""How often in a row chunks are sent whose answers are lost and whose jobs are not to be found."""
GROUP = 16
"""Chunks that one write claims, and that are sent side by side: else writes take as long as the calls."""
TAKE_OVERS = 50
"""How often a stop tries to write the ledger of a run that another process is still submitting."""


def create(run: Run, sender: Sender, after: Entry | None = None) -> Entry:
    """Write the ledger of a new run, or of one with a new wave: from then on it can be submitted and resumed.

    Args:
        after: what it takes the place of; None for a new run.

    Raises:
        AwsConflict: somebody else has added a wave meanwhile.
        AwsError: there may be a ledger; nothing is submitted.
    """
    first = (replace(chunk, claimed=sender.now()) for chunk in run.last.chunks[:GROUP])
    for chunk in first:
        run = run.with_chunk(chunk)
    try:
        return ledger.write(sender.store, replace(run, writer=sender.writer), after)
    except AwsConflict as error:
        error.message = f"somebody else has begun to submit {run.id}"
        error.hint = f"see how it goes: `fargo show {run.id}`"
        raise
    except AwsUnreachable as error:
        error.hint = f"nothing was submitted: try again. {error.hint}"
        raise


def send(entry: Entry, sender: Sender) -> Generator[Run, None, Run]:
    """Submit every chunk that has no job yet; yields the run as it grows, and returns it whole.

    Args:
        entry: from `create`, or as `ledger.read` finds it.

    Raises:
        AwsError: what is submitted by then is written down; the hint names how to go on.
        Interrupted: the same, by Ctrl-C.
    """
    run_id = entry.run.id
    hint = f"go on with `fargo submit --resume {run_id}`: nothing is submitted twice"
    try:
        entry = yield from _sent(entry, sender)
        # Where the last ids cannot be written down, whoever reads the ledger finds the jobs by their names.
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


def _sent(entry: Entry, sender: Sender) -> Generator[Run, None, Entry]:
    """Submit group by group; the ledger with all ids, of which the last are not written down yet."""
    doubted, trouble = () if entry.ours else in_doubt(entry.run), None
    pace, trials, pauses = Pace(sender), 0, iter(THROTTLE_PAUSES)
    try:
        while True:
            if doubted:
                before, run = len(entry.run.job_ids), settled(entry.run, doubted, sender, ours=entry.ours)
                entry, doubted = replace(entry, run=run), ()
                trials = 0 if len(run.job_ids) > before else trials + bool(trouble)
                if trials == TRIALS and trouble:
                    raise trouble
                yield run
            group = tuple(chunk for chunk in entry.run.last.chunks if not chunk.job_id)[:GROUP]
            if not group:
                return entry
            entry, group = _claimed(entry, group, sender)
            sent = submit(entry.run, group, sender, pace)
            if sent.taken:
                entry, trials, pauses = _with(entry, sent.taken), 0, iter(THROTTLE_PAUSES)
                yield entry.run
            pause = next(pauses, None) if sent.throttled else 0.0
            if sent.trouble and (sent.refused or pause is None):
                raise sent.trouble
            sender.sleep(pause or 0.0)
            doubted, trouble = sent.lost, sent.trouble
    except AwsConflict:
        raise
    except AwsError:
        with suppress(AwsError):  # what is known by now is written down; the trouble is what is told
            ledger.write(sender.store, entry.run, entry)
        raise


def _with(entry: Entry, chunks: Iterable[Chunk]) -> Entry:
    """The ledger with these chunks in place of the same ones; not written down yet."""
    run = entry.run
    for chunk in chunks:
        run = run.with_chunk(chunk)
    return replace(entry, run=run)


def _claimed(entry: Entry, group: Chunks, sender: Sender) -> tuple[Entry, Chunks]:
    """The ledger with claims on these chunks that are ours and a moment old."""
    while True:
        ages = [sender.now() - chunk.claimed for chunk in group if chunk.claimed]
        fresh = len(ages) == len(group) and max(ages).total_seconds() < CLAIM_SECONDS
        if fresh and entry.ours:
            return entry, group
        group = tuple(replace(chunk, claimed=sender.now()) for chunk in group)
        run = replace(_with(entry, group).run, writer=sender.writer)
        entry = ledger.write(sender.store, run, entry)


def take_over(entry: Entry, sender: Sender) -> Run:
    """Make sure that no other process goes on to submit a run; the run with the jobs that there are.

    Raises:
        AwsConflict: it is written faster than it can be taken over.
        AwsError: AWS cannot be asked.
    """
    for trial in range(TAKE_OVERS):
        if entry.run.submitted:
            return entry.run
        try:
            entry = ledger.write(sender.store, replace(entry.run, writer=sender.writer), entry)
            break
        except AwsConflict:
            if trial == TAKE_OVERS - 1:
                raise
            entry = ledger.read(sender.store, entry.run.id)
    run = settled(entry.run, in_doubt(entry.run), sender, ours=False) if in_doubt(entry.run) else entry.run
    with suppress(AwsError):
        ledger.write(sender.store, run, entry)
    return run
