"""A log with its title, a prompt for what to look for, and a line that says how it stands."""

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from fargo.monitor import BROWSER, clipboard
from fargo.monitor.keys import bindings
from fargo.monitor.logkeys import PANE_KEYS
from fargo.monitor.logsource import LogSource, Look, Reading
from fargo.monitor.logview import LogView
from fargo.view.text import plural, safe

if TYPE_CHECKING:
    from fargo.monitor.app import MonitorApp

ASKS = {
    "search": "look for (a regular expression; enter: go, esc: no)",
    "save": "save to (enter: save, esc: no)",
}


class Prompt(Input):
    """A line to type in; escape gives it up.

    Attributes:
        asks: `search` or `save`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Close", show=False)]
    asks = "search"

    class GivenUp(Message):
        """Nothing is wanted any more."""

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self.cursor_blink = False  # a blinking cursor writes to the terminal all day

    def action_give_up(self) -> None:
        """Close without doing anything."""
        self.post_message(self.GivenUp())


class LogPane(Vertical):
    """The lines of one source at a time, read by a thread while they come."""

    DEFAULT_CSS = """
    LogPane { height: 1fr; }
    LogPane LogView { height: 1fr; }
    LogPane #log-title { height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    LogPane #log-note { height: auto; max-height: 2; padding: 0 1; color: $text-warning; display: none; }
    LogPane Prompt { height: 1; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(PANE_KEYS),
        Binding("escape", "forget", "Look for nothing", show=False),
    ]

    class Came(Message):
        """What a look at a source gave.

        Attributes:
            of: which reading it belongs to.
        """

        def __init__(self, of: threading.Event, look: Look) -> None:
            super().__init__()
            self.of, self.look = of, look

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:  # noqa: A002 # Textual's word
        super().__init__(id=id, classes=classes)
        self.source: LogSource | None = None
        self._reading = threading.Event()  # set: this reading ends

    def compose(self) -> ComposeResult:
        """Title, lines, note, prompt."""
        yield Static(id="log-title", markup=False)
        yield self.make_view()
        yield Static(id="log-note", markup=False)
        yield Prompt()

    def make_view(self) -> LogView:
        """The widget for the lines."""
        return LogView()

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    # Reading

    def read(self, source: LogSource | None, *, empty: str = "no job is chosen", after: float = 0) -> None:
        """Show this source's lines from now on, and no other's.

        Args:
            source: None: nothing.
            empty: what is said then.
            after: seconds until AWS is asked: whoever passes by asks nothing.
        """
        self._reading.set()
        self._reading = threading.Event()
        self.source = source
        self.view.clear()
        self._say("reading …" if source else empty)
        if source:
            self._look(source, self._reading, after)

    @work(thread=True, group="logs", exit_on_error=False)
    def _look(self, source: LogSource, end: threading.Event, after: float) -> None:
        end.wait(after)
        reading = Reading(source)
        while not end.is_set():
            for look in reading.looks():
                if end.is_set():
                    return
                self.post_message(self.Came(end, look))
                if look.over:
                    return
            end.wait(reading.pause())

    def on_unmount(self) -> None:
        """Nobody reads any more."""
        self._reading.set()

    @on(Came)
    def _take(self, came: Came) -> None:
        came.stop()
        if came.of is self._reading:
            if came.look.lines:
                self.view.append(came.look.lines)
            self._say(came.look.note)

    # What is said

    def _say(self, note: str) -> None:
        """How the lines stand: in their place, where there are none."""
        view, shown = self.view, safe(note)
        view.instead = shown
        line = self.query_one("#log-note", Static)
        line.display = bool(shown and len(view.ring))
        line.update(shown)
        view.refresh()
        self._entitle()

    @on(LogView.Changed)
    def _entitle(self) -> None:
        words = cast("MonitorApp", self.app).look.draw(f" {self.heading()} · {self.view.words()}")
        self.query_one("#log-title", Static).update(words, layout=False)

    def heading(self) -> str:
        """Whose lines they are."""
        return f"Log · {safe(self.source.title)}" if self.source else "Log"

    def tell(self, words: str, style: str = "") -> None:
        """Say something on the app's message line."""
        cast("MonitorApp", self.app).say(words, style)

    # Asking

    def action_ask(self, what: str) -> None:
        """Open the prompt: for `search` or `save`."""
        prompt, view = self.query_one(Prompt), self.view
        prompt.asks = what
        prompt.placeholder = ASKS[what]
        with prompt.prevent(Input.Changed):
            prompt.value = self.suggested() if what == "save" else view.search.words if view.search else ""
        prompt.display = True
        prompt.cursor_position = len(prompt.value)
        prompt.focus()

    def suggested(self) -> str:
        """What a file with the lines may be called."""
        return self.source.file_name if self.source else "log.txt"

    @on(Input.Changed)
    def _typing(self, changed: Input.Changed) -> None:
        changed.stop()
        if self.query_one(Prompt).asks == "search":
            self.view.look_for(changed.value, jump=False)

    @on(Input.Submitted)
    def _typed(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        if self.query_one(Prompt).asks == "search":
            self.view.look_for(submitted.value)
        elif BROWSER in os.environ:
            self.tell("a page writes no files on the machine that serves it; c copies", "yellow")
        elif submitted.value:
            self._save(submitted.value)
        self._close()

    @on(Prompt.GivenUp)
    def _close(self) -> None:
        prompt = self.query_one(Prompt)
        prompt.display = False
        self.view.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape belongs to whoever is around, where nothing is looked for."""
        del parameters
        return action != "forget" or self.view.search is not None

    def action_forget(self) -> None:
        """Look for nothing any more, and show all lines."""
        self.view.look_for("")

    # Taking out

    def _save(self, name: str) -> None:
        """Write the lines that are shown; never over a file that is there."""
        file = Path(os.path.expanduser(name))  # noqa: PTH111 # pathlib's own fails where nobody is called so
        try:
            with file.open("x", encoding="utf-8") as target:
                target.write(self.view.saved())
        except FileExistsError:
            self.tell(f"{file} exists: nothing was written; choose another name", "bold red")
        except OSError as error:
            self.tell(f"{file} was not written: {error.strerror or error}", "bold red")
        else:
            count = plural(sum(1 for _ in self.view.rows.shown()), "line")
            self.tell(f"{count} saved to {file.resolve()}")

    @on(LogView.Copied)
    def _copy(self, copied: LogView.Copied) -> None:
        copied.stop()
        clipboard.copy(self.app, copied.text)
        self.tell(f"{plural(copied.text.count(chr(10)) + 1, 'line')} copied")
