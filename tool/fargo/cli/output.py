"""stdout is data, stderr is narration: the only module that writes to either."""

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text


MARGIN = 3
"""Cells that a live display leaves free: the terminal writes `^C` there, and a line that it made longer than
the terminal is wide would not be taken back whole."""
BLOCK = 64 * 1024
"""Characters that are written at once, where there are so many."""
BLOCK_LINES, BLOCK_SECONDS = 50, 0.1
"""How often the time is looked at, and how long a line waits for others."""
_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON that cannot drive a terminal: JSON itself escapes only the controls below a blank.

    Args:
        value: what to write.
        indent: blanks before each level's lines; None: all in one line.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isprintable() else _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class ReaderGone(Exception):
    """Whoever read our stdout went away, as `head` does: there is nobody left to say anything to."""


class Renders(Protocol):
    """Something that has a face at each moment."""

    def render(self) -> "RenderableType":
        """That face."""


class Output:
    """Where a command's words go.

    Args:
        as_json: data is JSON.
        plain: no colours, no live display: lines only.
        environ: `NO_COLOR` and `TERM` are honoured by Rich; `TERM=dumb`, `CI` and `FARGO_ACCESSIBLE`, for
            those who have the screen read to them, mean plain.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        plain: bool = False,
        environ: Mapping[str, str] = os.environ,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.json = as_json
        self._stdout = stdout or sys.stdout
        self._stderr = stderr or sys.stderr
        named = ("CI", "FARGO_ACCESSIBLE")
        dumb = environ.get("TERM") == "dumb" or any(environ.get(name) for name in named)
        self.plain = plain or dumb or not self._stdout.isatty()
        self.colours = not self.plain and not environ.get("NO_COLOR")
        self.live = not plain and not dumb and self._stderr.isatty()
        self._display: Console | None = None

    @property
    def width(self) -> int:
        """The terminal's columns; 80 where there is none."""
        return shutil.get_terminal_size().columns

    def data(self, value: Any) -> None:
        """A command's result as JSON, on stdout."""
        self._write(as_json(value, indent=2) + "\n")

    def record(self, value: Any) -> None:
        """One line of NDJSON on stdout, at once."""
        self.line(as_json(value))

    def lines(self, lines: Iterable[str]) -> int:
        """Many lines of data on stdout, in blocks; how many they were."""
        block: list[str] = []
        size = count = 0
        due = time.monotonic() + BLOCK_SECONDS
        try:
            for line in lines:
                count += 1
                size += len(line)
                block.append(line)
                if size >= BLOCK or (not count % BLOCK_LINES and time.monotonic() > due):
                    whole, block, size = block, [], 0
                    self._write("\n".join(whole) + "\n")
                    due = time.monotonic() + BLOCK_SECONDS
        finally:
            # What was read before a failure, or Ctrl-C, is written.
            if block:
                self._write("\n".join(block) + "\n")
        return count

    def line(self, text: str) -> None:
        """One line of data on stdout, at once: above a live display where both share a terminal."""
        if self._display is not None and self._stdout.isatty():
            from rich.text import Text

            self._display.print(Text(text), soft_wrap=True)
            return
        self._write(text + "\n")

    def styled(self, text: "Text") -> None:
        """One line of data on stdout, in its colours where there are any."""
        if not self.colours:
            self._write(text.plain + "\n")
            return
        from rich.console import Console

        Console(file=self._stdout).print(text, soft_wrap=True)

    def _write(self, text: str) -> None:
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except BrokenPipeError as error:
            raise ReaderGone from error

    def table(self, renderable: "RenderableType", *, crop: bool = True) -> None:
        """A table on stdout.

        Args:
            crop: no line is longer than the terminal is wide; else the terminal breaks it, and what is copied
                from there is whole.
        """
        from rich.console import Console

        Console(file=self._stdout).print(renderable, crop=crop)

    def say(self, text: str = "", style: str = "") -> None:
        """A line of narration on stderr."""
        if not self.live:
            self._stderr.write(text + "\n")
            self._stderr.flush()
            return
        from rich.text import Text

        self._console().print(Text(text, style=style), soft_wrap=True)

    def notify(self, text: str) -> None:
        """Ring the terminal's bell, and have it show the text where it can: OSC 9, which iTerm2 came with.

        A plain terminal is only rung.
        """
        if self._stderr.isatty():
            words = "".join(character for character in text if character.isprintable())
            self._stderr.write(f"\x1b]9;{words}\x07\x07" if self.live else "\x07")
            self._stderr.flush()

    def _console(self) -> "Console":
        from rich.console import Console

        return self._display or Console(file=self._stderr)

    @contextmanager
    def showing(self, view: Renders, *, reads: bool = False) -> Iterator[None]:
        """Keep `view` on the terminal while the work goes on, four times a second.

        Args:
            reads: the work may read what is typed.
        """
        if not self.live:
            yield
            return
        from rich.console import Console
        from rich.constrain import Constrain

        from fargo.cli.display import Display
        from fargo.cli.keyboard import unheard

        console = self._display = Console(file=self._stderr)
        live = Display(lambda: Constrain(view.render(), console.width - MARGIN), console)
        try:
            with nullcontext() if reads else unheard(self._stderr), live:
                yield
        finally:
            self._display = None
