"""The options that every command takes: where they may stand, and where fargo repeats them."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from cli_types import Fargo

from fargo import config
from fargo.cli.app import cli
from fargo.cli.options import Everywhere, FargoCommand
from fargo.errors import FargoError
from fargo.local import daemon

LOCAL = Everywhere(local=True)
ALL = Everywhere(
    local=True, project=Path("my project/fargo.toml"), profile="p", region="eu-west-1", json=True
)


@pytest.mark.parametrize(
    ("options", "words", "completed"),
    [
        (Everywhere(), "go on with `fargo up`", "go on with `fargo up`"),
        (LOCAL, "`fargo wait r-1`, or `fargo stop r-1`", "`fargo --local wait r-1`, or `fargo --local stop r-1`"),
        (ALL, "`fargo up`", "`fargo --local --project 'my project/fargo.toml' --profile p --region eu-west-1 up`"),
        (ALL, "`fargo init` or `fargo local status`", "`fargo init` or `fargo local status`"),
        (LOCAL, "fargo up, `docker login`, `fargos`", "fargo up, `docker login`, `fargos`"),
    ],
)  # fmt: skip
def test_commands_in_backticks_get_the_options_that_were_given(
    options: Everywhere, words: str, completed: str
) -> None:
    assert options.completed(words) == completed


def test_a_suggested_command_gets_them_too() -> None:
    assert LOCAL.command("submit work --follow") == "fargo --local submit work --follow"


def _commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _commands(each)


def test_no_option_of_one_command_sets_one_of_everywhere() -> None:
    """click keeps values by name: `monitor --ascii`, once called plain, was refused as --plain."""
    shared = {field.name for field in fields(Everywhere)}
    for command in _commands(cli):
        assert isinstance(command, FargoCommand)
        assert not shared & {option.name for option in command.own_options}, command.name


def _fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def failing() -> Path:
        raise error

    monkeypatch.setattr(config, "find", failing)


def test_a_failure_of_any_part_suggests_commands_for_the_same_target(
    fargo: Fargo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (("--local", "cost", "--region", "x"), ("cost", "--local", "--region", "x")):
        _fail(monkeypatch, FargoError("`fargo up` failed", "again: `fargo up`"))
        assert fargo(*arguments).err == (
            "fargo: `fargo --local --region x up` failed\n  → again: `fargo --local --region x up`\n"
        )
    _fail(monkeypatch, FargoError("no", "`fargo up`"))
    assert json.loads(fargo("--local", "--json", "cost").err)["error"]["hint"] == "`fargo --local up`"


@pytest.mark.parametrize(
    "arguments", [("local", "--json", "status"), ("--json", "local", "status"), ("local", "status", "--json")]
)
def test_groups_of_commands_take_them_too(fargo: Fargo, arguments: tuple[str, ...]) -> None:
    assert daemon.status() is None
    assert json.loads(fargo(*arguments).err)["error"]["kind"] == "LocalAwsError"


def test_what_follows_two_dashes_is_the_jobs(fargo: Fargo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fargo("submit", "wrok", "--", "--json").err.startswith("fargo: ")
    assert fargo("submit", "work", "--memory", "lots", "--", "--json").err.startswith("fargo: ")
    _fail(monkeypatch, RuntimeError("impossible"))
    assert "Traceback" not in fargo("submit", "work", "--", "-v").err
    assert "Traceback" in fargo("submit", "-v", "work").err


@pytest.mark.parametrize(
    "arguments",
    [
        ("submit", "work", "--memory", "lots", "--json"),
        ("submit", "work", "--no-such-option", "--json"),
        ("submti", "--json"),
    ],
)
def test_a_line_that_cannot_be_parsed_is_answered_as_it_asks(
    fargo: Fargo, arguments: tuple[str, ...]
) -> None:
    ended = fargo(*arguments)
    assert ended.code == 2
    assert json.loads(ended.err)["error"]["kind"] == "UsageError"
