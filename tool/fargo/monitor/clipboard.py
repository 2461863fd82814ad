"""Copying: by the terminal itself (OSC 52), and by the desktop's own command where there is one."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from textual.app import App

COMMANDS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("", ("pbcopy",)),
)
"""A variable that must be set for it to work, and the command."""
SECONDS = 2.0


def command(environ: Mapping[str, str] = os.environ) -> tuple[str, ...] | None:
    """The desktop's command that copies its input; None where there is none."""
    for variable, words in COMMANDS:
        if (not variable or environ.get(variable)) and shutil.which(words[0]):
            return words
    return None


def copy(app: App[None], text: str) -> None:
    """Copy a text. Terminals do not tell whether they took it, so both ways are gone."""
    app.copy_to_clipboard(text)
    words = command()
    if words is not None:
        with suppress(OSError, subprocess.TimeoutExpired):  # a display that no longer answers, over ssh
            subprocess.run(
                words,
                input=text.encode(),
                timeout=SECONDS,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
