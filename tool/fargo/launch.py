"""What the user asks for → jobs: rows, then their files, then the ledger, then SubmitJob.

Each step begins when those before it are whole: what is wrong with a row is said before anything is sent, and
a run is there once its ledger is, which is when all that its containers read is there.
"""

import getpass
import hashlib
import secrets
import socket
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from fargo import ledger, manifest
from fargo.aws import sending
from fargo.aws.batch import Batch
from fargo.aws.store import Store
from fargo.config import JobSettings
from fargo.errors import Interrupted, UsageError
from fargo.ledger import Entry
from fargo.manifest import Manifest, Outside, Over, Sent
from fargo.model import naming
from fargo.model.run import Run, RunSnapshot
from fargo.model.stack import StackOutputs
from fargo.model.template import placeholders
from fargo.results import Standing, standing
from fargo.submit import Request, Rows, Sender, create, plan, send, stopping
from fargo.submit import retry as retrying
from fargo.submit.after import after
from fargo.submit.request import check_text, packing
from fargo.submit.retry import Changes, row_map
from fargo.submit.sending import take_over
from fargo.submit.stopping import Stopping
from fargo.watch import snapshot

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that are taken for digits."""

LaunchEvent = Sent | Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a run shall be.

    Attributes:
        settings: the job's table in the project file.
        array: so many rows that are only numbers.
        over: where rows with columns come from.
        after: how the run stands that is waited for.
        partial: rows of it may have failed.
    """

    request: Request
    settings: JobSettings
    array: int | None = None
    over: Over | None = None
    after: RunSnapshot | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that could be sent, and its rows; None where they have no columns."""

    run: Run
    manifest: Manifest | None


@contextmanager
def prepared(
    work: Work,
    outputs: StackOutputs,
    outside: Outside,
    *,
    now: datetime,
    tell: Callable[[int], None] = lambda _: None,
) -> Iterator[Prepared]:
    """Read and check all rows, and plan the run; nothing is sent.

    Args:
        outputs: the deployed stack.
        outside: what sources may reach.
        now: the time, in UTC.
        tell: called now and then with how many rows have been read.

    Raises:
        UsageError: a row, a file, the command or the size cannot be so.
        NotDeployed: the job came into the project file after the last `up`.
        AwsError: a source on S3 cannot be read.
    """
    settings, command = work.settings, (*work.settings.command, *work.request.arguments)
    if work.partial and work.after is None:
        raise UsageError("--partial is about the run that this one comes after", "name it: --after RUN")
    if work.over and work.array is not None:
        raise UsageError("--array and --over both say what the rows are", "give one of them")
    if "output" in placeholders(command) and not settings.output:
        text = f"the command wants {{output}}, and the job {work.request.job} has no output folder"
        raise UsageError(text, 'name one in its table: output = "out"')
    if "after" in placeholders(command) and work.after is None:
        text = "the command wants {after}, the outputs of a run that this one comes after"
        raise UsageError(text, "name that run: --after RUN")
    if work.over is None:
        manifest.check_command(command)
        yield Prepared(_planned(work, outputs, Rows(count=work.array or 1), now), None)
        return
    # What can be refused without reading a row is refused before.
    _planned(replace(work, after=None), outputs, Rows(), now)
    with manifest.prepared(
        work.over, command=command, inputs=settings.inputs, bucket=outputs.bucket, outside=outside, tell=tell
    ) as rows:
        found = Rows(count=rows.rows, columns=rows.columns, manifest=rows.sha256)
        yield Prepared(_planned(work, outputs, found, now), rows)


def _planned(work: Work, outputs: StackOutputs, rows: Rows, now: datetime) -> Run:
    request = replace(work.request, rows=rows)
    if work.after is not None:
        pack, _ = packing(request, work.settings)
        found = after(work.after, rows=rows.count, pack=pack, manifest=rows.manifest, partial=work.partial)
        request = replace(request, after=found)
    token = "".join(secrets.choice(ALPHABET) for _ in range(4))
    return replace(plan(request, work.settings, outputs, now=now, token=token), by=_who())


def _who() -> str:
    """This user and machine, as Terraform names them with its lock."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):  # a container whose user has no name
        return socket.gethostname()


