"""Work that goes on side by side, seen as one stream; and Ctrl-C, asked for once and waited for."""

import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from fargo.errors import Interrupted, TerraformFailed

E = TypeVar("E")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Ended:
    """A source's last word: what it raised, if anything."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class SideBySide(Iterator[E]):
    """Two sources that run at the same time, each in a daemon thread, read as one.

    They start with the first reading: a reader that minds interrupts minds them by then.
    The first matters more: where it fails, its error is raised at once and the other is left
    behind. Where the other fails, the first is waited for, then that error is raised.

    Args:
        first: what must come to its own end.
        beside: what may be left.
    """

    def __init__(self, first: Iterable[E], beside: Iterable[E]) -> None:
        self._said: queue.SimpleQueue[tuple[bool, E | _Ended]] = queue.SimpleQueue()
        self._ended: dict[bool, _Ended] = {}
        self._to_start = [(first, True), (beside, False)]

    def leave_beside(self) -> None:
        """Wait for the other no longer: where the process ends, its thread ends with it."""
        self._said.put((False, _Ended()))

    def __next__(self) -> E:
        while self._to_start:
            threading.Thread(target=self._feed, args=self._to_start.pop(0), daemon=True).start()
        while len(self._ended) < 2:  # noqa: PLR2004 # two sources
            is_first, item = self._said.get()
            if not isinstance(item, _Ended):
                return item
            self._ended.setdefault(is_first, item)
            if is_first and item.error:
                raise item.error
        if error := self._ended[False].error:
            raise error
        raise StopIteration

    def _feed(self, source: Iterable[E], is_first: bool) -> None:
        error: BaseException | None = None
        try:
            for item in source:
                self._said.put((is_first, item))
        except BaseException as raised:  # noqa: BLE001 # raised again by __next__, in the reader's thread
            error = raised
        self._said.put((is_first, _Ended(error)))


class Interrupt:
    """Whether one of `SIGNALS` came."""

    requested = False


@contextmanager
def interrupts(react: Callable[[], None]) -> Iterator[Interrupt]:
    """Within, Ctrl-C calls `react` once and raises nothing: what runs is asked to end and waited for.

    So do SIGTERM and a terminal that closes: they too must not leave work half done. Outside the
    main thread, where no signal arrives, it does nothing.
    """
    state = Interrupt()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if not state.requested:
            state.requested = True
            react()

    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    previous = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield state
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def interruptible(stop: Callable[[], None], events: Iterator[E], after: str) -> Iterator[E]:
    """Terraform's events, with Ctrl-C passed on once.

    Args:
        stop: asks it to end.
        events: of what runs.
        after: what holds once it was interrupted.

    Raises:
        Interrupted: it was, and has ended.
    """
    with interrupts(stop) as interrupt:
        try:
            yield from events
        except TerraformFailed as error:
            if interrupt.requested:
                raise Interrupted("interrupted; Terraform has ended in good order", after) from error
            raise
    if interrupt.requested:
        raise Interrupted("interrupted; Terraform has ended in good order", after)
