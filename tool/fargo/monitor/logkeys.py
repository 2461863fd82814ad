"""The keys of a log."""

from fargo.monitor.keys import Key
from fargo.view.text import plural

JUMPS = {"2": 1, "3": 5, "4": 15, "5": 30, "6": 60}
"""A digit => minutes before the newest line; 0 is the end and 1 the beginning."""

PANE_KEYS: tuple[Key, ...] = (
    Key(keys="slash", action="ask('search')", shown="/", word="Search", rank=1, help="look for words"),
    Key(keys="S", action="ask('save')", shown="S", word="Save", rank=4, help="save the lines that are shown"),
)
VIEW_KEYS: tuple[Key, ...] = (
    Key(keys="n", action="hit(1)", shown="n", word="Next", rank=3, help="next hit"),
    Key(keys="N", action="hit(-1)", shown="N", word="Prev", rank=4, help="previous hit"),
    Key(
        keys="ampersand",
        action="only",
        shown="&",
        word="Hits only",
        rank=6,
        help="hide lines without a hit, or show them again",
    ),
    Key(keys="F", action="turn('follow')", shown="F", word="Follow", rank=2, help="stay at the newest line"),
    Key(keys="w", action="turn('wrap')", shown="w", word="Wrap", rank=2, help="wrap long lines"),
    Key(keys="t", action="turn('times')", shown="t", word="Time", rank=3, help="each line's time, in UTC"),
    Key(
        keys="c",
        action="copy",
        shown="c",
        word="Copy",
        rank=5,
        help="copy the selection, or the hit, or the page",
    ),
    Key(keys="end,G", action="tail", shown="G", help="newest line; also end"),
    Key(keys="home", action="head", shown="home", help="oldest line"),
    Key(keys="up,k", action="rows(-1)", shown="k", help="up; also the arrow"),
    Key(keys="down,j", action="rows(1)", shown="j", help="down; also the arrow"),
    Key(keys="pageup,ctrl+b", action="pages(-1)", shown="pgup", help="a page up"),
    Key(keys="pagedown,ctrl+f,space", action="pages(1)", shown="space", help="a page down; also pgdn"),
    Key(keys="left", action="aside(-1)", shown="left", help="to the left"),
    Key(keys="right", action="aside(1)", shown="right", help="to the right"),
)
JUMP_KEYS: tuple[Key, ...] = (
    Key(keys="0", action="tail", shown="0", help="newest line"),
    Key(keys="1", action="head", shown="1", help="oldest line"),
    *(
        Key(keys=key, action=f"back({minutes})", shown=key, help=f"the last {plural(minutes, 'minute')}")
        for key, minutes in JUMPS.items()
    ),
)
"""In time; where digits mean screens, they are left out."""
