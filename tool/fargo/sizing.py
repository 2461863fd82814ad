"""The cheapest size that would have held a run, from what its rows measured."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fargo.cost import Actual, Task
from fargo.model import fargate
from fargo.model.fargate import Size
from fargo.results import Measured, measured

if TYPE_CHECKING:
    from fargo.aws.store import Store
    from fargo.model.job import Job
    from fargo.model.run import Run

MARGIN = 0.2
"""What a size shall have above the highest memory that was measured, and above what rows kept busy."""
ENOUGH = 10
"""Rows that must have been measured before a size is advised; of a smaller run all of them."""
SAMPLE = 1_000
"""Results that are read of a run, each a small object: of more rows every n-th."""
BUSY = 0.95
"""Rows that a size must keep up with; the few that were busier may take longer."""
KILLED = 1.5
"""How much more memory is advised where some ran out of it: how much they wanted nobody has measured."""
FULL = 0.8
"""A command that SIGKILL ended while it held this share of the memory counts as out of memory."""
RUNNER_MIB = 32
"""What the runner itself holds, where a row's own processes alone were measured: several at once."""
_SIGKILL = 9
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What the rows of a run used.

    Attributes:
        rows: how many the run has.
        read: how many of them were looked at.
        measured: how many of those had something measured.
        container_mib: the most that a container would hold if the rows that run in it at once, as many as the
            row's own wave has workers, all held what that row did.
        busy_vcpus: in the same way, what 95 % did not exceed: CPU seconds by seconds. None: not measured.
        killed: wave → how many rows a signal ended while they held most of its memory.
    """

    rows: int
    read: int = 0
    measured: int = 0
    container_mib: int = 0
    busy_vcpus: float | None = None
    killed: Mapping[int, int] = field(default_factory=dict)

    @property
    def sample(self) -> bool:
        """Whether there are rows that were not looked at: one of them may have held more."""
        return self.read < self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A size for a job.

    Attributes:
        now: what each container of the last wave reserved.
        size: the cheapest that Fargate offers that would have held, with `margin` to spare.
        peak_memory_mib: what a container held at the most, its rows at once together.
        busy_vcpus: what a container's rows kept busy; None where that was not measured.
        killed: containers and rows that ran out of memory.
        saved: US dollars that this run would have cost less; below zero: more.
        used: what it is judged by.
    """

    now: Size
    size: Size
    peak_memory_mib: int
    busy_vcpus: float | None
    killed: int
    saved: float
    used: Used
    margin: float = MARGIN

    @property
    def enough(self) -> bool:
        """Whether enough was measured to go by."""
        return bool(self.killed) or self.used.measured >= min(ENOUGH, self.used.rows)

    @property
    def changes(self) -> bool:
        """Whether another size is advised."""
        return self.enough and self.size != self.now

    @property
    def lines(self) -> tuple[str, str]:
        """What to write into the job's table of the project file."""
        return f"vcpu = {self.size.vcpu:g}", f'memory = "{fargate.memory_text(self.size.memory_mib)}"'


def used(results: Iterable[Measured], run: "Run", *, read: int | None = None) -> Used:
    """What rows used, taken in one by one.

    Args:
        results: of the run, or of some of its rows.
        read: how many rows were looked at; None: all of them.
    """
    count = mib = 0
    busy: list[float] = []
    killed: Counter[int] = Counter()
    waves = {wave.number: wave for wave in run.waves}
    for each in results:
        wave = waves.get(each.wave, run.last)
        held = each.peak_memory_bytes or 0
        count += bool(held)
        mib = max(mib, _container_mib(held, wave.workers))
        if each.signal == _SIGKILL and held >= FULL * wave.memory_mib * _MIB:
            killed[wave.number] += 1
        if each.seconds and each.cpu_seconds is not None:
            busy.append(min(each.cpu_seconds / each.seconds * wave.workers, wave.vcpu))
    busy.sort()
    return Used(
        rows=run.rows,
        read=run.rows if read is None else read,
        measured=count,
        container_mib=mib,
        busy_vcpus=busy[math.ceil(BUSY * len(busy)) - 1] if busy else None,
        killed=killed,
    )


def sampled(store: "Store", run: "Run") -> Used:
    """What rows of a run used, by up to `SAMPLE` of their results.

    Raises:
        AwsError: AWS is out of reach or refuses.
    """
    rows = range(0, run.rows, -(-run.rows // SAMPLE))
    return used(measured(store, run.id, rows), run, read=len(rows))


def advise(found: Used, run: "Run", jobs: Sequence["Job"], cost: Actual) -> Advice | None:
    """The cheapest size that would have held a run.

    It has `MARGIN` more memory than was measured, and a half more where containers ran out of it; and never
    fewer vCPUs than the rows kept busy.

    Args:
        found: what its rows used.
        jobs: its containers, or some of them: those that ran out of memory left no result.
        cost: what it has cost.

    Returns:
        None where nothing was measured, or nothing that Fargate offers would hold.
    """
    ran_out = [job for job in jobs if _ran_out(job)]
    if not (found.measured or ran_out) or not cost.waves:
        return None
    last = run.last
    need = found.container_mib * (1 + MARGIN)
    for wave in run.waves:
        if found.killed.get(wave.number) or any((job.parent or job.id) in wave.job_ids for job in ran_out):
            need = max(need, wave.memory_mib * KILLED)
    busy = found.busy_vcpus
    task = cost.waves[-1].task
    most = max(wave.vcpu for wave in run.waves)
    vcpu = last.vcpu if busy is None else min(busy * (1 + MARGIN), most)
    size = _cheapest(task, vcpu, need)
    if size is None:
        return None
    return Advice(
        now=Size(last.vcpu, last.memory_mib),
        size=size,
        peak_memory_mib=found.container_mib,
        busy_vcpus=busy,
        killed=sum(found.killed.values()) + len(ran_out),
        saved=cost.dollars - sum(replace(wave.task, size=size).dollars(wave.seconds) for wave in cost.waves),
        used=found,
    )


def _container_mib(held: int, workers: int) -> int:
    mib = math.ceil(held / _MIB)
    return mib if workers == 1 or not held else mib * workers + RUNNER_MIB


def _cheapest(task: Task, vcpu: float, memory_mib: float) -> Size | None:
    fitting = [
        Size(each, memory)
        for each, memories in fargate.MEMORY_MIB.items()
        for memory in memories
        if each >= vcpu and memory >= memory_mib
    ]
    return min(fitting, key=lambda size: replace(task, size=size).hourly, default=None)


def _ran_out(job: "Job") -> bool:
    reasons = [job.reason, *(attempt.reason for attempt in job.attempts)]
    return any(reason.startswith("OutOfMemory") for reason in reasons)
