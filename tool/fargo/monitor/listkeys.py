"""The keys of a list of jobs."""

from fargo.monitor.keys import Key

LISTED: tuple[Key, ...] = (
    Key(keys="enter", action="enter", shown="enter", word="Open", rank=0, help="open the array, or the job"),
    Key(
        keys="l",
        action="logs",
        shown="l",
        word="Logs",
        rank=1,
        help="logs of this job; of an array: of all its children",
    ),
    Key(
        keys="slash",
        action="filter",
        first=True,
        shown="/",
        word="Filter",
        rank=2,
        help="filter: words, !not, status:run,fail and other fields",
    ),
    Key(keys="f", action="failed", shown="f", help="what failed alone, or everything"),
    Key(
        keys="s",
        action="sort",
        shown="s",
        word="Sort",
        rank=5,
        help="choose what to sort by; also a click on a heading",
    ),
    Key(keys="less_than_sign", action="sort_by(-1)", shown="<", help="sort by the column before"),
    Key(keys="greater_than_sign", action="sort_by(1)", shown=">", help="sort by the column after"),
    Key(keys="I", action="invert", shown="I", help="the other way round"),
    Key(keys="space", action="mark", shown="space", word="Mark", rank=5, help="mark, or not"),
    Key(keys="asterisk", action="mark_all", shown="*", help="mark everything in view"),
    Key(keys="u", action="unmark", shown="u", help="no marks"),
    Key(
        keys="escape",
        action="back",
        shown="esc",
        word="Back",
        rank=2,
        help="everything, without a filter; then back",
    ),
)
