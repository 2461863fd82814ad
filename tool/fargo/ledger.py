"""The ledger of runs in the workspace bucket: written before the first job, read by everyone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from fargo.aws.calls import THREADS
from fargo.errors import UPGRADE, AwsConflict, AwsError, AwsNotFound, NewerState, UsageError
from fargo.model import naming
from fargo.model.run import LEDGER_FORMAT, Run

if TYPE_CHECKING:
    from fargo.aws.store import Store

_NAME = re.compile(r"[a-z0-9-]+")
# Made here, and not by the first thread that reads a ledger: msgspec learns a type without a lock, and
# two that learn it at once end the process (seen with msgspec 0.22: a segmentation fault).
_RUN = msgspec.json.Decoder(Run)


_BY_HAND = "was it written by another version of fargo, or by hand?"


class _Format(msgspec.Struct):
    format: int = 1


_FORMAT = msgspec.json.Decoder(_Format)
_STARTED = re.compile(r"-(\d{6}-\d{6})-[0-9a-z]{4}$")


def run_id(job: str, now: datetime, token: str) -> str:
    """A run's id: its job, the UTC second, and four characters for two people in the same second.

    Args:
        job: the `[jobs.*]` name.
        now: the time, in UTC.
        token: four lower-case letters or digits, drawn at random.
    """
    return f"{job}-{now:%y%m%d-%H%M%S}-{token}"


class LedgerUnreadable(AwsError):
    """What lies in a ledger's place is none."""


AT_ONCE = "ConditionalRequestConflict"
"""What S3 says of conditional writes at the same moment (API reference, PutObject)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A run's ledger as it was read or written, and the mark that a later write must find unchanged.

    Attributes:
        ours: it was written by who holds it, and nobody else is known to have written since.
    """

    run: Run
    etag: str
    ours: bool = False


def write(store: "Store", run: Run, after: Entry | None = None) -> Entry:
    """Write a run's ledger: a new one, or in place of the one that was read.

    Args:
        run: with a `writer` of this process alone, so that a write whose answer was lost is known again.
        after: what it takes the place of; None for a new run.

    Raises:
        AwsConflict: somebody else wrote it meanwhile; nothing was changed.
    """
    key, content = naming.ledger_key(run.id), msgspec.json.encode(run)
    for last in (False, False, True):
        try:
            return Entry(run, store.put(key, content, after=after.etag if after else ""), ours=True)
        except AwsConflict as error:
            held, etag = _held(store, key)
            if held == content:
                return Entry(run, etag, ours=True)
            # Two writes at once, of which one may be our own that is still on its way.
            if last or error.code != AT_ONCE:
                raise
    raise AssertionError  # the loop ends in one of these ways


def _held(store: "Store", key: str) -> tuple[bytes, str]:
    try:
        return store.get_tagged(key)
    except AwsNotFound:
        return b"", ""


def load(store: "Store", name: str) -> Run:
    """Read a run's ledger; see `read`."""
    return read(store, name).run


def read(store: "Store", name: str) -> Entry:
    """Read a run's ledger, to write it again.

    Args:
        name: the run's id, or a beginning of it that no other run shares.

    Raises:
        UsageError: there is no such run, or there are several, or the name is empty.
        NewerState: a newer fargo wrote it.
    """
    if not name:
        raise UsageError("the run's name is empty", "`fargo ps` lists the runs")
    if not _NAME.fullmatch(name):
        raise UsageError(f"there is no run {name}", "`fargo ps` lists the runs")
    try:
        return _read(store, name)
    except AwsNotFound:
        pass
    matches = [name + rest for rest in store.folders(f"runs/{name}")]
    if len(matches) == 1:
        try:
            return _read(store, matches[0])
        except AwsNotFound:  # the files of a submission that was cut before there was a run
            matches = []
    if matches:
        raise UsageError(
            f"{name} may be any of {', '.join(sorted(matches)[:5])}", "write more of the run's id"
        )
    raise UsageError(f"there is no run {name}", "`fargo ps` lists the runs")


def _read(store: "Store", run: str) -> Entry:
    key = naming.ledger_key(run)
    content, etag = store.get_tagged(key)
    try:
        found = _FORMAT.decode(content).format
        if found > LEDGER_FORMAT:
            text = f"{run} is of a newer fargo: ledger format {found}, and this one has {LEDGER_FORMAT}"
            raise NewerState(text, UPGRADE)
        ledger = _RUN.decode(content)
    except (msgspec.MsgspecError, RecursionError) as error:
        text = f"the ledger s3://{store.bucket}/{key} cannot be read: {error}"
        raise LedgerUnreadable(text, _BY_HAND) from error
    if ledger.id != run:
        raise LedgerUnreadable(f"the ledger s3://{store.bucket}/{key} is of the run {ledger.id}", _BY_HAND)
    return Entry(ledger, etag)


def recent(store: "Store", limit: int, since: datetime | None = None) -> Iterator[Run]:
    """The latest runs, newest first: one listing, then one small object each, some at once.

    Args:
        limit: how many at the most.
        since: those alone that were submitted from this moment on.
    """
    first = f"{since.astimezone(UTC):%y%m%d-%H%M%S}" if since else ""
    found = [name for name in store.folders("runs/") if _NAME.fullmatch(name) and _started(name) >= first]
    names = sorted(found, key=_started, reverse=True)[:limit]

    def read(name: str) -> Run | None:
        try:
            return _read(store, name).run
        # No run, or one that says what it is when it is asked for.
        except (AwsNotFound, LedgerUnreadable, NewerState):
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        yield from filter(None, pool.map(read, names))


def _started(name: str) -> str:
    match = _STARTED.search(name)
    return match[1] if match else ""
