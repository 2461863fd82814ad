"""What a run has cost: each attempt by the second, a minute at the least."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from fargo.cost.task import START_SECONDS, Task, billed
from fargo.model.job import BEGUN, TRIED_AGAIN, Job
from fargo.model.run import RunSnapshot, Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveCost:
    """What the containers of a wave have cost.

    Attributes:
        task: what each of them reserves.
        containers: that ended or run.
        looked_at: of how many of them the attempts are known; the others count like these.
        attempts: that were started, of those that were looked at.
        days: seconds that are billed, of all containers, by the day (UTC) on which an attempt began.
    """

    number: int
    task: Task
    containers: int
    looked_at: int
    attempts: int
    days: tuple[tuple[date, float], ...]

    @property
    def seconds(self) -> float:
        """That are billed, of all containers."""
        return sum(seconds for _, seconds in self.days)

    @property
    def dollars(self) -> float:
        """US dollars."""
        return self.task.dollars(self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """What a run has cost.

    Attributes:
        at: until when.
        finished: no more is to come.
    """

    waves: tuple[WaveCost, ...]
    at: datetime
    finished: bool

    @property
    def dollars(self) -> float:
        """US dollars."""
        return sum(wave.dollars for wave in self.waves)

    @property
    def exact(self) -> bool:
        """Whether every container was looked at."""
        return all(wave.looked_at >= wave.containers for wave in self.waves)

    @property
    def days(self) -> dict[date, float]:
        """US dollars by the day (UTC) on which an attempt began."""
        found: dict[date, float] = {}
        for wave in self.waves:
            for day, seconds in wave.days:
                found[day] = found.get(day, 0.0) + wave.task.dollars(seconds)
        return dict(sorted(found.items()))

    @property
    def basis(self) -> str:
        """What the amount rests on, in words, to be shown with it."""
        looked_at, total = (sum(getattr(w, name) for w in self.waves) for name in ("looked_at", "containers"))
        task = next((wave.task for wave in self.waves if wave.task.spot), self.waves[0].task)
        words = [task.basis, f"{START_SECONDS} s to pull each image assumed"]
        if not self.exact:
            words.append(f"a sample: {looked_at:,} of {total:,} containers")
        return "; ".join(words)


def actual(state: RunSnapshot, jobs: Sequence[Job], task_of: Callable[[Wave], Task]) -> Actual | None:
    """What a run has cost so far.

    Args:
        jobs: its single jobs and children of arrays that ended or run, or some of them.
        task_of: what each container of a wave reserves.

    Returns:
        None where no container has started, or nobody knows.
    """
    if not any(job.started or job.attempts for job in jobs):
        return None
    waves = tuple(_wave(wave, state, jobs, task_of(wave)) for wave in state.run.waves)
    return Actual(
        waves=tuple(wave for wave in waves if wave.containers), at=state.at, finished=state.finished
    )


def _wave(wave: Wave, state: RunSnapshot, jobs: Sequence[Job], task: Task) -> WaveCost:
    ids = set(wave.job_ids)
    parents = [job for job in state.jobs if job.id in ids]
    containers = looked_at = attempts = 0
    days: dict[date, float] = {}
    for wanted in (*BEGUN, *TRIED_AGAIN):
        found = [job for job in jobs if job.state is wanted and (wanted in BEGUN or job.attempts)]
        ours = [job for job in found if (job.parent or job.id) in ids]
        count = len(ours)
        # Of these AWS Batch has counted how many there are.
        if wanted in BEGUN:
            count = max(sum(state.containers(job).get(wanted, 0) for job in parents), count)
        # Of a wave of which none was looked at, the other waves' stand for it.
        sample = ours or found
        containers, looked_at = containers + count, looked_at + len(ours)
        for begin, seconds in _attempts(sample, state.at):
            attempts += bool(ours)
            day = begin.astimezone(UTC).date()
            days[day] = days.get(day, 0.0) + seconds * count / len(sample)
    return WaveCost(
        number=wave.number,
        task=task,
        containers=containers,
        looked_at=looked_at,
        attempts=attempts,
        days=tuple(sorted(days.items())),
    )


def _attempts(jobs: Iterable[Job], now: datetime) -> Iterator[tuple[datetime, float]]:
    """When each attempt began, and the seconds that it is billed for; ListJobs tells of the last one only."""
    for job in jobs:
        times = [(each.started, each.stopped) for each in job.attempts] or [(job.started, job.stopped)]
        for begin, end in times:
            if begin:
                yield begin, billed(((end or now) - begin).total_seconds())
