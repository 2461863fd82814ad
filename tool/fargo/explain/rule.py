"""A rule of `fargo explain`: what a failed container shows → why it failed, and what mends it. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fargo.explain.finding import Fix

RAN = r"^$|^Essential container in task exited"
"""The reason of a container that ran and ended by itself: its exit code and its log tell the rest.

Source: Amazon ECS developer guide, "Stopped tasks error messages"."""
PULL_FAILED = "CannotPullContainerError: "
LINE = 4096
"""Characters of a line that are looked at: patterns take time with it."""
_KILLED = range(129, 193)
"""128 and the number of the signal that killed it. Source: signal(7), POSIX “Exit Status and Errors”."""
_IMAGE = re.compile(
    r'\bref "?(?P<ref>[^\s"]*[/:][^\s"]*[^\s":])'
    r'|(?P<host>\b[\w-]+(?:\.[\w-]+)+(?::\d+)?)/[^\s"]*[^\s":]'
    r"|\bsha256:[0-9a-f]+"
)
"""What names an image in the words of a pull: nothing in a name tells why."""
_NOTHING = re.compile(r"\s*|\s+(at |\.\.\. |[|+]).*|fargo-run: .*")
"""Lines after a log's end: blank ones, the frames of a stack, and the runner's about the row."""
_OPTIONAL = re.compile(r"<([^<>]*)>")
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a container that failed shows.

    Attributes:
        reason: AWS's words, the container's or the job's.
        lines: the last lines of its log, oldest first.
        stopped: somebody asked AWS Batch to cancel or to terminate it.
    """

    exit_code: int | None = None
    reason: str = ""
    lines: tuple[str, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Holds where all holds that it names.

    Words may name values, such as `{run}`: those of the job, and the named groups of its patterns. A part in
    `<…>` is left out where one of its values is not known, and so is a fix.

    Attributes:
        cause: a sentence.
        reason: a pattern to be found in AWS's words, whatever the case; empty: any. The names of images
            in the words of a pull are not looked at.
        log: a pattern to be found in the log's last lines: the last place counts; empty: any. Of what a
            signal killed the log is not asked, unless `exit_codes` names it.
        ends: the log must end with it: what a program went on from is no cause.
        exit_codes: one of these; empty: any, or none.
        stopped: somebody asked for it.
        services: those that it had to reach, by their endpoints' names: the network on the way is looked at.
    """

    id: str
    cause: str
    reason: str = ""
    log: str = ""
    ends: bool = False
    exit_codes: Collection[int] = ()
    stopped: bool = False
    fixes: tuple[Fix, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, with what its patterns found.

    Attributes:
        line: the log line that says so; empty where the log was not asked.
    """

    rule: Rule
    values: Mapping[str, str]
    line: str = ""


def first(rules: Iterable[Rule], seen: Seen) -> Match | None:
    """The first of the rules that holds; None: what is seen is known to none of them."""
    return next((match for rule in rules if (match := _match(rule, seen))), None)


def mentioned(rules: Iterable[Rule], lines: Iterable[str]) -> str:
    """The line that the first of the rules finds anywhere in a log; empty where none does."""
    log = "\n".join(lines)
    found = (place for rule in rules if rule.log and (place := _last(rule.log, log)))
    return next(map(_line_of, found), "")


def filled(words: str, values: Mapping[str, str]) -> str:
    """Words with their values; empty where one that they need is not known."""
    kept = _OPTIONAL.sub(lambda part: part[1] if _known(part[1], values) else "", words)
    return _NAME.sub(lambda name: values[name[1]], kept) if _known(kept, values) else ""


def fixes(match: Match, values: Mapping[str, str]) -> tuple[Fix, ...]:
    """What mends it, with these values and those of the match."""
    known = {**values, **match.values}
    told = []
    for fix in match.rule.fixes:
        words, command = filled(fix.words, known), filled(fix.command, known)
        if words and (command or not fix.command):
            told.append(Fix(words, command))
    return tuple(told)


def _match(rule: Rule, seen: Seen) -> Match | None:
    if (rule.stopped and not seen.stopped) or (rule.exit_codes and seen.exit_code not in rule.exit_codes):
        return None
    values = {} if seen.exit_code is None else {"exit_code": str(seen.exit_code)}
    values |= {"reason": seen.reason} if seen.reason else {}
    if rule.reason:
        found = re.search(rule.reason, _words(seen.reason), re.IGNORECASE)
        if found is None:
            return None
        values |= _image(seen.reason) | _groups(found)
    if not rule.log:
        return Match(rule, values)
    if seen.exit_code in _KILLED and seen.exit_code not in rule.exit_codes:
        return None
    place = _last(rule.log, "\n".join(seen.lines))
    if place is None or (rule.ends and not _is_end(place)):
        return None
    return Match(rule, values | _groups(place), _line_of(place))


def _words(reason: str) -> str:
    """AWS's words without the names of images, and of web addresses their hosts alone."""
    if not reason.startswith(PULL_FAILED):
        return reason
    return _IMAGE.sub(lambda name: f"{name['host']}/…" if name["host"] else "…", reason)


def _image(reason: str) -> dict[str, str]:
    found = next(filter(None, (name["ref"] for name in _IMAGE.finditer(reason))), "")
    return {"image": found} if found else {}


def _last(pattern: str, log: str) -> re.Match[str] | None:
    """The last place of a pattern."""
    places = list(re.finditer(pattern, log, re.MULTILINE))
    return places[-1] if places else None


def _is_end(place: re.Match[str]) -> bool:
    _, *after = place.string[place.end() :].split("\n")
    return all(map(_NOTHING.fullmatch, after))


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {name: text.strip() for name, text in found.groupdict().items() if text}


def _line_of(found: re.Match[str]) -> str:
    """The whole line in which it ends."""
    begin, end = found.string.rfind("\n", 0, found.end()) + 1, found.string.find("\n", found.end())
    return found.string[begin : None if end < 0 else end].strip()


def _known(words: str, values: Mapping[str, str]) -> bool:
    return all(values.get(name) for name in _NAME.findall(words))
