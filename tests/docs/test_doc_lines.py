"""No page names a command or an option that is not there, and every block says what it is."""

import json
import re

import pytest
from doc_lines import every_option, fargo_lines, problem, synopses
from doc_pages import blocks, commands, pages, spans

from fargo.cli.app import cli

NO_OPTIONS = {"--": "ends fargo's own"}
COMMAND = re.compile(rf"(?:\$ )?\s*fargo (?:--local )?(?:{'|'.join(cli.commands)})\b")


@pytest.mark.parametrize("page", pages())
def test_every_command_in_a_block_is_one(page: str) -> None:
    found = [
        (command.place, line, said)
        for block in blocks(page, "sh", "console")
        for command in commands(block)
        for line in fargo_lines(command.text)
        if (said := problem(line))
    ]
    assert found == []


@pytest.mark.parametrize("page", pages())
def test_every_command_in_prose_is_one(page: str) -> None:
    found = [
        (place, line, said)
        for place, span in spans(page)
        if span.startswith("fargo ")
        for line in synopses(span)
        if (said := problem(line, whole=False))
    ]
    assert found == []


@pytest.mark.parametrize("page", [page for page in pages() if not page.startswith("examples/")])
def test_every_option_in_prose_is_one(page: str) -> None:
    known = every_option() | set(NO_OPTIONS)
    found = [
        (place, span)
        for place, span in spans(page)
        if span.startswith("--") and span.split()[0].split("=")[0] not in known
    ]
    assert found == []


@pytest.mark.parametrize("page", pages())
def test_what_a_user_types_is_marked_as_that(page: str) -> None:
    """Else no test runs it."""
    found = [
        f"{block.page}:{block.line}"
        for block in blocks(page)
        if block.language not in ("sh", "console", "yaml")
        and any(
            COMMAND.match(line) and "─" not in line and "[OPTIONS]" not in line
            for line in block.text.splitlines()
        )
    ]
    assert found == []


@pytest.mark.parametrize("page", pages())
def test_json_is_json(page: str) -> None:
    for block in blocks(page, "json"):
        json.loads(block.text)


def test_a_wrong_line_is_found() -> None:
    assert "No such option" in problem("fargo submit work --packs 3")
    assert "No such command" in problem("fargo submitt work")
    assert "Missing" in problem("fargo wait")
    assert problem("fargo wait", whole=False) == ""
    assert problem("fargo local start --executor podman")
    assert problem("fargo submit work --array many")
    assert [problem(each) for each in synopses("fargo wait RUN [--exit-code run|jobs]")][1]
