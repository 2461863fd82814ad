"""How things look: a glyph, a word and a colour for each state; one place for every screen."""

from dataclasses import dataclass
from functools import cache

from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from textual.theme import Theme

from fargo.model.job import Job, JobState
from fargo.view import text

THEME = Theme(
    name="fargo",
    primary="#539bf5",
    secondary="#39c5cf",
    warning="#d29922",
    error="#f47067",
    success="#57ab5a",
    accent="#539bf5",
    foreground="#cdd9e5",
    background="#11151b",
    surface="#171c24",
    panel="#1f2630",
    dark=True,
    variables={"button-focus-text-style": "bold"},
)
ANSI = TerminalTheme(
    (17, 21, 27),
    (205, 217, 229),
    [
        (84, 93, 104), (244, 112, 103), (87, 171, 90), (218, 170, 63),
        (83, 155, 245), (176, 131, 240), (57, 197, 207), (144, 157, 171),
    ],
    [
        (99, 110, 123), (255, 147, 138), (107, 196, 109), (237, 196, 100),
        (108, 182, 255), (220, 189, 251), (86, 212, 221), (205, 217, 229),
    ],
)  # fmt: skip
"""What the colour names of the shared views are here."""

NO_COLOURS = "ansi-dark"
"""Textual's theme under NO_COLOR: of the others it leaves greys."""

STOPPING = ("◍", "magenta")
ASCII = {
    "◌": ".", "◔": "o", "▶": ">", "✔": "v", "✘": "x", "◍": "s", "●": "*", "○": "o", "⚠": "!", "…": "~",
    "▸": "+", "▾": "-", "·": "-", "│": "|", "─": "-", "┬": "+", "├": "|", "↑": "^", "↓": "v",
}  # fmt: skip
SPARKS = "▁▂▃▄▅▆▇█"
ASCII_SPARKS = "_.-~=+*#"

SHORT = {
    JobState.SUBMITTED: "QUEUE",
    JobState.PENDING: "QUEUE",
    JobState.RUNNABLE: "QUEUE",
    JobState.STARTING: "START",
    JobState.RUNNING: "RUN",
    JobState.SUCCEEDED: "OK",
    JobState.FAILED: "FAIL",
}
"""The words where there is little room."""


@cache
def style(words: str) -> Style:
    """A Rich style by its words, such as `bold red`."""
    return Style.parse(words) if words else Style()


@dataclass(frozen=True, slots=True)
class Look:
    """What may be drawn.

    Attributes:
        ascii: nothing but ASCII.
    """

    ascii: bool = False

    def draw(self, words: str) -> str:
        """The words, their glyphs exchanged where only ASCII may be drawn. Never for what a job wrote."""
        return "".join(ASCII.get(each, each) for each in words) if self.ascii else words

    def cut(self, line: Text, width: int) -> Text:
        """The line, with dots at its end where it is longer than so many cells."""
        if line.cell_len <= width:
            return line
        line = line.copy()
        line.truncate(max(width - 1, 0))
        return line.append(self.draw("…")[:width])

    def status(self, job: Job, *, short: bool = False) -> tuple[str, str]:
        """A job's state as glyph and word, and its style."""
        if job.stopping:
            glyph, colour = STOPPING
            word = "STOP" if short else "STOPPING"
        else:
            state = job.shown
            glyph, colour = text.GLYPHS[state], text.STYLES[state]
            word = SHORT[state] if short else state.value
        return f"{self.draw(glyph)} {word}", colour

    def spark(self, values: list[int]) -> str:
        """A bar of one cell for each value."""
        sparks = ASCII_SPARKS if self.ascii else SPARKS
        most = max(values, default=0)
        if not most:
            return sparks[0] * len(values)
        return "".join(sparks[-(-value * (len(sparks) - 1) // most)] for value in values)
