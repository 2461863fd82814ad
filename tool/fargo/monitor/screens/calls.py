"""The latest calls of AWS, each with the `aws` command that asks the same: a log like others."""

from collections import deque
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fargo.aws.journal import KEPT, Call
from fargo.monitor.keys import Key, bindings
from fargo.monitor.lines import Line, line
from fargo.monitor.logkeys import PANE_KEYS, VIEW_KEYS
from fargo.monitor.logpane import LogPane
from fargo.monitor.logview import LogView
from fargo.monitor.screens.face import Face

COPIED = {"copy": "copy the selection; else the `aws` command of the hit, or of the latest call"}


def call_line(call: Call) -> Line:
    """When, which service and operation, how long, how it ended, and the command."""
    again = f", sent {call.retries + 1} times" if call.retries else ""
    ended = f"{call.failure or 'ok'}{again}"
    words = f"{call.operation:<22} {call.seconds * 1000:>6,.0f} ms  {ended:<14}  {call.command}"
    return line(words, call.at, prefix=call.service)


VIEWED = tuple(replace(key, help=COPIED.get(key.action, key.help)) for key in VIEW_KEYS)
"""The digits stay what they are on other screens of their own."""


class CallsView(LogView, inherit_bindings=False):
    """Calls as lines; what is copied is a command."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(VIEWED)]

    def __init__(self) -> None:
        super().__init__(kept=KEPT)
        self.calls: deque[Call] = deque(maxlen=KEPT)

    def action_copy(self) -> None:
        """Copy what is selected; else the command of the hit that was gone to, or of the latest call."""
        text = self.screen.get_selected_text()
        if not text and self.calls:
            found = self.search.current if self.search else None
            text = self.calls[-1 if found is None else found - self.ring.first].command
        if text:
            self.post_message(self.Copied(text))


class CallsPane(LogPane):
    """The calls, with what a log offers."""

    def make_view(self) -> LogView:
        """Calls."""
        return CallsView()

    def heading(self) -> str:
        """What they are."""
        return f"Calls of AWS, the last {KEPT}"

    def suggested(self) -> str:
        """A file for them."""
        return "aws-calls.log"


class CallsScreen(Face):
    """What was asked of AWS, how long it took and how it ended."""

    NAME = "calls"
    KEYS: ClassVar[tuple[Key, ...]] = (*PANE_KEYS, *VIEWED)
    _taken = 0

    def body(self) -> ComposeResult:
        """The pane alone."""
        yield CallsPane(classes="body")

    def on_mount(self) -> None:
        """Show what there is."""
        pane = self.query_one(CallsPane)
        pane.read(None, empty="nothing was asked of AWS yet")
        pane.view.focus()
        self.tick()

    def tick(self) -> None:
        """Show the calls that came since."""
        view = self.query_one(CallsView)
        self._taken, calls = self.monitor.source.journal.since(self._taken)
        if calls:
            view.calls.extend(calls)
            view.append(map(call_line, calls))
