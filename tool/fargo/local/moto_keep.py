"""What moto holds, kept on disk: a snapshot, and a journal of the changes since.

A change is made, written to the journal, and answered, in this order and one at a time, and a call that
only looks takes its turn with them; what may take long goes beside. The journal is played again at the
next start, with the same randomness and at the same times (`moto_moments`). A clean stop, and a journal
that would take long to play, end in a new snapshot (`moto_snapshot`), with which the journal begins anew.

    <folder>/7.snapshot    everything that moto held
    <folder>/7.journal     the changes since
    <folder>/bodies/       large objects of S3, by the hash of their content
"""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from fargo.local import moto_snapshot
from fargo.local.moto_calls import Answer, action_of, environ_of, only_looks, polls, take, takes_long
from fargo.local.moto_journal import Bodies, Journal, Record
from fargo.local.moto_mends import nothing_leaves
from fargo.local.moto_moments import Moment, Moments
from fargo.local.moto_snapshot import ForeignError
from fargo.local.wsgi import Environ, StartResponse, WsgiApp

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

LONGEST_PLAY = 10.0
"""Seconds that the journal may take to be played, before a snapshot takes its place."""
_WORTH = 10
"""How many times as long as a snapshot takes changes must have taken, before they are worth one."""
_REFUSED = range(400, 500)
_ATTEMPTS = 3

_INNER = {
    ("moto.logs.models", "LogsBackend"): ("create_log_group", "create_log_stream", "put_log_events"),
    ("moto.events.models", "EventsBackend"): ("put_events",),
}
"""What our own Batch changes in moto without a request (`moto_side`)."""


