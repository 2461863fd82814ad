"""Words that are looked for in the lines of a log view."""

import re
from collections.abc import Iterable

from fargo.monitor.lines import Line, Ring

REACH = 500
"""Characters beyond what is seen of a line, in which a hit that is half seen may begin or end."""


class Search:
    """A search and what it found.

    Args:
        words: a regular expression; what is none is looked for as it stands. Small letters find capitals too.

    Attributes:
        hits: the numbers of the lines that hold the words, rising, among those that were taken in.
        current: the hit that was gone to last.
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.hits: list[int] = []
        self.current: int | None = None
        flags = re.IGNORECASE if words == words.lower() else re.NOFLAG
        try:
            self._pattern = re.compile(words, flags)
        except re.error:
            self._pattern = re.compile(re.escape(words), flags)

    def take(self, lines: Iterable[tuple[int, Line]]) -> list[int]:
        """Look through numbered lines that come after those looked through before.

        Returns:
            The new hits.
        """
        fits = self._pattern.search
        fresh = [number for number, line in lines if not line.mark and fits(line.text)]
        self.hits += fresh
        return fresh

    def forget(self, ring: Ring) -> None:
        """Let go of hits in lines that the ring has dropped."""
        if self.hits and self.hits[0] < ring.first:
            self.hits = [number for number in self.hits if number >= ring.first]
        if self.current is not None and self.current < ring.first:
            self.current = None

    def step(self, by: int, here: int) -> int | None:
        """Go on to the next hit.

        Args:
            by: 1 for the next, -1 for the previous one; beyond the last comes the first.
            here: the number of the line from which to go where no hit was gone to yet; it may be the hit.

        Returns:
            The number of its line; None where there is no hit.
        """
        start = here - by if self.current is None else self.current
        beyond = [each for each in self.hits if (each > start if by > 0 else each < start)]
        found = beyond or self.hits
        self.current = (found[0] if by > 0 else found[-1]) if found else None
        return self.current

    def spans(self, text: str, begin: int = 0, end: int | None = None) -> list[tuple[int, int]]:
        """Where the words stand in a text, near its part from `begin` to `end`."""
        end = len(text) if end is None else end
        found = self._pattern.finditer(text, max(begin - REACH, 0), end + REACH)
        return [each.span() for each in found if each.end() > each.start()]

    def standing(self) -> str:
        """Like `3/120 hits`."""
        if not self.hits:
            return "no hit"
        count = f"{len(self.hits):,} hit{'s' * (len(self.hits) != 1)}"
        return f"{self.hits.index(self.current) + 1:,}/{count}" if self.current in self.hits else count
