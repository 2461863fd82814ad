"""What the helps promise, and the pages that are made of them."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import ModuleType

import click
import pytest
from cli_types import Fargo

from fargo.cli.app import cli
from fargo.cli.init import _examples
from fargo.cli.options import Everywhere, FargoCommand, FargoGroup

ROOT = Path(__file__).parents[2]


def commands(group: FargoGroup, *path: str) -> Iterator[tuple[str, FargoCommand]]:
    yield " ".join(("fargo", *path)), group
    for name, command in group.commands.items():
        if isinstance(command, FargoGroup):
            yield from commands(command, *path, name)
        else:
            assert isinstance(command, FargoCommand)
            yield " ".join(("fargo", *path, name)), command


ALL = dict(commands(cli))
EXAMPLES = [example for command in ALL.values() for example in command.examples]


@pytest.mark.parametrize("path", ALL)
def test_every_command_says_what_it_does_takes_and_is_typed_like(path: str) -> None:
    command = ALL[path]
    assert command.help
    assert command.examples or path.startswith("fargo local ")
    for param in command.params:
        assert isinstance(param, click.Argument | click.Option)
        assert param.help, param.name
        assert param.help.endswith("."), param.name


@pytest.mark.parametrize("path", ["fargo", "fargo local"])
def test_the_list_of_commands_has_a_whole_sentence_a_line(
    fargo: Fargo, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = fargo(*path.split()[1:], "--help").out.partition("Commands:\n")[2].splitlines()
    group = ALL[path]
    assert isinstance(group, FargoGroup)
    assert [line.split()[0] for line in lines] == list(group.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)


@pytest.mark.parametrize("path", ALL)
def test_an_example_fits_beside_what_it_is_for(path: str) -> None:
    assert all(len(line) <= 98 for line in ALL[path].example_lines())


def lines(example: str) -> Iterator[list[str]]:
    """The arguments of each fargo in a line of a shell."""
    words = shlex.shlex(re.sub(r'eval "\$\((.*)\)"', r"\1", example), posix=True, punctuation_chars=True)
    words.whitespace_split = True
    for punctuation, part in groupby(words, key=lambda word: set(word) <= set("&|>;")):
        name, *arguments = part
        if not punctuation and name == "fargo":
            yield arguments


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_typed(example: str) -> None:
    """Each fargo command in it is parsed, and not run."""
    found = list(lines(example))
    assert found
    for rest in found:
        command: click.Command = cli
        name, arguments = "fargo", rest
        ctx = click.Context(cli, obj=Everywhere())
        while isinstance(command, FargoGroup):
            ctx = command.make_context(name, arguments, parent=ctx)
            name, command, arguments = command.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
        command.make_context(name, arguments, parent=ctx)


def test_init_names_the_examples_that_there_are(fargo: Fargo) -> None:
    told = re.search(r"What to start from: (.*?)\.", " ".join(fargo("init", "--help").out.split()))
    assert told
    assert sorted(re.split(r", | or ", told[1])) == _examples()


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "docs")
    import reference

    return reference


def test_the_reference_is_as_the_program_says(
    reference: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reference.main(["--check"]) == 0, capsys.readouterr().out


def test_a_stale_page_fails_the_check_and_keeps_its_prose(
    reference: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("pictures"))
    page = tmp_path / "docs" / "commands.md"
    fresh = page.read_text(encoding="utf-8")
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    page.write_text(fresh.replace("Run again what failed.", "Old."), encoding="utf-8")
    assert reference.main(["--check"]) == 1
    assert "docs/commands.md is stale: run `nox -s docs`" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert page.read_text(encoding="utf-8") == fresh
    page.write_text(fresh.replace("<!-- END exit codes -->", ""), encoding="utf-8")
    with pytest.raises(reference.Unclear, match="exit codes"):
        reference.main(["--check"])


@pytest.mark.skipif(shutil.which("man") is None, reason="no man on this machine")
def test_the_manual_page_is_shown_without_a_warning() -> None:
    shown = subprocess.run(
        ["man", "--warnings", "-l", ROOT / "docs" / "fargo.1"], capture_output=True, text=True, check=True
    )
    assert shown.stderr == ""
    assert all(path in shown.stdout for path in ALL)


def test_version_names_the_parts(fargo: Fargo) -> None:
    from fargo import __version__

    ended = fargo("--version")
    lines = dict(re.split(r" {2,}|(?<=\]) +", line, maxsplit=1) for line in ended.out.splitlines()[1:])
    assert (ended.code, ended.out.splitlines()[0]) == (0, f"fargo, version {__version__}")
    found = fargo("--version", "--json").json
    assert lines["stack"] == found["stack"]
    assert lines["boto3"] == found["packages"]["boto3"]
    assert lines["[local]"] == f"moto {found['extras']['local']['moto']}"


def test_version_names_what_is_not_there(fargo: Fargo, monkeypatch: pytest.MonkeyPatch) -> None:
    from fargo.cli import version

    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(version.EXTRAS, "web", "no-such-package")
    assert "Terraform     not on the PATH\n" in fargo("--version").out
    assert "[web]         pip install 'fargo[web]'\n" in fargo("--version").out
    found = fargo("--json", "--version").json
    assert (found["terraform"], found["extras"]["web"]) == (None, {"no-such-package": None})
