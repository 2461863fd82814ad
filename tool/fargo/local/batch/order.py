"""Which job of a queue is next: first in, first out, or a fair share for everybody. Pure.

Source: user guide, "Use fair-share scheduling to help schedule jobs"; API reference, FairsharePolicy and
ShareAttributes. AWS does not say along which curve past use is forgotten; here it is an exponential one
whose time constant is `shareDecaySeconds`.
"""

import heapq
import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Protocol

DECAY_SECONDS_DEFAULT = 600
"""What a `shareDecaySeconds` of 0 means. Source: API reference, FairsharePolicy."""
_NOTHING: Mapping[str, float] = {}


class Entry(Protocol):
    """A job, or a whole array whose children follow each other. It is told apart by identity."""

    @property
    def share(self) -> str:
        """Its share identifier; empty in a queue without shares."""

    @property
    def priority(self) -> int:
        """Its scheduling priority: higher goes first, within its share alone."""

    @property
    def vcpu(self) -> float:
        """What it, or each of its children, takes."""


class Order(Protocol):
    """The jobs of a queue that wait, in the order in which they run.

    `usage` is the number of vCPUs that each share has in use now; a share that has none may be left out.
    """

    def push(self, entry: Any) -> None:
        """Add an entry behind those that wait; one of them keeps its place."""

    def push_front(self, entry: Any) -> None:
        """Add an entry ahead of those that wait: a retry goes back to its place."""

    def head(self, usage: Mapping[str, float], now_ms: int = 0) -> Any | None:
        """The entry that is next; it stays. None where nothing waits."""

    def remove(self, entry: Any) -> None:
        """Remove an entry, wherever it is; one that is not there is no error."""

    def first(self, number: int, usage: Mapping[str, float] = _NOTHING, now_ms: int = 0) -> list[Any]:
        """The next entries, in the order in which they would run if none of them ended."""

    def note(self, share: str, vcpu_seconds: float, now_ms: int) -> None:
        """An attempt of `share` ended at `now_ms`, after it used so much."""

    def reserved(self, usage: Mapping[str, float], now_ms: int = 0) -> float:
        """The part of `maxvCpus` to keep free for shares that have no jobs yet, from 0 to 0.99."""

    def active(self, usage: Mapping[str, float], now_ms: int = 0) -> set[str]:
        """The shares that have jobs, or had some within the decay time."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...


def make(policy: Mapping[str, Any] | None) -> Order:
    """The order that a scheduling policy (in the API's words) gives a queue; first in, first out for None."""
    return Fifo() if policy is None else FairShare(policy)


class Fifo:
    """First in, first out. Every operation takes constant time."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Any, None] = OrderedDict()

    def push(self, entry: Any) -> None:
        """See `Order`."""
        self._entries[entry] = None

    def push_front(self, entry: Any) -> None:
        """See `Order`."""
        self._entries[entry] = None
        self._entries.move_to_end(entry, last=False)

    def head(self, usage: Mapping[str, float], now_ms: int = 0) -> Any | None:  # noqa: ARG002 - see Order
        """See `Order`."""
        return next(iter(self._entries), None)

    def remove(self, entry: Any) -> None:
        """See `Order`."""
        self._entries.pop(entry, None)

    pop = remove

    def first(self, number: int, usage: Mapping[str, float] = _NOTHING, now_ms: int = 0) -> list[Any]:  # noqa: ARG002 - see Order
        """See `Order`."""
        return list(islice(self._entries, number))

    def note(self, share: str, vcpu_seconds: float, now_ms: int) -> None:
        """Nothing: past use does not count."""

    def reserved(self, usage: Mapping[str, float], now_ms: int = 0) -> float:  # noqa: ARG002 - see Order
        """Nothing."""
        return 0.0

    def active(self, usage: Mapping[str, float], now_ms: int = 0) -> set[str]:  # noqa: ARG002 - see Order
        """None."""
        return set()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)


Key = tuple[int, int]
"""An entry's place in its share: the negative priority, then its number; smaller goes first."""


class Line:
    """The entries of one share, by priority, then in the order in which they came."""

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._keys: dict[Any, Key] = {}
        self._heap: list[tuple[Key, Any]] = []

    def add(self, entry: Any, number: int) -> None:
        """Put it behind all of its priority with a smaller number. Numbers are never used twice."""
        if number > 0 and entry in self._keys:
            return
        key = (-entry.priority, number)
        self._keys[entry] = key
        heapq.heappush(self._heap, (key, entry))

    def discard(self, entry: Any) -> None:
        """Take it out; one that is not there is no error."""
        self._keys.pop(entry, None)
        # Removed entries leave the heap when they reach its top, or when they are most of it.
        if len(self._heap) > 2 * len(self._keys) + 16:
            self._heap = [(key, each) for each, key in self._keys.items()]
            heapq.heapify(self._heap)

    def head(self) -> tuple[Key, Any]:
        """The first; the line must not be empty."""
        while not self._waits(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0]

    def in_order(self) -> Iterator[tuple[Key, Any]]:
        """All of them, first to last; the first n cost n log n, however many there are."""
        ahead = [(*self._heap[0], 0)] if self._heap else []
        while ahead:
            key, entry, at = heapq.heappop(ahead)
            if self._waits((key, entry)):
                yield key, entry
            for child in range(2 * at + 1, min(2 * at + 3, len(self._heap))):
                heapq.heappush(ahead, (*self._heap[child], child))

    def _waits(self, item: tuple[Key, Any]) -> bool:
        return self._keys.get(item[1]) == item[0]

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._keys)


