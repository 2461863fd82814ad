"""A run's name → how it stands: its ledger, AWS Batch, then events; and which containers ran a row."""

import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from fargo import ledger
from fargo.aws.calls import THREADS
from fargo.children import listed
from fargo.errors import AwsError, UsageError
from fargo.history import recall
from fargo.model import naming
from fargo.model.job import BEGUN, JobState
from fargo.submit import find_missing
from fargo.watch import snapshot, snapshots

if TYPE_CHECKING:
    from fargo.aws.batch import Batch
    from fargo.aws.store import Store
    from fargo.history import History
    from fargo.logs import Sources
    from fargo.model.job import Job
    from fargo.model.run import Chunk, Run, RunSnapshot, Wave

CLOSER = 5
"""Runs of a list whose children are asked for, to tell why some failed and what they cost: a call a state."""
CHILDREN = 100
"""So many of each: enough to tell causes and a mean."""
SEARCHED = 50
"""Latest runs among which a job is looked for that AWS Batch has forgotten: a ledger is read of each."""

_ENTRY = struct.Struct(naming.MAP_ENTRY)


def load(store: "Store", batch: "Batch", name: str) -> "Run":
    """The run of this id, or of a beginning of it; jobs whose answer was lost are looked up.

    Raises:
        UsageError: there is no such run, or there are several.
    """
    return find_missing(ledger.load(store, name), batch)


def state(store: "Store", batch: "Batch", name: str, history: "History") -> "RunSnapshot":
    """How the run of this name stands now; see `load` and `stands`."""
    return stands(load(store, batch, name), batch, history)


def stands(run: "Run", batch: "Batch", history: "History") -> "RunSnapshot":
    """How a run, or a part of one, stands now; events tell of what AWS Batch has forgotten.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    return recall((snapshot(run, batch),), history)[0]


def latest(
    store: "Store", batch: "Batch", limit: int, history: "History | None" = None
) -> "tuple[RunSnapshot, ...]":
    """How the latest runs stand now, newest first; the latest few with some children of each state.

    Args:
        history: asked once, for the jobs of all of them that AWS Batch has forgotten.
    """
    states = snapshots(recent(store, batch, limit), batch)
    if history:
        states = recall(states, history)
    closer = [state for state in states if any(job.size for job in state.jobs) and not state.past][:CLOSER]
    asked = [(state, jobs, each) for state in closer for jobs in _by_age(state) for each in BEGUN]

    def list_some(one: "tuple[RunSnapshot, tuple[Job, ...], JobState]") -> "tuple[Job, ...]":
        _, jobs, wanted = one
        return tuple(listed(batch, jobs, wanted, most=CHILDREN, calls=1))

    found: dict[str, tuple[Job, ...]] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        for (state, *_), page in zip(asked, pool.map(list_some, asked), strict=True):
            found[state.run.id] = found.get(state.run.id, ()) + tuple(job for job in page if job.parent)
    return tuple(replace(state, children=found.get(state.run.id, ())) for state in states)


def _by_age(state: "RunSnapshot") -> "tuple[tuple[Job, ...], ...]":
    """The jobs of the last wave, and those of all before it."""
    last = state.of_last_wave
    return last, tuple(job for job in state.jobs if job not in last)


def recent(store: "Store", batch: "Batch", limit: int) -> "tuple[Run, ...]":
    """The latest runs, by their ledgers, newest first."""
    return tuple(find_missing(run, batch) for run in ledger.recent(store, limit))


def check_submitted(run: "Run") -> None:
    """Refuse to wait for what would never end: jobs that nobody has submitted.

    Raises:
        UsageError: says how many those are, and how to submit them.
    """
    if words := unsent(run):
        raise UsageError(f"{run.id} is not submitted whole: {words}", f"`fargo submit --resume {run.id}`")


def unsent(run: "Run") -> str:
    """How many of a run's jobs were not submitted, in words; empty where all were."""
    jobs = len(run.chunks)
    return f"{run.unsent} of {jobs} job{'s' if jobs > 1 else ''} not submitted" if run.unsent else ""


