"""The filter line of a list."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from fargo.monitor.table import JobTable


class FilterInput(Input):
    """The filter line. Enter leaves it, escape empties it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", show=False),
        Binding("down", "screen.leave_filter", show=False),
    ]

    def action_drop(self) -> None:
        """No filter."""
        self.value = ""
        self.screen.query_one(JobTable).focus()
