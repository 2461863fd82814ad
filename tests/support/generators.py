"""What tests do with the generators of `fargo.deploy`."""

from collections.abc import Generator
from typing import Any, TypeVar

R = TypeVar("R")


def result(events: Generator[Any, None, R]) -> R:
    """Read a generator to its end, and give what it returns."""
    while True:
        try:
            next(events)
        except StopIteration as end:
            value: R = end.value
            return value
