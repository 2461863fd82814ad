"""The thread that asks AWS; what it is told goes to the app as messages."""

import threading
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from fargo.watch import Poller, Recovered, Seen, Trouble

if TYPE_CHECKING:
    from fargo.monitor.app import MonitorApp

AGAIN_SECONDS = 5.0
"""After what nobody foresaw."""


class Told(Message):
    """What the poller told."""

    def __init__(self, event: Seen | Trouble | Recovered) -> None:
        super().__init__()
        self.event = event


def poll(app: "MonitorApp") -> None:
    """Ask AWS until the app ends, in a thread that nobody waits for then: a call may take a minute."""
    threading.Thread(target=_poll, args=(app,), name="poll", daemon=True).start()


def _poll(app: "MonitorApp") -> None:
    """The thread's work: it touches nothing of the UI's."""
    try:
        poller = Poller(app.source.batch)
        app.call_from_thread(app.begin, poller)
        for event in poller.events():
            app.post_message(Told(event))
    except Exception as error:  # noqa: BLE001 # it is shown, and polling begins again
        if app.is_running:
            app.call_from_thread(_stumbled, app, error)


def _stumbled(app: "MonitorApp", error: BaseException) -> None:
    app.say_error(error)
    app.set_timer(AGAIN_SECONDS, partial(poll, app))
