import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from fargo.deploy.merge import SideBySide, interrupts


def test_both_sources_are_heard_to_their_ends() -> None:
    assert sorted(SideBySide(iter([1, 2, 3]), iter([10, 20]))) == [1, 2, 3, 10, 20]


def test_they_run_at_the_same_time() -> None:
    met = threading.Barrier(2, timeout=60)

    def waits(word: str) -> Iterator[str]:
        met.wait()
        yield word

    assert sorted(SideBySide(waits("a"), waits("b"))) == ["a", "b"]


def test_nothing_starts_before_it_is_read() -> None:
    """What minds an interrupt is set up by the reader: work that had begun before would not be asked to end."""
    began: list[str] = []

    def works() -> Iterator[str]:
        began.append("work")
        yield "done"

    both = SideBySide(works(), ())
    assert began == []
    assert list(both) == ["done"]


def test_where_the_first_fails_the_other_is_not_waited_for() -> None:
    forever = threading.Event()
    ended = threading.Event()

    def failing() -> Iterator[str]:
        yield "a"
        raise ValueError("first")

    def endless() -> Iterator[str]:
        forever.wait()
        ended.set()
        yield "never"

    with pytest.raises(ValueError, match="first"):
        list(SideBySide(failing(), endless()))
    assert not ended.is_set()
    forever.set()


def test_where_the_other_fails_the_first_is_finished() -> None:
    def failing() -> Iterator[int]:
        raise ValueError("beside")
        yield 0

    heard = []
    with pytest.raises(ValueError, match="beside"):
        for item in SideBySide(iter([1, 2, 3]), failing()):
            heard.append(item)  # noqa: PERF402 # the list must hold what came before the error
    assert heard == [1, 2, 3]


def test_the_other_can_be_left_once_the_first_has_ended() -> None:
    forever = threading.Event()

    def endless() -> Iterator[int]:
        forever.wait(30)
        yield 0

    both = SideBySide(iter([1, 2]), endless())
    assert [next(both), next(both)] == [1, 2]
    both.leave_beside()
    assert list(both) == []
    forever.set()


def test_ctrl_c_asks_once_and_raises_nothing_and_is_ours_no_more_afterwards() -> None:
    asked: list[str] = []
    with interrupts(lambda: asked.append("please")) as interrupt:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.requested
    assert asked == ["please"]
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
