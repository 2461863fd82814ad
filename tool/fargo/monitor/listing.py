"""Store and settings → the lines of a table. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from fargo.model.job import Job, JobState
from fargo.monitor.board import Board, short_run
from fargo.monitor.column import Column
from fargo.monitor.columns import AGE, COLUMNS, RANK
from fargo.monitor.filtering import Filter, has_failed
from fargo.view.text import plural, safe

INLINE = 5
"""Children of an open array that stand in the list of all jobs."""
INLINE_FAILED = 3
"""Of these, how many that failed at the most, where others live."""
GROUPS = ("none", "run", "queue", "definition")
SORTS: dict[str, Column] = {column.name: column for column in (AGE, *COLUMNS)}


class Kind(Enum):
    """What a line is."""

    JOB = "job"
    CHILD = "child"
    MORE = "more"
    GROUP = "group"


class Line(NamedTuple):
    """A line of the table.

    Attributes:
        key: the same as long as the line means the same.
        job_id: of MORE the array's.
        words: of MORE and GROUP what they say.
    """

    key: str
    kind: Kind
    job_id: str = ""
    words: str = ""


@dataclass(slots=True)
class Settings:
    """How somebody wants to see the jobs.

    Attributes:
        words: the filter line as it was typed.
        open: arrays whose children are shown.
        marks: job ids.
    """

    words: str = ""
    sort: str = "age"
    reverse: bool = False
    group: str = "none"
    failed_only: bool = False
    open: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)

    @property
    def filter(self) -> Filter:
        """The filter that the words say."""
        return Filter.of(self.words)

    def step_sort(self, names: Sequence[str], by: int) -> None:
        """Sort by the column before or after this one."""
        at = names.index(self.sort) if self.sort in names else 0
        self.sort, self.reverse = names[(at + by) % len(names)], False

    def next_group(self) -> None:
        """Group by the next thing."""
        self.group = GROUPS[(GROUPS.index(self.group) + 1) % len(GROUPS)]


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines.

    Attributes:
        shown: jobs that fit the filter; children are not counted.
        total: all jobs.
        problem: what is wrong with the filter.
    """

    lines: tuple[Line, ...] = ()
    shown: int = 0
    total: int = 0
    problem: str = ""

    def place(self, key: str) -> int | None:
        """Where the line of this key stands."""
        return next((at for at, line in enumerate(self.lines) if line.key == key), None)


_LINES: dict[str, Line] = {}
"""Lines of jobs, made once: a hundred thousand are listed again and again."""


def job_line(job_id: str) -> Line:
    """The line of a job."""
    line = _LINES.get(job_id)
    if line is None:
        kind = Kind.CHILD if ":" in job_id else Kind.JOB
        line = _LINES[job_id] = Line(job_id, kind, job_id)
    return line


def jobs_listing(board: Board, settings: Settings) -> Listing:
    """All jobs, with some children of those arrays that are open."""
    top = list(board.top())
    wanted = settings.filter
    fitting = _fitting(top, wanted, settings, board)
    ordered = ordered_by(fitting, settings, board)
    lines: list[Line] = []
    for title, jobs in _grouped(ordered, settings.group, board):
        if title:
            lines.append(Line(f"group {title}", Kind.GROUP, words=f"{title} · {plural(len(jobs), 'job')}"))
        if not settings.open:
            lines.extend(map(job_line, (job.id for job in jobs)))
            continue
        for job in jobs:
            lines.append(job_line(job.id))
            if job.size and job.id in settings.open:
                lines.extend(_inline(job, board, wanted, settings))
    return Listing(tuple(lines), len(fitting), len(top), wanted.problem)


def children_listing(board: Board, array_id: str, settings: Settings) -> Listing:
    """The children of one array that were listed."""
    return listing_of(board.children_of(array_id), board, settings)


def listing_of(jobs: list[Job], board: Board, settings: Settings) -> Listing:
    """These jobs, a line each."""
    wanted = settings.filter
    ordered = ordered_by(_fitting(jobs, wanted, settings, board), settings, board)
    return Listing(tuple(job_line(job.id) for job in ordered), len(ordered), len(jobs), wanted.problem)


def _fitting(jobs: list[Job], wanted: Filter, settings: Settings, board: Board) -> list[Job]:
    if settings.failed_only:
        jobs = [job for job in jobs if has_failed(job)]
    if not wanted.terms:
        return jobs
    run_of = _run_of(board)
    return [job for job in jobs if wanted.fits(job, run_of)]


def _run_of(board: Board) -> Callable[[Job], str]:
    return lambda job: board.run_of.get(job.parent or job.id, "")


def by_state(job: Job) -> tuple[int, int]:
    """The order of children: failed first, then running, waiting, succeeded; by index."""
    return (RANK[job.state], job.index or 0)


def ordered_by(jobs: Iterable[Job], settings: Settings, board: Board) -> list[Job]:
    """The jobs in the order that is wanted; what has no value there stands last."""
    if settings.sort == "state":
        return sorted(jobs, key=by_state, reverse=settings.reverse)
    column = SORTS[settings.sort]
    down = column.down != settings.reverse
    having: list[tuple[Any, Job]] = []
    without: list[Job] = []
    for job in jobs:
        value = column.key(job, board)
        if value is None:
            without.append(job)
        else:
            having.append((value, job))
    having.sort(key=_first, reverse=down)
    return [job for _, job in having] + without


def _first(pair: tuple[Any, Job]) -> Any:
    return pair[0]


def _grouped(jobs: list[Job], group: str, board: Board) -> Iterator[tuple[str, list[Job]]]:
    """The jobs by what they have in common, in the order of each one's first."""
    if group == "none":
        yield "", jobs
        return
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(_common(job, group, board), []).append(job)
    yield from found.items()


def _common(job: Job, group: str, board: Board) -> str:
    if group == "run":
        return short_run(board.run_of.get(job.id, "")) or "of no run"
    name = job.queue if group == "queue" else job.definition
    return safe(name.rpartition("/")[2]) or "-"


def _inline(parent: Job, board: Board, wanted: Filter, settings: Settings) -> Iterator[Line]:
    """A few children, those that people look for; then how many others there are."""
    children = sorted(_fitting(board.children_of(parent.id), wanted, settings, board), key=by_state)
    failed = [job for job in children if job.state is JobState.FAILED]
    others = [job for job in children if not job.state.finished]
    room = INLINE - min(len(failed), INLINE_FAILED)
    shown = failed[: max(INLINE - len(others), INLINE_FAILED)] + others[:room]
    yield from (job_line(job.id) for job in shown)
    left = dict(parent.counts)
    for job in shown:
        left[job.state] = left.get(job.state, 0) - 1
    yield Line(f"more {parent.id}", Kind.MORE, parent.id, rest_words(left))


def rest_words(counts: dict[JobState, int]) -> str:
    """Like `55 run  2 queued  139 ok`."""
    groups = (
        ((JobState.FAILED,), "failed"),
        ((JobState.RUNNING,), "run"),
        ((JobState.STARTING,), "start"),
        ((JobState.RUNNABLE, JobState.PENDING, JobState.SUBMITTED), "queued"),
        ((JobState.SUCCEEDED,), "ok"),
    )
    numbers = [(sum(counts.get(state, 0) for state in states), word) for states, word in groups]
    return "  ".join(f"{number:,} {word}" for number, word in numbers if number > 0)
