"""Texts by the cells that they take in a terminal, and such parts of them as fit."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import get_character_cell_size as size

from fargo.view.log_lines import harmless

TAB = 8
_JOINERS = str.maketrans("", "", "\u200d\ufe0f")
"""Terminals disagree on how wide what they join is; without them every character stands for itself."""
_UNSEEN = re.compile(
    r"[\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""They take no cell, or turn the direction of what follows."""


def plain(text: str) -> str:
    """A text as a terminal may show it, each character by itself: no colours, no controls, no joined ones."""
    if text.isascii() and text.isprintable():
        return text
    shown = harmless(text, colours=False).expandtabs(TAB).translate(_JOINERS)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", shown)


def cells(text: str) -> int:
    """How many cells a plain text takes."""
    return len(text) if text.isascii() else sum(map(size, text))


def breaks(text: str, width: int) -> Sequence[int]:
    """Where each row of a text that is wrapped begins; no character stands across two rows."""
    return range(0, max(len(text), 1), width) if text.isascii() else _breaks(text, width)


@lru_cache(maxsize=64)
def _breaks(text: str, width: int) -> Sequence[int]:
    """Each row of a line asks for them, and there may be thousands."""
    begins, used = [0], 0
    for place, character in enumerate(text):
        wide = size(character)
        if used + wide > width and place > begins[-1]:
            begins.append(place)
            used = 0
        used += wide
    return begins


def window(text: str, left: int, width: int) -> tuple[int, int, int]:
    """The part of a text that is seen through a window which begins at cell `left`.

    Returns:
        Its begin and end as places in the text, and the cells left free before it: a character that the
        window's edge would halve is not shown.
    """
    if text.isascii():
        return min(left, len(text)), min(left + width, len(text)), 0
    begin = used = 0
    while begin < len(text) and used < left:
        used += size(text[begin])
        begin += 1
    end, free = begin, used - left if used > left else 0
    while end < len(text) and used + size(text[end]) <= left + width:
        used += size(text[end])
        end += 1
    return begin, end, free
