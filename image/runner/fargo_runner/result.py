"""The result object: one per row, written last, so that partial outputs never look complete."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fargo_runner import __version__

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Sequence

    from fargo_runner.child import Ended
    from fargo_runner.outputs import Stored
    from fargo_runner.task import Container

VERSION = 2
"""Grows when a reader of the former version would misread the object."""


def document(
    container: Container,
    row: int,
    ended: Ended,
    *,
    command: Sequence[str],
    bytes_in: int,
    stored: Sequence[Stored],
) -> bytes:
    """The result as JSON.

    Times are UTC, sizes bytes, durations seconds; `bytes_in` and `bytes_out` count what the
    runner moved for the command, not what the command moved itself.
    """
    content = {
        "version": VERSION,
        "row": row,
        "wave": container.wave,
        "attempt": container.attempt,
        "job_id": container.job_id,
        "command": list(command),
        "exit_code": ended.exit_code,
        "signal": ended.signal,
        "problem": ended.problem,
        "started": _iso(ended.started),
        "stopped": _iso(ended.stopped),
        "seconds": round(ended.seconds, 3),
        "peak_memory_bytes": ended.peak_memory_bytes,
        "cpu_seconds": round(ended.cpu_seconds, 3),
        "bytes_in": bytes_in,
        "bytes_out": sum(each.size for each in stored),
        "outputs": [asdict(each) for each in stored],
        "host": host(),
        "runner": __version__,
    }
    return json.dumps(content, separators=(",", ":")).encode()


@lru_cache(maxsize=1)
def host(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str | int]:
    """The machine: its name, its CPU's model (empty where Linux tells none, as on ARM), how many CPUs."""
    system = os.uname()
    return {
        "name": system.nodename,
        "cpu": _cpu_model(cpuinfo),
        "arch": system.machine,
        "cpus": len(os.sched_getaffinity(0)),
    }


def _cpu_model(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _iso(moment: datetime) -> str:
    """Like `2026-01-31T12:00:00.000Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
