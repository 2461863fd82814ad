"""CloudWatch Logs' filter patterns for JSON, as far as comparisons of text and existence go.

    { ($.a.b = "text*") && (($.c != "x") || ($.a.d NOT EXISTS)) }

`*` stands for any characters. A line that is no JSON object fits no such pattern. Source: CloudWatch
Logs user guide, "Using filter patterns to match terms in JSON log events". Numbers, arrays, regular
expressions and IS are not among what is understood.
"""

import fnmatch
import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Test = Callable[[Any], bool]

_MISSING = object()
_TOKEN = re.compile(
    r'\s*(?:(?P<mark>[(){}]|&&|\|\|)|(?P<path>\$(?:\.[\w-]+)+)'
    r'|(?P<verb>!=|=|NOT\s+EXISTS\b|EXISTS\b)|"(?P<quoted>[^"\\]*)"|(?P<bare>[\w*.-]+))\s*'
)  # fmt: skip


@lru_cache(maxsize=64)
def compiled(pattern: str) -> Test | None:
    """A test of a parsed line; None where the pattern is not of the kind that is understood."""
    try:
        return _Reader(_tokens(pattern)).whole()
    except (ValueError, IndexError):
        return None


def matches(test: Test, message: str) -> bool:
    """Whether a line fits."""
    try:
        line = json.loads(message)
    except ValueError:
        return False
    return isinstance(line, dict) and test(line)


def _tokens(pattern: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None or match.lastgroup is None:
            raise ValueError(pattern)
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Reader:
    """Reads tokens by descent: `||` of `&&` of a comparison or a pattern in parentheses."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens

    def whole(self) -> Test:
        self._take("{")
        test = self._any()
        self._take("}")
        if self._tokens:
            raise ValueError(self._tokens)
        return test

    def _any(self) -> Test:
        tests = self._chain("||", self._all)
        return tests[0] if len(tests) == 1 else lambda line: any(test(line) for test in tests)

    def _all(self) -> Test:
        tests = self._chain("&&", self._one)
        return tests[0] if len(tests) == 1 else lambda line: all(test(line) for test in tests)

    def _chain(self, mark: str, read: Callable[[], Test]) -> list[Test]:
        tests = [read()]
        while self._tokens[:1] == [("mark", mark)]:
            self._take(mark)
            tests.append(read())
        return tests

    def _one(self) -> Test:
        kind, word = self._tokens.pop(0)
        if (kind, word) == ("mark", "("):
            test = self._any()
            self._take(")")
            return test
        if kind != "path":
            raise ValueError(word)
        names = word.split(".")[1:]
        verb = self._tokens.pop(0)[1].split()
        if verb[-1] == "EXISTS":
            wanted = len(verb) == 1
            return lambda line: (_at(line, names) is not _MISSING) == wanted
        kind, value = self._tokens.pop(0)
        if kind not in ("quoted", "bare") or verb[0] not in ("=", "!="):
            raise ValueError(value)
        fits, equal = re.compile(fnmatch.translate(value.replace("[", "[[]"))).match, verb[0] == "="
        return lambda line: bool(fits(_text(_at(line, names)))) == equal

    def _take(self, mark: str) -> None:
        if self._tokens.pop(0) != ("mark", mark):
            raise ValueError(mark)


def _at(line: Any, names: list[str]) -> Any:
    for name in names:
        if not isinstance(line, dict) or name not in line:
            return _MISSING
        line = line[name]
    return line


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is _MISSING else json.dumps(value)
