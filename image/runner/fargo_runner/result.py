"""The result object: one per row, written last, so that partial outputs never look complete."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from fargo_runner import __version__

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Sequence

    from fargo_runner.child import Ended
    from fargo_runner.outputs import Stored
    from fargo_runner.task import Task

VERSION = 1
"""Grows when a reader of the former version would misread the object."""


def document(task: Task, ended: Ended, stored: Sequence[Stored]) -> bytes:
    """The result as JSON.

    Times are UTC, sizes bytes, durations seconds; `bytes_in` and `bytes_out` count what the
    runner moved for the command, not what the command moved itself.
    """
    content = {
        "version": VERSION,
        "row": task.row,
        "wave": task.wave,
        "attempt": task.attempt,
        "job_id": task.job_id,
        "command": list(task.command),
        "exit_code": ended.exit_code,
        "signal": ended.signal,
        "problem": ended.problem,
        "started": _iso(ended.started),
        "stopped": _iso(ended.stopped),
        "seconds": round(ended.seconds, 3),
        "peak_memory_bytes": ended.peak_memory_bytes,
        "cpu_seconds": round(ended.cpu_seconds, 3),
        "bytes_in": 0,
        "bytes_out": sum(each.size for each in stored),
        "outputs": [asdict(each) for each in stored],
        "runner": __version__,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def _iso(moment: datetime) -> str:
    """Like `2026-01-31T12:00:00.000Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
