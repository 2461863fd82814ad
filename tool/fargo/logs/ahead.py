"""An iterator whose next item is made while the last one is used."""

import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class _Next(Generic[T]):
    """The next item, made in a thread of its own.

    The thread does not hinder the process from ending: Ctrl-C does not wait for a call's answer.
    """

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._made: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def _make(self) -> None:
        try:
            self._made += [next(self._items)]
        except StopIteration:
            pass
        except BaseException as error:  # noqa: BLE001 # it is raised where the item is asked for
            self._error = error

    def take(self) -> list[T]:
        """The item alone; nothing after the last."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._made


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items. Two of them are in memory: the one that is used, and the next.

    Raises:
        Exception: what the making of an item raises, when that item's turn comes.
    """
    coming = _Next(items)
    while item := coming.take():
        coming = _Next(items)
        yield item[0]
