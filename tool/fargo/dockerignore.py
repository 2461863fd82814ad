"""The rules of a .dockerignore file: which paths of a build context stay at home.

Source: Docker's reference, "Dockerfile → .dockerignore file". Patterns are those of Go's
`filepath.Match`, plus `**` for any number of folders. The last rule that matches a path or one of
the folders above it decides, and `!` turns "stays" into "goes".
"""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from fargo.errors import ImageError

Hits: TypeAlias = tuple[bool, ...]
"""For each rule, whether it matches a path or a folder above it."""

_PIECE = re.compile(r"\*\*/?|\*|\?|\[\^?(?:\\.|[^\]\\])*\]|\\?.", re.DOTALL)
_SET_OPERATOR = re.compile(r"(?<!\\)[\[&|~]")  # of Python's classes, not of Go's
_WILD = re.compile(r"[*?\[\\]")


@dataclass(frozen=True)
class Rule:
    """One line: a pattern, and whether it brings back what an earlier rule left out."""

    pattern: str
    negated: bool = False

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern as a regular expression over a whole path.

        Raises:
            re.error: the pattern is malformed, such as `[a`.
        """
        pieces = _PIECE.findall(self.pattern)
        return re.compile("".join(_translate(piece) for piece in pieces), re.DOTALL)

    @cached_property
    def _parts(self) -> list[str]:
        return self.pattern.split("/")

    def reaches_into(self, folder: str) -> bool:
        """Whether it may match something below the folder: False is certain, True is not."""
        parts = folder.split("/")
        if "**" not in self.pattern and len(parts) >= len(self._parts):
            return False
        for mine, its in zip(self._parts, parts, strict=False):
            if _WILD.search(mine):
                return True
            if mine != its:
                return False
        return True


class Ignore:
    """The rules of one file, in their order."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._negated = [rule for rule in rules if rule.negated]

    def hits(self, path: str, above: Hits = ()) -> Hits:
        """Which rules match the path, given the hits of the folder it lies in (none: the context itself)."""
        inherited = above or (False,) * len(self._rules)
        pairs = zip(self._rules, inherited, strict=True)
        return tuple(hit or rule.regex.fullmatch(path) is not None for rule, hit in pairs)

    def leaves_out(self, hits: Hits) -> bool:
        """Whether a path of these hits stays at home."""
        deciding = (rule for rule, hit in zip(reversed(self._rules), reversed(hits), strict=True) if hit)
        rule = next(deciding, None)
        return rule is not None and not rule.negated

    def may_bring_back(self, folder: str) -> bool:
        """Whether something below a folder that is left out may go in all the same."""
        return any(rule.reaches_into(folder) for rule in self._negated)


def parse(text: str, *, name: str = ".dockerignore") -> Ignore:
    """Read the rules of a file.

    Args:
        text: its content.
        name: what errors call it.

    Raises:
        ImageError: a line is no pattern; the message names the line.
    """
    rules = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.startswith("#") or not line.strip():
            continue
        try:
            rules.append(_rule(line.strip()))
        except (ValueError, re.error) as error:
            said = f"{name}, line {number}: {line.strip()!r} is no pattern: {error}."
            raise ImageError(said, "correct the line, or put a # in front of it") from error
    return Ignore(rules)


def _rule(line: str) -> Rule:
    negated = line.startswith("!")
    pattern = line[1:].strip() if negated else line
    if not pattern:
        raise ValueError("nothing follows the exclamation mark")
    rule = Rule(posixpath.normpath(pattern).lstrip("/") or "/", negated)
    _ = rule.regex  # compiled here, so that a malformed pattern is reported with its line
    return rule


def _translate(piece: str) -> str:
    if piece == "**/":
        return "(?:.*/)?"
    if piece == "**":
        return ".*"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        return piece[0] + _SET_OPERATOR.sub(r"\\\g<0>", piece[1:])
    if piece == "[":
        raise ValueError("a bracket is not closed")
    return re.escape(piece[-1])