class FairShare:
    """The share that used the least for its weight goes first; operations cost the number of shares."""

    def __init__(self, policy: Mapping[str, Any]) -> None:
        self._lines: dict[str, Line] = {}
        self._past: dict[str, tuple[float, int]] = {}
        self._back = 0
        self._front = 0
        self.tune(policy)

    def tune(self, policy: Mapping[str, Any]) -> None:
        """Go by this scheduling policy from now on."""
        fair = policy.get("fairsharePolicy") or {}
        weights = {
            item["shareIdentifier"]: item.get("weightFactor", 1.0)
            for item in fair.get("shareDistribution", [])
        }
        self._weights: dict[str, float] = {
            name: weight for name, weight in weights.items() if not name.endswith("*")
        }
        self._prefixes: dict[str, float] = {
            name[:-1]: weight for name, weight in weights.items() if name.endswith("*")
        }
        self._decay_s: int = fair.get("shareDecaySeconds") or DECAY_SECONDS_DEFAULT
        self._reservation = float(fair.get("computeReservation", 0)) / 100
        for share, line in self._lines.items():
            line.weight = self._weight(share)

    def push(self, entry: Any) -> None:
        """See `Order`."""
        self._back += 1
        self._line(entry.share).add(entry, self._back)

    def push_front(self, entry: Any) -> None:
        """See `Order`: ahead of those of its share and priority."""
        self._front -= 1
        self._line(entry.share).add(entry, self._front)

    def head(self, usage: Mapping[str, float], now_ms: int = 0) -> Any | None:
        """See `Order`. Of shares that used the same, the one whose entry came first."""
        best: tuple[float, int] | None = None
        found = None
        for share, line in self._lines.items():
            key, entry = line.head()
            rank = (self._use(share, usage, now_ms) * line.weight, key[1])
            if best is None or rank < best:
                best, found = rank, entry
        return found

    def remove(self, entry: Any) -> None:
        """See `Order`."""
        line = self._lines.get(entry.share)
        if line is not None:
            line.discard(entry)
            if not line:
                del self._lines[entry.share]

    pop = remove

    def first(self, number: int, usage: Mapping[str, float] = _NOTHING, now_ms: int = 0) -> list[Any]:
        """See `Order`: each that is taken counts as use of its share for the next."""
        ahead = []
        for share, line in self._lines.items():
            following = line.in_order()
            key, entry = next(following)
            ahead.append((self._use(share, usage, now_ms) * line.weight, key[1], entry, following))
        heapq.heapify(ahead)
        found: list[Any] = []
        while ahead and len(found) < number:
            use, _, entry, following = heapq.heappop(ahead)
            found.append(entry)
            for key, then in islice(following, 1):
                used = use + entry.vcpu * self._lines[entry.share].weight
                heapq.heappush(ahead, (used, key[1], then, following))
        return found

    def note(self, share: str, vcpu_seconds: float, now_ms: int) -> None:
        """See `Order`."""
        self._past = {
            each: past for each, past in self._past.items() if now_ms - past[1] <= self._decay_s * 1000
        }
        self._past[share] = (self._remembered(share, now_ms) + vcpu_seconds, now_ms)

    def reserved(self, usage: Mapping[str, float], now_ms: int = 0) -> float:
        """See `Order`: (computeReservation / 100) to the power of the number of active shares."""
        shares = len(self.active(usage, now_ms))
        return self._reservation**shares if self._reservation and shares else 0.0

    def active(self, usage: Mapping[str, float], now_ms: int = 0) -> set[str]:
        """See `Order`."""
        recent = {share for share, (_, at) in self._past.items() if now_ms - at <= self._decay_s * 1000}
        return {share for share, vcpu in usage.items() if vcpu > 0} | set(self._lines) | recent

    def _line(self, share: str) -> Line:
        line = self._lines.get(share)
        if line is None:
            line = self._lines[share] = Line(self._weight(share))
        return line

    def _weight(self, share: str) -> float:
        """The weight factor of a share: its own, or that of its prefix, or 1."""
        own = self._weights.get(share)
        if own is not None:
            return own
        return next((weight for prefix, weight in self._prefixes.items() if share.startswith(prefix)), 1.0)

    def _use(self, share: str, usage: Mapping[str, float], now_ms: int) -> float:
        """The vCPUs in use now, and those used on average over the decay time."""
        now = usage.get(share, 0.0)
        return now + self._remembered(share, now_ms) / self._decay_s if share in self._past else now

    def _remembered(self, share: str, now_ms: int) -> float:
        """vCPU-seconds that the share used, as far as they still count."""
        amount, at = self._past.get(share, (0.0, now_ms))
        return amount * math.exp(-max(now_ms - at, 0) / 1000 / self._decay_s)

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def __iter__(self) -> Iterator[Any]:
        return (entry for line in self._lines.values() for entry in line)
