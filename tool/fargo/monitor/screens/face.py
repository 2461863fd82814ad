"""What every screen of the monitor has in common: two lines above, a message and the keys below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click, Resize, ScreenResume
from textual.screen import Screen

from fargo.monitor import headings
from fargo.monitor.keys import EVERYWHERE, Key, footer
from fargo.monitor.textlines import TextLines
from fargo.watch import Feed, Seen

if TYPE_CHECKING:
    from fargo.monitor.app import MonitorApp


FRAME = ("#top", "#message", "#footer")
"""The lines above and below."""


class Footer(TextLines):
    """The keys that matter; a click presses them."""

    def on_click(self, event: Click) -> None:
        """Press the key that was clicked."""
        screen = self.screen
        if not isinstance(screen, Face):
            return
        place = 1
        for key in footer(screen.offered, self.size.width - 1):
            end = place + len(key.shown) + 1 + len(key.word)
            if place <= event.x < end:
                screen.run_later(key.action)
            place = end + 2


class Face(Screen[None]):
    """A screen of the monitor.

    A screen names its keys in KEYS, makes BINDINGS of them, and yields what stands between header and footer
    in `body`.
    """

    DEFAULT_CSS = """
    Face { layout: vertical; background: $background; color: $foreground; }
    Face #top { height: 2; }
    Face .body { height: 1fr; }
    Face #message { height: 1; }
    Face #footer { height: 1; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = []
    NAME: ClassVar[str] = ""
    """Of what it shows, for the help."""
    NEEDS: ClassVar[tuple[str, ...]] = ()
    """Widgets without which it cannot begin."""

    _begun = False

    @property
    def ready(self) -> bool:
        """Whether it has begun and is whole: at its end the children go first, and timers come between."""
        return self._begun and self._is_whole

    @property
    def _is_whole(self) -> bool:
        return all(self.query(each) for each in (*self.NEEDS, *FRAME))

    def on_mount(self) -> None:
        """Begin as soon as that can be."""
        self._begin_once_whole()

    def _begin_once_whole(self) -> None:
        """Begin once the widgets are there, those in containers too, which come after the mount."""
        if self._is_whole:
            self.begin()
        else:
            self.call_after_refresh(self._begin_once_whole)

    def begin(self) -> None:
        """Its widgets are there: show what is known."""
        self._begun = True
        self.refresh_frame()
        self.changed()

    @property
    def monitor(self) -> "MonitorApp":
        """The app: its `source`, `board`, `look`, and `say`."""
        return cast("MonitorApp", self.app)

    @property
    def table(self) -> tuple[Key, ...]:
        """The keys that work here: its own, then those of everywhere that these do not take."""
        taken = {each for key in self.KEYS for each in key.keys.split(",")}
        own = [key for key in self.KEYS if not (key.changes and self.monitor.source.read_only)]
        rest = [key for key in EVERYWHERE if not taken & set(key.keys.split(","))]
        return (*own, *rest)

    @property
    def offered(self) -> tuple[Key, ...]:
        """Those of them that the footer may show: `esc` only where there is a screen to go back to."""
        return tuple(key for key in self.table if key.action != "back" or self.monitor.inside)

    def compose(self) -> ComposeResult:
        """Header, body, message, footer."""
        yield TextLines(id="top")
        yield from self.body()
        yield TextLines(id="message")
        yield Footer(id="footer")

    def body(self) -> ComposeResult:
        """What stands in between: it should have a height of `1fr`."""
        yield from ()

    def feeds(self) -> Sequence[Feed]:
        """What AWS must be asked while this screen is on top, besides jobs and runs."""
        return ()

    def seen(self, event: Seen) -> None:
        """The poller was told something; the board has it already, but for lines."""

    def changed(self) -> None:
        """The board has changed; called four times a second at the most."""

    def tick(self) -> None:
        """A second has passed: repaint what shows a clock."""

    def filter_by(self, words: str) -> None:
        """Show what fits these words, where there is something to filter."""

    def note(self) -> str:
        """A few words for the right end of the message line."""
        return ""

    def run_later(self, action: str) -> None:
        """Do what a key of this screen, or of everywhere, does."""
        name = f"action_{action.partition('(')[0]}"
        namespace = self if hasattr(self, name) else self.app
        self.call_later(self.app.run_action, action, namespace)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """It is on top again: what happened meanwhile is shown."""
        del event
        self.monitor.rewire()
        self.refresh_frame()
        if self.ready:
            self.changed()

    def on_resize(self, event: Resize) -> None:
        """The lines above and below fit the new size."""
        del event
        self.refresh_frame()

    def refresh_frame(self) -> None:
        """Show the lines above and below as they are now."""
        if not self.ready or not self.size.width:
            return
        app, width = self.monitor, self.size.width
        now = app.now()
        age = app.age(now)
        top = (
            headings.title(app.source.title, app.board, age, app.asker.pace, app.look, width),
            headings.counts(app.board, app.board.clock(now), app.look, width),
        )
        self.query_one("#top", TextLines).show(top)
        said = app.message or headings.trouble(app.board, age, now, app.source.title.profile)
        left = Text(" ")
        if said:
            left.append(app.look.draw("⚠ ") if not app.message else "", style=said.style).append_text(said)
        note = Text(self.note(), "bold")
        self.query_one("#message", TextLines).show([headings.sides(left, note, width, app.look)])
        self.query_one("#footer", TextLines).show([headings.keys(self.offered, width)])
