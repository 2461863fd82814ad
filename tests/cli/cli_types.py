"""Types of the fixtures, for the tests of this folder."""

from collections.abc import Callable
from typing import Any

Fargo = Callable[..., Any]