def launch(ready: Prepared, sender: Sender) -> Generator[LaunchEvent, None, Run]:
    """Send the run's files, write its ledger, submit its jobs; returns it whole.

    Yields:
        How far the upload is; then the run, first when its ledger is written and nothing is submitted yet,
        and after each of its jobs.

    Raises:
        UsageError: a local file changed meanwhile; nothing is submitted.
        AwsError: once the run has been yielded, the hint names how to go on; before, there is no run.
        Interrupted: Ctrl-C while it was submitted; the same.
    """
    try:
        if ready.manifest:
            yield from manifest.upload(ready.manifest, ready.run.id, sender.store)
        entry = create(ready.run, sender)
    except KeyboardInterrupt:
        hint = "submit it again: inputs that are uploaded are not sent twice"
        raise Interrupted("interrupted: nothing was submitted", hint) from None
    yield entry.run
    return (yield from send(entry, sender))


def resume(run: str, sender: Sender) -> Generator[LaunchEvent, None, Run]:
    """Submit what is left of a run whose submission broke off; as `launch` after the ledger.

    Raises:
        UsageError: there is nothing left.
    """
    entry = ledger.read(sender.store, run)
    if entry.run.submitted:
        raise UsageError(f"{entry.run.id} is submitted whole", f"see it: `fargo show {entry.run.id}`")
    yield entry.run
    return (yield from send(entry, sender))


@dataclass(frozen=True, slots=True)
class Again:
    """A wave that could be sent.

    Attributes:
        entry: the ledger as it was read.
        found: how the run's rows stand.
        run: with the wave; None where every row has succeeded.
    """

    entry: Entry
    found: Standing
    run: Run | None


def again(
    name: str, changes: Changes, outputs: StackOutputs, *, store: Store, batch: Batch, now: datetime
) -> Again:
    """Plan a new wave of a run's rows that have not succeeded; nothing is sent.

    Args:
        name: the run's id, or a beginning of it.
        outputs: the deployed stack.
        now: the time, in UTC.

    Raises:
        UsageError: the run has not ended, its image has no runner, or Fargate does not offer the size.
    """
    entry = ledger.read(store, name)
    state = snapshot(entry.run, batch)
    retrying.check(state)
    found = standing(store, entry.run)
    rows = found.rows - found.done
    if not rows:
        return Again(entry, found, None)
    retrying.check_runner(state, found.done)
    return Again(entry, found, retrying.plan(entry.run, changes, outputs, rows=rows, now=now))


def retry(
    entry: Entry, longer: Run, rows: Iterable[int], sender: Sender
) -> Generator[LaunchEvent, None, Run]:
    """Write a new wave's map, then the ledger with the wave, then submit it; as `launch` after the ledger.

    Args:
        entry: the ledger as it was read.
        longer: the run with the wave.
        rows: the wave's, ascending.

    Raises:
        AwsConflict: somebody else wrote the ledger meanwhile; nothing is submitted.
        AwsError: the hint names how to go on.
    """
    run, index = entry.run, naming.index_key(entry.run.id)
    read = partial(sender.store.get_range, index) if run.manifest else None
    whole = hashlib.sha256()
    with tempfile.TemporaryDirectory(prefix="fargo-rows-") as folder:
        file = Path(folder) / "map"
        with file.open("wb") as entries:
            for one in row_map(rows, read):
                whole.update(one)
                entries.write(one)
        key = naming.map_key(run.id, longer.last.number, whole.hexdigest())
        for _ in sending.send(sender.store, file, key):
            pass
    longer = replace(longer, waves=(*run.waves, replace(longer.last, map=key)))
    claimed = create(longer, sender, after=entry)
    yield claimed.run
    return (yield from send(claimed, sender))


def stop(name: str, sender: Sender, *, batch: Batch, reason: str) -> tuple[RunSnapshot, Stopping]:
    """Terminate the jobs of a run that have not ended, once no process goes on to submit more of them.

    Args:
        name: the run's id, or a beginning of it.
        reason: kept with the jobs.

    Raises:
        UsageError: there is no such run, or the reason is no text.
        AwsError: AWS refuses, or is out of reach.
    """
    check_text(reason)
    run = take_over(ledger.read(sender.store, name), sender)
    state = snapshot(run, batch)
    return state, stopping.stop(state, batch=batch, sleep=sender.sleep, reason=reason)
