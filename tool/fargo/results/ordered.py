"""Many calls at once, their answers in order, and never many of them in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

    from fargo.aws.store import Store

T = TypeVar("T")
R = TypeVar("R")

THREADS = 16
"""Calls at once: as many as a client keeps connections."""
WINDOW = 256
"""Calls that are begun ahead of the answer that is wanted next."""


def in_order(store: "Store", call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`call`, of this store, of each item, in the items' order; the first that raises ends it."""
    waiting: deque[Future[R]] = deque()
    with store.threads(THREADS) as pool:
        for item in items:
            waiting.append(pool.submit(call, item))
            if len(waiting) >= WINDOW:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
