"""What the service holds, kept in one SQLite file: a stop, a crash or a kill loses no job.

What changes is noted under the store's lock, and written before the call that changed it is answered, or
at the scheduler's next turn. SQLite hands every commit to the operating system, so that the end of the
process loses none; it does not wait for the disk.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from fargo.local.batch.records import Attempt, Definition, Environment, Job, Policy, Queue, Spec, Wire

VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (
    kind TEXT, region TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, region, key)
) WITHOUT ROWID;
"""

Kept = Environment | Queue | Definition | Policy | Job
Key = tuple[str, str, str]
"""Kind, region, and a key within them."""


class Keeper:
    """The file. Every method is called under the store's lock.

    Args:
        path: the file; made where there is none.

    Attributes:
        lost: a sentence about a file that could not be read and was put aside; empty where all was.
    """

    def __init__(self, path: Path) -> None:
        self.lost = ""
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            aside = path.with_name(f"batch-{int(time.time())}.db")
            path.rename(aside)
            for end in ("-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            self.lost = f"what AWS Batch held cannot be read ({error}); it was moved to {aside}"
            self._db = _opened(path)
        self._changed: dict[Key, Kept | None] = {}

    def note(self, item: Kept) -> None:
        """Write `item` with the next `flush`, as it is then."""
        self._changed[_key(item)] = item

    def forget(self, item: Kept) -> None:
        """Keep `item` no longer."""
        self._changed[_key(item)] = None

    def drop(self, kind: str, region: str, key: str) -> None:
        """Keep a row no longer of which no record was made."""
        self._changed[(kind, region, key)] = None

    def flush(self) -> None:
        """Write what changed.

        Raises:
            sqlite3.Error: the disk is full, say; what changed is written with a later call.
        """
        if not self._changed:
            return
        changed = self._changed
        rows = [(*key, json.dumps(_wire(item))) for key, item in changed.items() if item]
        gone = [key for key, item in changed.items() if item is None]
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)
            self._db.executemany("DELETE FROM kept WHERE kind = ? AND region = ? AND key = ?", gone)
        self._changed = {}

    def rows(self, kind: str) -> Iterator[tuple[str, str, Wire]]:
        """What was kept of a kind: region, key and value."""
        query = "SELECT region, key, value FROM kept WHERE kind = ? ORDER BY region, key"
        found = self._db.execute(query, (kind,))
        return ((region, key, json.loads(value)) for region, key, value in found)

    def close(self) -> None:
        """Write the rest and close the file."""
        try:
            self.flush()
        finally:
            self._db.close()


def _opened(path: Path) -> sqlite3.Connection:
    """The database.

    Raises:
        sqlite3.DatabaseError: it is damaged, or written by another version.
    """
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        _check_version(db)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(_SCHEMA)
        db.execute("SELECT count(*) FROM kept").fetchone()
        db.execute(f"PRAGMA user_version = {VERSION}")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def _check_version(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, VERSION):
        raise sqlite3.DatabaseError(f"it is of version {version}, and this fargo writes {VERSION}")


def _key(item: Kept) -> Key:
    match item:
        case Job(parent=None):
            return "job", item.spec.region, item.id
        case Job():
            return "child", item.spec.region, item.id
        case Definition():
            return "definition", _region(item.arn), f"{item.name}:{item.revision}"
    return type(item).__name__.lower(), _region(item.arn), item.name


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _wire(item: Kept) -> Wire:
    match item:
        case Job():
            return _job(item)
        case Environment() | Queue():
            return {"wire": item.wire, "deleting": item.deleting}
    return {"wire": item.wire}


_JOB = ("state", "status_reason", "started", "stopped", "cancelled", "terminated", "end_reason")
_CHILDREN = ("rest", "rest_reason", "rest_stopped", "updated")
_ATTEMPT = [member.name for member in fields(Attempt) if member.name != "environment"]
SPEC_MEMBERS = [member.name for member in fields(Spec) if member.name not in ("queue", "definition")]
"""Of both, all that is no record of its own."""


def _job(job: Job) -> Wire:
    wire = {name: value for name in _JOB if (value := getattr(job, name))}
    if job.attempts:
        wire["attempts"] = [_attempt(attempt) for attempt in job.attempts]
    if job.current:
        wire["current"] = _attempt(job.current)
    if job.parent is None:
        wire["spec"] = _spec(job)
    if job.children:
        wire["children"] = {name: getattr(job.children, name) for name in _CHILDREN}
    return wire


def _spec(job: Job) -> Wire:
    spec = job.spec
    wire = {name: getattr(spec, name) for name in SPEC_MEMBERS}
    return wire | {"queue": spec.queue.name, "definition": [spec.definition.name, spec.definition.revision]}


def _attempt(attempt: Attempt) -> Wire:
    wire = {name: value for name in _ATTEMPT if (value := getattr(attempt, name)) not in ("", None)}
    return wire | {"environment": attempt.environment.wire["ecsClusterArn"], "name": attempt.environment.name}
