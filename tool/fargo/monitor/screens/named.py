"""Screens by name, each loaded when it is first opened."""

from importlib import import_module
from typing import Any

from textual.screen import Screen

SCREENS = {
    "jobs": "JobsScreen",
    "array": "ArrayScreen",
    "job": "JobScreen",
    "logs": "LogsScreen",
    "queues": "QueuesScreen",
    "runs": "RunsScreen",
    "errors": "ErrorsScreen",
    "failed": "FailedScreen",
    "calls": "CallsScreen",
    "help": "HelpScreen",
}
"""A screen's name → its class, in the module of that name in `screens/`."""


def make(name: str, *what: Any) -> Screen[Any]:
    """A new screen of this name."""
    module = import_module(f"fargo.monitor.screens.{name}")
    screen: Screen[Any] = getattr(module, SCREENS[name])(*what)
    return screen
