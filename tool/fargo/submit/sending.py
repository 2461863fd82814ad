"""Ledger and SubmitJob: each chunk of a run is submitted exactly once, whatever fails in between.

SubmitJob has no client token. So chunks are *claimed* in the ledger before they are sent, a few by one write,
which is a conditional one: of two processes that submit the same run, one goes on and the other one stops.
The ids that came back are written together with the next claims. Whoever finds a claim without an id (this
process after a lost answer, or `--resume` after a kill) looks for the job by its unique name, for as long as
ListJobs may lag behind, before it is sent again; a chunk without a claim was never sent.
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from fargo import ledger
from fargo.aws.batch import Batch
from fargo.aws.calls import THREADS
from fargo.aws.store import Store
from fargo.errors import AwsConflict, AwsError, AwsThrottled, AwsUnreachable, Interrupted
from fargo.ledger import Entry
from fargo.model.run import APPEARS_SECONDS, Chunk, Run
from fargo.submit.plan import submission

Chunks = tuple[Chunk, ...]

THROTTLE_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before what AWS put off is sent again; from the first again once a call has passed."""
DOUBT_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look for jobs whose answers were lost: ListJobs may lag behind SubmitJob."""
CLAIM_SECONDS = 5.0
"""How long a claim allows SubmitJob to be called: a process that slept longer claims anew, and then learns
that another one has taken over."""
TRIALS = 3
"""How often chunks are sent whose answers are lost and whose jobs are not to be found."""
GROUP = 16
"""Chunks that one write claims, and that are sent side by side: else writes take as long as the calls."""
SUBMITS_A_SECOND = 40
"""AWS Batch takes 50 a second from an account (user guide, "Service quotas"); others may submit too."""


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
    ours = entry.run.writer == sender.writer
    doubted = () if ours else tuple(chunk for chunk in entry.run.last.chunks if chunk.in_doubt)
    pace, trials, pauses = _Pace(sender), 0, iter(THROTTLE_PAUSES)
    while group := doubted or tuple(chunk for chunk in entry.run.last.chunks if not chunk.job_id)[:GROUP]:
        if doubted:
            found = _look_for(entry.run, doubted, sender)
            # What is not to be found was not taken, so that its claim says nothing any more.
            looked_for = (
                replace(chunk, job_id=found.get(chunk.job_name, ""), claimed=None) for chunk in doubted
            )
            entry, doubted = _with(entry, looked_for), ()
            if found:
                yield entry.run
            continue
        entry, group = _claimed(entry, group, sender)
        sent = _submit(entry.run, group, sender, pace)
        if sent.taken:
            entry, pauses = _with(entry, sent.taken), iter(THROTTLE_PAUSES)
            yield entry.run
        trials += bool(sent.lost)
        pause = next(pauses, None) if sent.throttled else 0.0
        if sent.trouble and (sent.refused or trials == TRIALS or pause is None):
            with suppress(AwsError):  # what is known by now; the trouble is what is told
                ledger.write(sender.store, entry.run, entry)
            raise sent.trouble
        sender.sleep(pause or 0.0)
        doubted = sent.lost
    return entry


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
        if fresh and entry.run.writer == sender.writer:
            return entry, group
        group = tuple(replace(chunk, claimed=sender.now()) for chunk in group)
        run = replace(_with(entry, group).run, writer=sender.writer)
        entry = ledger.write(sender.store, run, entry)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came of a group.

    Attributes:
        taken: with their ids.
        lost: those whose answers were lost.
        throttled: whether AWS put some off, which therefore have not begun.
        refused: whether AWS refused some.
        trouble: the worst of what went wrong.
    """

    taken: Chunks
    lost: Chunks
    throttled: bool
    refused: bool
    trouble: AwsError | None


def _submit(run: Run, group: Chunks, sender: Sender, pace: "_Pace") -> _Sent:
    """Call SubmitJob once for each chunk, side by side."""

    def one(chunk: Chunk) -> str | AwsError:
        pace.wait()
        try:
            return sender.batch.submit(submission(run, chunk))
        except AwsError as error:
            return error

    if len(group) == 1:
        answers = [one(group[0])]
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(one, group))
    both = list(zip(group, answers, strict=True))
    lost = tuple(chunk for chunk, answer in both if isinstance(answer, AwsUnreachable))
    troubles = [answer for answer in answers if isinstance(answer, AwsError)]
    refusals = [each for each in troubles if not isinstance(each, (AwsUnreachable, AwsThrottled))]
    return _Sent(
        taken=tuple(replace(chunk, job_id=answer) for chunk, answer in both if isinstance(answer, str)),
        lost=lost,
        throttled=any(isinstance(each, AwsThrottled) for each in troubles),
        refused=bool(refusals),
        trouble=next(iter([*refusals, *troubles]), None),
    )


class _Pace:
    """Lets a call pass every fortieth of a second, whichever thread makes it."""

    def __init__(self, sender: Sender) -> None:
        self._sender, self._lock = sender, Lock()
        self._next = sender.now()

    def wait(self) -> None:
        """Until the caller's turn has come."""
        with self._lock:
            now = self._sender.now()
            turn = max(now, self._next)
            self._next = turn + timedelta(seconds=1 / SUBMITS_A_SECOND)
        if turn > now:
            self._sender.sleep((turn - now).total_seconds())


def _look_for(run: Run, chunks: Chunks, sender: Sender) -> dict[str, str]:
    """The jobs of claimed chunks, by name; once it is certain that those which are missing are not there.

    Raises:
        AwsError: AWS cannot be asked.
    """
    names = {chunk.job_name for chunk in chunks}
    last = max((chunk.claimed for chunk in chunks if chunk.claimed), default=sender.now())
    found: dict[str, str] = {}
    trouble: AwsError | None = None
    for pause in DOUBT_PAUSES:
        sender.sleep(pause)
        try:
            found, trouble = sender.batch.find(run.last.queue, names), None
        except (AwsThrottled, AwsUnreachable) as error:
            trouble = error
            continue
        if len(found) == len(names) or (sender.now() - last).total_seconds() > APPEARS_SECONDS:
            return found
    if trouble:
        raise trouble
    return found


def find_missing(run: Run, batch: Batch) -> Run:
    """The run with the ids of jobs whose answers were lost, as AWS Batch knows them.

    Nothing is written down: that would stop a process that is still submitting the run.
    """
    doubted = [chunk for chunk in run.last.chunks if chunk.in_doubt]
    if not doubted:
        return run
    found = batch.find(run.last.queue, {chunk.job_name for chunk in doubted})
    for chunk in doubted:
        run = run.with_chunk(replace(chunk, job_id=found.get(chunk.job_name, "")))
    return run
