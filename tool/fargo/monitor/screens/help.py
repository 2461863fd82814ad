"""The keys that work on a screen, from its own table."""

from collections.abc import Iterable

from rich.text import Text

from fargo.monitor.keys import Key
from fargo.monitor.screens.dialogs import Panel
from fargo.monitor.screens.face import Face

MOVING = (
    ("up down", "one line; also k and j"),
    ("pgup pgdn", "one page"),
    ("g g, G", "the first, the last line; also home and end"),
)


def help_text(own: Iterable[Key], rest: Iterable[Key]) -> Text:
    """Two tables of keys and what they do."""
    found = Text()
    for title, rows in (
        ("Here", [(key.shown, key.help) for key in own]),
        ("Moving", MOVING),
        ("Everywhere", [(key.shown, key.help) for key in rest]),
    ):
        found.append(f"{title}\n", style="bold")
        for shown, words in rows:
            found.append(f"  {shown:<10}", style="bold cyan").append(f"{words}\n")
    found.rstrip()
    return found


class HelpScreen(Panel):
    """The help of a screen."""

    def __init__(self, face: Face) -> None:
        own = [key for key in face.table if key in face.KEYS]
        rest = [key for key in face.table if key not in face.KEYS]
        super().__init__(f"Keys: {face.NAME}", help_text(own, rest))
