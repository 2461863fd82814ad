"""The app: it takes in what AWS tells, keeps the board, and opens screens by name."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from fargo.errors import FargoError
from fargo.monitor.asker import Asker
from fargo.monitor.board import Board
from fargo.monitor.cache import Cache
from fargo.monitor.keys import EVERYWHERE, bindings
from fargo.monitor.look import ANSI, NO_COLOURS, THEME, Look
from fargo.monitor.mouse import switch_mouse
from fargo.monitor.polling import Told, poll
from fargo.monitor.screens.face import Face
from fargo.monitor.screens.named import make
from fargo.monitor.source import Source
from fargo.view.text import safe
from fargo.watch import Age, Feed, Poller, Seen, Trouble

SETTLE_SECONDS = 0.25
SHARE = 10
"""Recomputing what is shown takes no more than a tenth of the time."""
MESSAGE_SECONDS = 8.0
CLOCK_SECONDS = 5
"""Clocks go up in steps of so many seconds: each step is bytes on somebody's line."""
KEEP_SECONDS = 60.0


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class MonitorApp(App[None]):
    """The monitor.

    Args:
        source: what it is told by and acts through.
        look: what may be drawn.
        now: the time, in UTC.
        cache: where the last snapshot is kept.
        polling: whether AWS is asked at all; a test may tell the board itself.

    Attributes:
        board: all that is known; of the UI's thread.
        message: what was said last, for a while.
    """

    TITLE = "fargo"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]

    def __init__(
        self,
        source: Source,
        *,
        look: Look | None = None,
        now: Callable[[], datetime] = utc_now,
        environ: Mapping[str, str] = os.environ,
        cache: Cache | None = None,
        polling: bool = True,
    ) -> None:
        plain = bool(environ.get("NO_COLOR"))
        super().__init__(ansi_color=plain)
        self.source, self.look, self.now = source, look or Look(), now
        self.board = Board()
        self.message = Text()
        self.mouse_on = True
        self.asker = Asker(source, self.board)
        self._polling, self._cache = polling, cache
        self._dirty = False
        self._settle_at = self._message_until = 0.0
        self._seconds = 0
        self.ansi_theme_dark = ANSI
        self.register_theme(THEME)
        self.theme = NO_COLOURS if plain else THEME.name

    # -- what is asked -------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the jobs, as they were known last, and begin to ask."""
        if self._cache is not None:
            self._cache.load(self.board)
            self.set_interval(KEEP_SECONDS, self.keep)
        self.action_home("jobs")
        self.set_interval(SETTLE_SECONDS, self.settle)
        self.set_interval(1, self._tick)
        if self._polling:
            poll(self)

    def keep(self) -> None:
        """Keep what is known on disk."""
        if self._cache is not None:
            self._cache.save(self.board)

    @on(Worker.StateChanged)
    def broken(self, event: Worker.StateChanged) -> None:
        """A thread ended with an error: say it."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.say_error(event.worker.error)

    def say_error(self, error: BaseException) -> None:
        """Say what a thread ended with."""
        hint = f"; {error.hint}" if isinstance(error, FargoError) and error.hint else ""
        words = error.message if isinstance(error, FargoError) else f"the monitor stumbled: {error!r}"
        self.say(f"{words}{hint}", "bold red")

    @on(Told)
    def told(self, message: Told) -> None:
        """Take in what AWS told; shown at the next settling."""
        event = message.event
        away = self.board.freshness.unreachable
        if event.feed in away and not isinstance(event, Trouble):
            self.asker.hurry(*away, insist=True)  # AWS is there again: the others need not wait either
        delta = self.board.take(event)
        if self.face is not None and isinstance(event, Seen):
            self.face.seen(event)
        if delta or not isinstance(event, Seen) or event.last:
            self._dirty = True

    def begin(self, poller: Poller) -> None:
        """A poller runs: tell it what to ask."""
        self.asker.begin(poller, self._more())

    def rewire(self) -> None:
        """Another screen is on top: ask what it needs."""
        self.asker.wire(self._more())

    def _more(self) -> Sequence[Feed]:
        return self.face.feeds() if self.face is not None else ()

    # -- what is shown -------------------------------------------------------------------------------

    @property
    def face(self) -> Face | None:
        """The screen on top, dialogs aside."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Face)), None)

    @property
    def inside(self) -> bool:
        """Whether there is a screen below the one on top, dialogs aside."""
        return sum(isinstance(screen, Face) for screen in self.screen_stack) > 1

    def age(self, now: datetime) -> Age:
        """How fresh what is shown is."""
        self.board.scope = self.asker.scope
        return self.board.age(now)

    def settle(self) -> None:
        """Show what has changed, and ask for the jobs that live now."""
        begin = time.monotonic()
        if not self._dirty or begin < self._settle_at:
            return
        self._dirty = False
        self.board.count()
        self.asker.follow()
        screen = self.face
        if screen is not None and screen.ready:
            screen.changed()
            screen.refresh_frame()
        self._settle_at = begin + SHARE * (time.monotonic() - begin)

    def refresh_board(self) -> None:
        """Something that is shown was changed here: show it at the next settling."""
        self._dirty = True

    def _tick(self) -> None:
        if self.message and time.monotonic() > self._message_until:
            self.message = Text()
        screen = self.face
        if screen is not None and screen.ready:
            self._seconds += 1
            if self._seconds % CLOCK_SECONDS == 0:
                screen.tick()
            screen.refresh_frame()

    def say(self, words: str, style: str = "") -> None:
        """Say something on the message line, for a while. Of the UI's thread."""
        self.message = Text(safe(words), style=style)
        self._message_until = time.monotonic() + MESSAGE_SECONDS
        if self.face is not None:
            self.face.refresh_frame()

    def acted(self, words: str, style: str) -> None:
        """Something was changed on AWS: say what, and look at once."""
        self.say(words, style)
        self.hurry()

    def hurry(self, *names: str) -> None:
        """Ask these feeds, or all, now."""
        self.asker.hurry(*names)

    # -- screens -------------------------------------------------------------------------------------

    def open(self, name: str, *what: Any) -> None:
        """Open a screen on top of this one: such as `open("job", job_id)`."""
        self.push_screen(make(name, *what))

    def show_jobs(self, words: str) -> None:
        """Go to the jobs, filtered."""
        self.action_home("jobs")
        if self.face is not None:
            self.call_later(self.face.filter_by, words)

    def action_home(self, name: str) -> None:
        """Go to one of the screens that have a number."""
        if not self.is_screen_installed(name):
            self.install_screen(make(name), name)
        while len(self.screen_stack) > 2:  # noqa: PLR2004 # Textual's own, and a home
            self.pop_screen()
        if len(self.screen_stack) > 1:
            if self.screen is not self.get_screen(name):
                self.switch_screen(name)
        else:
            self.push_screen(name)

    async def action_back(self) -> None:
        """Go back to the screen before; from a home there is none."""
        if len(self.screen_stack) > 2:  # noqa: PLR2004 # as above
            self.pop_screen()

    def action_help(self) -> None:
        """Show the keys that work here."""
        if self.face is not None:
            self.push_screen(make("help", self.face))

    def get_system_commands(self, screen: Screen[Any]) -> Iterator[SystemCommand]:
        """What the palette offers: all that has a key here."""
        del screen
        face = self.face
        if face is None:
            return
        for key in face.table:
            if key.action != "command_palette":
                words = key.word or key.help.partition(":")[0].partition(";")[0]
                title = f"{words[:1].upper()}{words[1:]} ({key.shown})"
                more = key.help if key.help != words else ""
                yield SystemCommand(title, more, partial(face.run_later, key.action))

    # -- keys of everywhere --------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Ask no more than once a minute, or as before."""
        self.asker.rest()
        self.say("paused: AWS is asked once a minute; p goes on" if self.asker.resting else "asking again")

    def action_slower(self, factor: float) -> None:
        """Ask so many times less often."""
        self.asker.slower(factor)
        self.say(f"AWS is asked {self.asker.pace}")

    def action_now(self) -> None:
        """Ask AWS now."""
        self.asker.hurry(insist=True)
        self.say("asking AWS")

    def action_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back."""
        self.mouse_on = not self.mouse_on
        switch_mouse(self, on=self.mouse_on)
        words = (
            "the mouse is ours again"
            if self.mouse_on
            else "the mouse is the terminal's: select and copy; M ends it"
        )
        self.say(words)

    def action_leave(self) -> None:
        """Quit; the jobs go on."""
        self.asker.close()
        self.keep()
        self.exit()
