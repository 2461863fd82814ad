"""Rows without a result → a new wave of the same run."""

import math
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fargo.errors import AwsError, NotDeployed, UsageError
from fargo.model import fargate, naming, units
from fargo.model.fargate import Size
from fargo.model.job import JobState
from fargo.model.run import Run, RunSnapshot, Wave
from fargo.model.stack import StackOutputs
from fargo.submit.plan import check_sizes, wave_chunks
from fargo.submit.request import check_timeout, offered

_OFFSET, _ENTRY = struct.Struct(naming.OFFSET), struct.Struct(naming.MAP_ENTRY)
_PAIR = struct.Struct(naming.OFFSET + naming.OFFSET[1:])
_MORE = re.compile(r"\+(\d{1,4})\s*%")
_BLOCK = 65_536
"""Entries of the index that are read at once."""


@dataclass(frozen=True, slots=True)
class More:
    """So many percent more, and then the next size that Fargate offers."""

    percent: int


def memory(text: str) -> int | More:
    """`2 GiB` → MiB; `+50%` → so much more than the wave before.

    Raises:
        ValueError: anything else.
    """
    if more := _MORE.fullmatch(text):
        return More(int(more[1]))
    return units.mebibytes(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What shall differ from the wave before; None: nothing.

    Attributes:
        memory: in MiB, as Fargate offers it; or so much more.
        timeout_seconds: of each attempt.
        deployed: the job definition, and so the image, as deployed now.
    """

    vcpu: float | None = None
    memory: int | More | None = None
    timeout_seconds: int | None = None
    spot: bool | None = None
    deployed: bool = False
    pack: int | None = None
    workers: int | None = None


def check(state: RunSnapshot) -> None:
    """Refuse to retry what may still come to an end by itself.

    Raises:
        UsageError: says what to do first.
    """
    run = state.run
    if not run.submitted:
        raise UsageError(f"{run.id} is not submitted whole", f"first: `fargo submit --resume {run.id}`")
    if state.appearing or any(not job.state.finished for job in state.jobs):
        hint = f"wait for it, `fargo wait {run.id}`, or stop it, `fargo stop {run.id}`"
        raise UsageError(f"{run.id} has not ended", hint)


def plan(run: Run, changes: Changes, outputs: StackOutputs, *, rows: int, now: datetime) -> Run:
    """The run with one more wave, of so many rows; touches nothing.

    Raises:
        UsageError: Fargate does not offer the size, AWS Batch takes no such timeout, or packing and workers
            do not fit each other.
    """
    before, number = run.last, run.last.number + 1
    size = _size(before, changes)
    pack = before.pack if changes.pack is None else changes.pack
    workers = min(before.workers, pack) if changes.workers is None else changes.workers
    if workers > pack:
        raise UsageError(f"--workers {workers}: 1 to {pack}, the rows in a container")
    check_timeout(changes.timeout_seconds)
    wave = Wave(
        number=number,
        created=now,
        queue=_queue(before, changes, outputs),
        definition=_deployed(run.job, outputs) if changes.deployed else before.definition,
        image=str(outputs.image) if changes.deployed else before.image,
        vcpu=size.vcpu,
        memory_mib=size.memory_mib,
        timeout_seconds=changes.timeout_seconds or before.timeout_seconds,
        rows=rows,
        pack=pack,
        workers=workers,
        chunks=wave_chunks(run.id, number, rows, pack),
    )
    longer = replace(run, waves=(*run.waves, wave))
    check_sizes(longer)
    return longer


def _deployed(job: str, outputs: StackOutputs) -> str:
    if job not in outputs.job_definitions:
        raise NotDeployed(
            f"the job {job} is not deployed any more", "leave --deployed out, or `fargo up` with it"
        )
    return outputs.job_definitions[job]


def _queue(before: Wave, changes: Changes, outputs: StackOutputs) -> str:
    if changes.spot is None:
        return before.queue
    return outputs.job_queues["spot" if changes.spot else "on_demand"]


def _size(before: Wave, changes: Changes) -> Size:
    vcpu = before.vcpu if changes.vcpu is None else changes.vcpu
    if isinstance(changes.memory, More):
        wanted = Size(vcpu, math.ceil(before.memory_mib * (1 + changes.memory.percent / 100)))
        return fargate.next_valid(wanted) or offered(wanted)
    return offered(Size(vcpu, before.memory_mib if changes.memory is None else changes.memory))


def row_map(rows: Iterable[int], read_index: Callable[[int, int], bytes] | None) -> Iterator[bytes]:
    """The entries of a wave's map, in pieces.

    Args:
        rows: their numbers, ascending.
        read_index: the index's bytes from one offset to before another, or to its end; None where the run
            has no manifest.

    Raises:
        AwsError: the index is damaged.
    """
    start, block = 0, b""
    for row in rows:
        if read_index is None:
            yield _ENTRY.pack(row, 0, 0)
            continue
        if not block or row >= start + _BLOCK:
            start = row
            # One entry more than rows: the last row's end is the next one's beginning.
            block = read_index(start * _OFFSET.size, (start + _BLOCK + 1) * _OFFSET.size)
        at = (row - start) * _OFFSET.size
        offsets = block[at : at + _PAIR.size]
        begin, end = _PAIR.unpack(offsets) if len(offsets) == _PAIR.size else (0, 0)
        if begin >= end:
            raise AwsError(f"the index of the run's rows is damaged at row {row}", "submit the rows anew")
        yield _ENTRY.pack(row, begin, end)


def check_runner(state: RunSnapshot, succeeded: int) -> None:
    """Refuse to repeat what ended well, where the image has no runner that could have said so.

    Args:
        succeeded: how many rows have a result.

    Raises:
        UsageError: all containers ended well, and none wrote a result.
    """
    if state.state is JobState.SUCCEEDED and not succeeded:
        text = (
            f"all containers of {state.run.id} succeeded, and none wrote a result: the image has no fargo-run"
        )
        raise UsageError(
            text, "docs/images.md shows the two lines that add it; then `fargo up`, and submit anew"
        )
