"""All jobs: the monitor's first screen."""

from textual.app import ComposeResult
from textual.widgets import Static

from fargo.monitor.screens.face import Face


class JobsScreen(Face):
    """The jobs, arrays folded."""

    NAME = "jobs"

    def body(self) -> ComposeResult:
        yield Static("", classes="body")
