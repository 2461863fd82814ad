"""Write what the program says about itself: docs/commands.md, docs/project-file.md, the manual page.

Prose around the generated parts of a page stays.

    python docs/reference.py            # write
    python docs/reference.py --check    # fail if something is stale
"""

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from generate import manual, markdown

from fargo.config.settings import TABLES

ROOT = Path(__file__).resolve().parents[1]
MANUAL = "docs/fargo.1"
PAGES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "docs/commands.md": {
        "overview": markdown.overview,
        "everywhere": markdown.everywhere,
        "commands": markdown.commands,
        "exit codes": markdown.exit_codes,
    },
    "docs/project-file.md": {
        name or "head": partial(markdown.settings, name) for name in ("", "jobs", *TABLES)
    },
}
"""File → the parts between `<!-- BEGIN part -->` and `<!-- END part -->`."""


class Unclear(Exception):
    """A page has no place for a part."""


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A page with its generated parts as they should be.

    Raises:
        Unclear: a part has no place, or more than one.
    """
    for name, make in parts.items():
        begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
        found = re.findall(f"{begin}\n.*?{end}", text, re.DOTALL)
        if len(found) != 1:
            raise Unclear(f"no place, or more than one, between {begin} and {end}")
        text = text.replace(found[0], f"{begin}\n\n{make()}\n\n{end}")
    return text


def files() -> dict[str, str]:
    """Every file that is generated or has generated parts → its text as it should be."""
    pages = {name: renewed((ROOT / name).read_text(encoding="utf-8"), parts) for name, parts in PAGES.items()}
    return {**pages, MANUAL: manual.page()}


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    stale = []
    for name, text in files().items():
        file = ROOT / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                file.write_text(text, encoding="utf-8")
    checked = "--check" in arguments
    said = [f"{name} is stale: run `nox -s docs`" if checked else f"{name}: written" for name in stale]
    print("\n".join(said or ["the reference is as the program says"]))
    return 1 if checked and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
