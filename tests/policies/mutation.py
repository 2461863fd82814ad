"""Ways to break each promise in a copy of the real stack.

A mutation names what it changes and not where it stands, so that a module can be cut in two; one that
finds nothing to change is an error.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = r'^(?:(?:resource|data) "{kind}"|{kind}) "{name}" \{{\n.*?^\}}\n'


class Vanished(AssertionError):
    """What a mutation changes is no longer in the stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another text inside the blocks of a kind.

    Attributes:
        policy: the check that must fail.
        kind: the type of the resource or data source, or the kind of another block, such as `module`.
        pattern: what is replaced in each such block, at least once in all.
        replacement: what stands there then, as `re.sub` takes it.
        name: the block's name, a pattern.
        seen_on: the type of the resource that the check then fails on, where it is another.
    """

    policy: str
    kind: str
    pattern: str
    replacement: str = ""
    name: str = r"\w+"
    seen_on: str = ""

    def apply(self, folder: Path) -> None:
        """Change the copy in `folder`.

        Raises:
            Vanished: there is nothing to change.
        """
        block = re.compile(BLOCK.format(kind=self.kind, name=self.name), re.MULTILINE | re.DOTALL)
        counts = [self._apply(file, block) for file in folder.rglob("*.tf")]
        if not any(counts):
            raise Vanished(
                f"no {self.kind} of the stack holds {self.pattern}: say anew how to break {self.policy}"
            )

    def _apply(self, file: Path, block: re.Pattern[str]) -> int:
        count = 0

        def changed(found: re.Match[str]) -> str:
            nonlocal count
            text, times = re.subn(self.pattern, self.replacement, found[0])
            count += times
            return text

        text = block.sub(changed, file.read_text())
        if count:
            file.write_text(text)
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A resource too many."""

    policy: str
    kind: str
    body: str = ""
    seen_on: str = ""

    def apply(self, folder: Path) -> None:
        """Add it to the root module of the copy in `folder`."""
        file = folder / f"{self.policy}_{self.kind}.tf"
        file.write_text(f'resource "{self.kind}" "mutant" {{\n{self.body}\n}}\n')


Mutation = Change | Addition


def copies(mutations: Iterable[tuple[str, Mutation]]) -> Iterator[list[str]]:
    """The names of the mutations, put together so that no copy breaks a policy or changes a kind twice.

    A scan of a copy takes a second or two: one for each mutation would take minutes.
    """
    left = dict(mutations)
    while left:
        taken: set[str] = set()
        chosen = []
        for name, mutation in left.items():
            touched = {mutation.policy, mutation.kind}
            if not touched & taken:
                taken |= touched
                chosen.append(name)
        for name in chosen:
            del left[name]
        yield chosen


def drop(argument: str) -> str:
    """A pattern: an argument on one line."""
    return rf"\n *{argument} *=.*"


def drop_block(name: str) -> str:
    """A pattern: a nested block of the first level, dynamic or not."""
    return rf'\n  (?:dynamic )?"?{name}"? \{{\n(?:.*\n)*?  \}}'


def other(argument: str) -> str:
    """A pattern: an argument with its value on one line; the argument is group 1."""
    return rf"({argument} *=).*"
