"""How much memory the container holds, from its control group, and its groups of processes, from /proc.

The kernel's own high-water mark (`memory.peak`, `memory.max_usage_in_bytes`) counts the page
cache, which any job that reads files grows up to its limit: it would never say that less is
enough. So the memory that cannot be given back is sampled instead. A peak between two samples
is missed here; `ru_maxrss` of the processes catches it where one process makes it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
# By version of the control groups: limit, statistics, and the fields that count.
_V2 = ("memory.max", "memory.stat", (b"anon", b"shmem"))
_V1 = ("memory/memory.limit_in_bytes", "memory/memory.stat", (b"total_rss", b"total_shmem"))
_UNLIMITED = 1 << 60
"""Version 1 says "no limit" with a number near 2^63."""


class MemoryPeak:
    """The largest of the samples taken so far, in bytes; 0 where nothing can be read."""

    def __init__(self, root: Path = _ROOT) -> None:
        self.bytes = 0
        self._stat: Path | None = None
        self._fields: tuple[bytes, ...] = ()
        for limit, stat, fields in (_V2, _V1):
            if _is_limited(root / limit):
                self._stat, self._fields = root / stat, fields
                break

    def sample(self) -> None:
        """Look once."""
        if self._stat is None:
            return
        try:
            lines = self._stat.read_bytes().splitlines()
        except OSError:
            self._stat = None
            return
        pairs = (line.split() for line in lines)
        self.bytes = max(self.bytes, sum(int(value) for name, value in pairs if name in self._fields))


def of_groups(root: Path = Path("/proc")) -> dict[int, int]:
    """What each process group holds now, in bytes: what is resident and not shared, of all its processes.

    Memory that processes share counts for none of them, so that nothing is counted twice.
    """
    held: dict[int, int] = {}
    page = os.sysconf("SC_PAGE_SIZE")
    for process in root.iterdir():
        if process.name.isdecimal():
            # It may end between two reads.
            with suppress(OSError, IndexError):
                # The second field is a program's name, which may hold anything: `) 1`.
                group = int((process / "stat").read_bytes().rpartition(b")")[2].split()[2])
                _, resident, shared, *_ = (process / "statm").read_bytes().split()
                held[group] = held.get(group, 0) + (int(resident) - int(shared)) * page
    return held


def _is_limited(path: Path) -> bool:
    """Whether this is the container's own group: without a limit it may be the whole machine's."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return False
    return text != "max" and int(text) < _UNLIMITED