class Keep:
    """moto as a WSGI application whose changes outlive the process.

    Args:
        folder: where they are kept; made where it is missing. One process at a time.
        moto: moto's own application.
        moments: already installed.
        longest_play: seconds, as `LONGEST_PLAY`.
    """

    def __init__(
        self, folder: Path, moto: WsgiApp, moments: Moments, *, longest_play: float = LONGEST_PLAY
    ) -> None:
        self._folder = folder
        self._moto = moto
        self._moments = moments
        self._longest_play = longest_play
        self._bodies = Bodies(folder / "bodies")
        self._lock = threading.RLock()
        self._beside = 0
        self._to_play = 0.0
        self._worth = 0.0
        self._number = 0
        self._journal = self._journal_now()

    def open(self) -> str:
        """Give moto what it held. Before the first call.

        Returns:
            What could not be given back, in a sentence; empty where all was.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._number = max((int(file.stem) for file in self._folder.glob("*.snapshot")), default=0)
        self._journal = self._journal_now()
        try:
            if self._snapshot.exists():
                moto_snapshot.load(self._snapshot, self._bodies)
            failed = self._play()
        except ForeignError as error:
            lost = self._start_anew(str(error))
        else:
            self._remove_others()
            lost = f"changes that were kept and could not be made again: {failed}; the log says which"
            lost = lost if failed else ""
            damaged = self._journal.damaged
            if damaged.exists():
                lost = f"a part of what was kept is damaged and lost; the damaged file is {damaged}"
        self._watch_inner_changes()
        self._go_on_beside_polls()
        return lost

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; if it changed something, that is kept before the answer goes out."""
        action = action_of(environ)
        if only_looks(environ, action):
            # moto's dictionaries must not change while it goes through them.
            with self._lock:
                return self._moto(environ, start_response)
        with self._turn(alone=not takes_long(environ, action)):
            record = take(environ, action, self._bodies)
            moment = Moment.now(frozen=not polls(action))
            answer = self._make(record, lambda: Answer.of(self._moto, environ), moment)
        start_response(*answer.head)
        return answer.body

    def close(self) -> None:
        """Write a snapshot, so that the next start has nothing to play. Calls may still come."""
        with self._lock:
            for _ in range(_ATTEMPTS):
                if self._journal.is_empty or self._compact():
                    return

    @property
    def _snapshot(self) -> Path:
        return self._folder / f"{self._number}.snapshot"

    def _journal_now(self) -> Journal:
        return Journal(self._folder / f"{self._number}.journal", moto_snapshot.versions())

    def _make(self, record: Record, change: Callable[[], _T], moment: Moment) -> _T:
        """Make a change in its turn and write it down, unless it was refused: then nothing has changed."""
        started = time.perf_counter()
        outcome: object = "an error"
        with self._moments.at(moment) as playing:
            try:
                made = change()
                outcome = made.status if isinstance(made, Answer) else "made"
            except NotImplementedError:
                outcome = _REFUSED[0]
                raise
            finally:
                if outcome not in _REFUSED:
                    self._to_play += time.perf_counter() - started
                    when = moment if moment.frozen else Moment.now()
                    self._write(record, moment.seed, when.time, outcome)
        if playing.unrepeatable:
            self._to_play = float("inf")
        self._compact_if_due()
        return made

    @contextmanager
    def _turn(self, *, alone: bool) -> Iterator[None]:
        """While a change is made: no other one, or, if it may take long, at least no snapshot."""
        if alone:
            with self._lock:
                yield
            return
        with self._lock:
            self._beside += 1
        try:
            yield
        finally:
            with self._lock:
                self._beside -= 1

    def _write(self, record: Record, seed: object, when: datetime, outcome: object) -> None:
        with self._lock:
            self._journal.append({"seed": seed, "time": when.isoformat(), "outcome": outcome, **record})

    def _compact_if_due(self) -> None:
        if self._to_play > max(self._longest_play, self._worth):
            with self._lock:
                self._compact()

    def _compact(self) -> bool:
        """Let a snapshot take the journal's place; not while a change is half made."""
        if self._beside:
            return False
        started, new = time.perf_counter(), self._folder / f"{self._number + 1}.snapshot"
        try:
            names = moto_snapshot.save(new, self._bodies)
        except Exception:  # noqa: BLE001 - the journal says the same, only more slowly
            _log.exception("no snapshot could be made; the journal goes on")
            self._to_play = 0.0
            return False
        journal, self._number = self._journal, self._number + 1
        self._journal = self._journal_now()
        journal.remove()
        self._remove_others()
        self._bodies.keep_only(names)
        self._to_play, self._worth = 0.0, _WORTH * (time.perf_counter() - started)
        return True

    def _remove_others(self) -> None:
        """Remove the snapshots and journals that this one has taken the place of, and drafts."""
        for file in self._folder.iterdir():
            if file.is_file() and file not in (self._snapshot, self._journal.path):
                file.unlink()

    def _play(self) -> int:
        """Make the journal's changes again; how many could not be made."""
        records = self._journal.records()
        about = next(records, None)
        if about is None:
            return 0
        moto_snapshot.check(about)
        started = time.perf_counter()
        with nothing_leaves():
            failed = sum(not self._made_again(record) for record in records)
        self._to_play = time.perf_counter() - started
        return failed

    def _made_again(self, record: Record) -> bool:
        outcome: object = "made"
        moment = Moment(record["seed"], datetime.fromisoformat(record["time"]))
        try:
            with self._moments.at(moment):
                if "inner" in record:
                    _inner(record)
                else:
                    outcome = Answer.of(self._moto, environ_of(record, self._bodies)).status
        except Exception as error:  # noqa: BLE001 - one change that cannot be made is no reason to lose the rest
            outcome = repr(error)
        if outcome == record["outcome"] or record["outcome"] == "an error":
            return True
        what = record.get("inner") or [record["request"].get(n) for n in ("REQUEST_METHOD", "PATH_INFO")]
        _log.warning("%s of %s, once %s, is now %s", what, record["time"], record["outcome"], outcome)
        return False

    def _start_anew(self, reason: str) -> str:
        """Put aside what cannot be read; it is never deleted."""
        aside = self._folder.with_name(f"{self._folder.name}-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        self._folder.rename(aside)
        self._folder.mkdir(mode=0o700)
        self._number = 0
        self._journal = self._journal_now()
        return (
            f"what was kept of all services but Batch cannot be used, for {reason}; it was moved to {aside}"
        )

    def _go_on_beside_polls(self) -> None:
        """A call that waits for a message gives others its turn meanwhile; nothing of it is made yet."""
        queue: Any = importlib.import_module("moto.sqs.models").Queue
        wait = queue.wait_for_messages

        @wraps(wait)
        def wait_for_messages(*args: Any) -> None:
            self._lock.release()
            try:
                wait(*args)
            finally:
                self._lock.acquire()

        queue.wait_for_messages = wait_for_messages

    def _watch_inner_changes(self) -> None:
        for (module, name), methods in _INNER.items():
            kind = getattr(importlib.import_module(module), name)
            for method in methods:
                setattr(kind, method, self._watched(module, name, getattr(kind, method)))

    def _watched(self, module: str, kind: str, change: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(change)
        def make(backend: Any, *args: Any, **kwargs: Any) -> Any:
            if self._moments.playing:
                return change(backend, *args, **kwargs)
            name = change.__name__
            inner = [module, kind, name, backend.account_id, backend.region_name, args, kwargs]
            with self._turn(alone=name != "put_events"):
                return self._make({"inner": inner}, lambda: change(backend, *args, **kwargs), Moment.now())

        return make


def _inner(record: Record) -> None:
    module, kind, method, account, region, args, kwargs = record["inner"]
    service = importlib.import_module(module)
    backends = getattr(service, f"{kind.removesuffix('Backend').lower()}_backends")
    getattr(backends[account][region], method)(*args, **kwargs)
