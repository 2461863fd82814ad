"""Containers with several rows → their rows that failed: each has an end, a log and a result of its own."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from fargo.explain.rule import RAN
from fargo.model.job import Job
from fargo.results import Measured, failures, measured

if TYPE_CHECKING:
    from fargo.aws.store import Store
    from fargo.logs import Labels
    from fargo.model.run import Run

LISTED = 10_000
"""Rows that failed, in whatever wave, of which the keys are listed: ten calls."""
READ = 1_000
"""Of those in containers that failed, how many results are read at the most, evenly spread."""
_BY_SIGNAL = (137, 143)
"""SIGKILL and SIGTERM end a row where they end its container; AWS's reason is then the row's, too."""


@dataclass(frozen=True, slots=True)
class Split:
    """What failed, by rows as far as containers have several.

    Attributes:
        jobs: a row each, and the containers that no row of theirs explains.
        rows: how many rows failed in them.
        read: of how many the result was read.
    """

    jobs: tuple[Job, ...]
    rows: int = 0
    read: int = 0


def split(
    jobs: Sequence[Job], run: "Run", *, store: "Store", labels: "Labels", only: int | None = None
) -> Split:
    """Let the rows that failed stand in for their containers.

    Args:
        jobs: containers of the run's last wave that failed.
        run: the run, or the part of it that is asked about.
        store: the workspace bucket.
        labels: which rows its jobs ran.
        only: the one row that is asked about.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    known = sorted(islice(failures(store, run.id), LISTED)) if only is None else [only]
    of = {job.id: _between(known, labels.rows(job.id)) for job in jobs}
    rows = sorted({row for some in of.values() for row in some})
    drawn = rows if len(rows) <= READ else [rows[at * len(rows) // READ] for at in range(READ)]
    found = {each.row: each for each in measured(store, run.id, drawn) if each.exit_code}
    told: list[Job] = []
    for job in jobs:
        ends = [found[row] for row in of[job.id] if row in found]
        told += _parts(job, ends, undrawn=only is None and bool(of[job.id]) and not ends)
    counted = sum(job.row is not None for job in told) if drawn is rows else len(rows)
    return Split(tuple(told), counted, counted if drawn is rows else len(drawn))


def _between(rows: Sequence[int], span: tuple[int, int] | None) -> Sequence[int]:
    """Those of a container; all of them where the run has but one."""
    return rows if span is None else rows[bisect_left(rows, span[0]) : bisect_right(rows, span[1])]


def _parts(job: Job, ends: Sequence[Measured], *, undrawn: bool) -> Iterator[Job]:
    """A container's rows, and itself where they do not explain it.

    Args:
        ends: of its rows, as far as their results were read.
        undrawn: rows of it failed, and none of those was read.
    """
    rows = [_part(job, end) for end in ends if end.job_id == job.id]
    explained = bool(rows) or undrawn if _ran(job) else any(row.reason for row in rows)
    if not explained:
        yield job
    yield from rows


def _part(job: Job, end: Measured) -> Job:
    """One row: AWS's reason is the row's where it ended both."""
    both = not _ran(job) and end.exit_code in _BY_SIGNAL
    reason, asked = (job.reason, job.asked_to_end) if both else ("", False)
    return replace(job, row=end.row, exit_code=end.exit_code, reason=reason, asked_to_end=asked)


def _ran(job: Job) -> bool:
    """Whether AWS gives no reason but that the container has ended."""
    return re.search(RAN, job.reason) is not None
