"""Keys: one table a screen, of which its bindings, its footer and its help are made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a key does.

    Attributes:
        keys: as Textual names them, several with commas.
        action: Textual's action: `stop` calls the screen's, else the app's, `action_stop`.
        shown: the key as the footer and the help show it.
        word: for the footer; empty: it never stands there.
        help: a sentence, or a part of one.
        rank: of those that have no room in the footer the highest go first.
        first: whether it comes before whatever has the focus: keys that are typed right after it are for what
            it opens.
        changes: whether it changes something on AWS: refused where the monitor is read-only.
    """

    keys: str
    action: str
    shown: str
    help: str
    word: str = ""
    rank: int = 5
    changes: bool = False
    first: bool = False


EVERYWHERE: tuple[Key, ...] = (
    Key(
        keys="escape",
        action="back",
        shown="esc",
        word="Back",
        rank=2,
        help="back; in a dialog: keep everything as it is",
    ),
    Key(keys="1", action="home('jobs')", shown="1", help="jobs"),
    Key(keys="2", action="home('queues')", shown="2", help="queues"),
    Key(keys="3", action="home('runs')", shown="3", help="runs"),
    Key(keys="4", action="home('errors')", shown="4", help="errors: one line a cause"),
    Key(keys="5", action="home('calls')", shown="5", help="calls of AWS"),
    Key(
        keys="p",
        action="pause",
        shown="p",
        word="Pause",
        rank=6,
        help="pause: ask AWS once a minute at the most",
    ),
    Key(keys="plus,equals_sign", action="slower(2.0)", shown="+", help="ask AWS half as often"),
    Key(keys="minus", action="slower(0.5)", shown="-", help="ask AWS twice as often"),
    Key(keys="ctrl+r", action="now", shown="ctrl-r", help="ask AWS now"),
    Key(
        keys="M",
        action="mouse",
        shown="M",
        help="leave the mouse to the terminal, or take it back",
    ),
    Key(
        keys="colon,ctrl+p",
        action="command_palette",
        shown=":",
        word="Command",
        rank=7,
        help="commands, also ctrl-p",
    ),
    Key(keys="question_mark", action="help", shown="?", word="Help", rank=0, help="these keys"),
    Key(keys="q,ctrl+c", action="leave", shown="q", word="Quit", rank=0, help="quit; jobs go on"),
)
"""They do the same on every screen; a screen's own keys win."""


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """Textual's bindings for a table of keys."""
    return [
        Binding(key.keys, key.action, key.word or key.help, show=False, priority=key.first) for key in keys
    ]


def footer(keys: Sequence[Key], width: int) -> tuple[Key, ...]:
    """The keys that have room in a line of so many cells, in the table's order."""
    shown = [key for key in keys if key.word]
    while shown and footer_length(shown) > width:
        shown.remove(max(reversed(shown), key=lambda key: key.rank))
    return tuple(shown)


def footer_length(keys: Sequence[Key]) -> int:
    """The cells of a footer: a space, `x Stop`, two spaces between."""
    return 1 + sum(len(key.shown) + 1 + len(key.word) for key in keys) + 2 * (len(keys) - 1)
