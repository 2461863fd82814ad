"""The logs of a job, or of a whole array, on a screen of their own."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer

from fargo.monitor.logpane import LogPane
from fargo.monitor.logsource import LogSource


class LogsScreen(Screen[None]):
    """One source's lines.

    Args:
        source: what is read first.
        whole: the array that it is a child of, or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back"),
        Binding("L", "whole", "All children"),
    ]

    def __init__(self, source: LogSource, whole: LogSource | None = None) -> None:
        super().__init__()
        self._source, self._whole = source, whole

    def compose(self) -> ComposeResult:
        """The pane, and the keys."""
        yield LogPane()
        yield Footer()

    def on_mount(self) -> None:
        """Begin to read."""
        pane = self.query_one(LogPane)
        pane.read(self._source)
        pane.view.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A job that is no child has no siblings."""
        del parameters
        return action != "whole" or self._whole is not None

    def action_whole(self) -> None:
        """Read all children of the array, and the one again."""
        if self._whole:
            self._source, self._whole = self._whole, self._source
            self.query_one(LogPane).read(self._source)
