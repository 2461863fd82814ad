"""The keys of a log view."""

from textual.binding import Binding, BindingType

from fargo.view.text import plural

JUMPS = {"2": 1, "3": 5, "4": 15, "5": 30, "6": 60}
"""A digit => minutes before the newest line; 0 is the end and 1 the beginning."""

KEYS: list[BindingType] = [
    Binding("up,k", "rows(-1)", "Up", show=False),
    Binding("down,j", "rows(1)", "Down", show=False),
    Binding("pageup,ctrl+b", "pages(-1)", "Page up", show=False),
    Binding("pagedown,ctrl+f,space", "pages(1)", "Page down", show=False),
    Binding("left", "aside(-1)", "To the left", show=False),
    Binding("right", "aside(1)", "To the right", show=False),
    Binding("home,1", "head", "Oldest line", show=False),
    Binding("end,G,0", "tail", "Newest line", show=False),
    *(
        Binding(key, f"back({minutes})", f"Last {plural(minutes, 'minute')}", show=False)
        for key, minutes in JUMPS.items()
    ),
    Binding("F", "turn('follow')", "Follow"),
    Binding("w", "turn('wrap')", "Wrap"),
    Binding("t", "turn('times')", "Time"),
    Binding("n", "hit(1)", "Next"),
    Binding("N", "hit(-1)", "Previous"),
    Binding("ampersand", "only", "Hits only"),
    Binding("c", "copy", "Copy", show=False),
]
