"""The pages of the documentation as data: their blocks, the commands in these, and `fargo …` in their prose."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATTERNS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "examples/*/README.md",
    "image/**/*.md",
    "terraform/**/README.md",
)
FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
PROMPT = "$ "


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        page: the file, from the project's root.
        line: that of its fence.
        language: of its fence, such as `sh` or `console`.
        text: what is between the fences.
        before: the page's last words before it.
    """

    page: str
    line: int
    language: str
    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a block.

    Attributes:
        place: page and line.
        text: without the prompt and the comment.
        comment: what stands after it, behind a `#`.
        output: the lines that the page shows below it.
    """

    place: str
    text: str
    comment: str = ""
    output: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What the page says it ends with."""
        said = re.match(r"ends with (\d+)", self.comment)
        return int(said[1]) if said else 0

    @property
    def is_fargo(self) -> bool:
        """Whether it is fargo's, and not another program's."""
        return any(each.split()[:1] == ["fargo"] for each in self.text.split("&&"))


def pages() -> list[str]:
    """Every page, from the project's root."""
    return sorted({str(file.relative_to(ROOT)) for each in PATTERNS for file in ROOT.glob(each)})


def read(page: str) -> str:
    """A page's text."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, *languages: str) -> list[Block]:
    """A page's blocks in one of these languages, in order; without any: all."""
    text, found = read(page), []
    for each in FENCE.finditer(text):
        indent, language, body = each.groups()
        body = re.sub(f"^{indent}", "", body, flags=re.MULTILINE)
        line = text.count("\n", 0, each.start()) + 1
        found.append(Block(page, line, language.strip(), body, text[: each.start()].rstrip()[-200:]))
    return [block for block in found if not languages or block.language in languages]


def commands(block: Block) -> list[Command]:
    """The commands of a block: all lines of `sh`, those with a prompt of `console`."""
    found: list[Command] = []
    lines = iter(enumerate(block.text.splitlines(), block.line + 1))
    for number, line in lines:
        if block.language == "console" and not line.startswith(PROMPT):
            assert found, f"{block.page}:{number}: output before any command"
            found[-1] = _with_output(found[-1], line)
            continue
        whole = line.removeprefix(PROMPT)
        while not _is_whole(whole):
            whole += "\n" + next(lines)[1]
        text, comment = _without_comment(whole)
        if text:
            found.append(Command(f"{block.page}:{number}", text, comment))
    return found


def page_commands(page: str) -> list[Command]:
    """The commands of a page's blocks, in order."""
    return [command for block in blocks(page, "sh", "console") for command in commands(block)]


def spans(page: str) -> Iterator[tuple[str, str]]:
    """The code spans of a page's prose: place and text. A table's `\\|` is a `|`."""
    text = FENCE.sub(lambda block: "\n" * block[0].count("\n"), read(page))
    for each in SPAN.finditer(text):
        yield f"{page}:{text.count(chr(10), 0, each.start()) + 1}", each[1].replace("\\|", "|")


def _with_output(command: Command, line: str) -> Command:
    return Command(command.place, command.text, command.comment, (*command.output, line))


def _is_whole(text: str) -> bool:
    """Whether a shell would not wait for more lines."""
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return not text.endswith("\\")


def _without_comment(text: str) -> tuple[str, str]:
    """A line's command, and its comment."""
    for each in re.finditer(r"(?:^|\s)#", text):
        head = text[: each.start()]
        if _is_whole(head):
            return head.strip(), text[each.end() :].strip()
    return text.strip(), ""