def learn(sources: "Sources", state: "RunSnapshot", history: "History") -> None:
    """Learn the log streams of a run's containers, also of those that AWS Batch has forgotten.

    Args:
        sources: told of them.
        history: asked for the children of arrays, and for single children, that AWS Batch no longer knows.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    arrays = {job.id for job in state.jobs if job.size and job.id in state.past}
    sources.learn(job for job in state.jobs if job.id not in arrays)
    for outcome in (JobState.FAILED,) if sources.failed else (JobState.FAILED, JobState.SUCCEEDED):
        if arrays:
            sources.learn(history.children(state.run, arrays, outcome))
    if not state.appearing:
        children = (history.job(state.run, each) for each in state.unseen if ":" in each)
        sources.learn(child for child in children if child)


def only_row(store: "Store", run: "Run", row: int) -> "Run":
    """The run as if it were of the containers alone that ran a row, one in each wave that has the row.

    Args:
        store: the workspace bucket; a later wave's map is searched there.
        row: from 0.

    Raises:
        UsageError: the run has no such row.
    """
    if not 0 <= row < run.rows:
        raise UsageError(f"{run.id} has no row {row}", f"its rows are 0 to {run.rows - 1}")
    waves = []
    for wave in run.waves:
        position = row if wave.number == 1 else _position(store, wave, row)
        if position is not None:
            chunk = _container(wave, position)
            waves.append(replace(wave, rows=1, pack=1, map="", chunks=(chunk,)))
    return replace(run, rows=1, waves=tuple(waves))


def only_job(run: "Run", job_id: str) -> "Run":
    """The run as if it were of one AWS Batch job alone: a single job, an array, or a child of one.

    Raises:
        UsageError: the job is not of the run, or the array has no such child.
    """
    parent, _, index = job_id.partition(":")
    for wave in run.waves:
        for chunk in wave.chunks:
            children = chunk.size if chunk.size > 1 else 0
            if chunk.job_id == parent and (not index or int(index) < children):
                part = replace(chunk, job_id=job_id, size=1 if index else chunk.size)
                return replace(run, waves=(replace(wave, chunks=(part,)),))
    raise UsageError(f"{run.id} has no job {job_id}", f"its jobs: `fargo show {run.id}`")


def of_job(store: "Store", batch: "Batch", job_id: str) -> "Run":
    """The run of an AWS Batch job: by its tags, or by the ledgers of the latest runs where it is forgotten.

    Args:
        job_id: of a single job, of an array, or of a child of one.

    Raises:
        UsageError: it is no job of this project's, as far as that can be known.
    """
    parent = job_id.partition(":")[0]
    tags = batch.raw(parent).get("tags", {})
    if name := tags.get(naming.TAG_RUN):
        return ledger.load(store, name)
    for run in ledger.recent(store, SEARCHED):
        if parent in run.job_ids:
            return run
    raise UsageError(
        f"no job {job_id} in this project",
        "AWS Batch keeps jobs for seven days or so; `fargo ps` lists the runs",
    )


def _position(store: "Store", wave: "Wave", row: int) -> int | None:
    """Where a wave has the row: its map ascends, so that twenty small reads find it among a million."""
    low, high = 0, wave.rows
    while low < high:
        middle = (low + high) // 2
        begin = middle * _ENTRY.size
        entry = store.get_range(wave.map, begin, begin + _ENTRY.size)
        if len(entry) != _ENTRY.size:
            raise AwsError(f"{wave.map} is damaged: it ends before its entry {middle} does")
        there = _ENTRY.unpack(entry)[0]
        if there == row:
            return middle
        low, high = (middle + 1, high) if there < row else (low, middle)
    return None


def _container(wave: "Wave", position: int) -> "Chunk":
    """The job that has this position, a child of an array among them; without an id where not submitted."""
    number, index = divmod(position // wave.pack, naming.ARRAY_MAX)
    chunk = wave.chunks[number]
    child = f"{chunk.job_id}:{index}" if chunk.job_id and chunk.size > 1 else chunk.job_id
    return replace(chunk, size=1, job_id=child)
