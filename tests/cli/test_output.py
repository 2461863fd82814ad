"""What goes to a terminal besides words: JSON that cannot drive it, and the bell."""

import io
import json

import pytest

from fargo.__main__ import _tell
from fargo.cli.options import Everywhere
from fargo.cli.output import Output
from fargo.errors import FargoError

HOSTILE = "title\x9d0;owned\x9c del\x7f mark\u200e turned\u202e größe"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_of_every_kind_cannot_drive_a_terminal() -> None:
    out = io.StringIO()
    output = Output(as_json=True, environ={}, stdout=out)
    output.data({"reason": HOSTILE})
    whole = out.getvalue()
    output.record({"reason": HOSTILE})
    line = out.getvalue().removeprefix(whole)
    for written in (whole, line):
        assert json.loads(written) == {"reason": HOSTILE}
        assert written.replace("\n", "").isprintable()
        assert "größe" in written
    assert whole.count("\n") == 3


def test_an_error_as_json_cannot_drive_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert _tell(FargoError(HOSTILE), Everywhere(json=True)) == FargoError.exit_code
    told = capsys.readouterr().err
    assert json.loads(told)
    assert told.strip().isprintable()


@pytest.mark.parametrize(
    ("plain", "environ", "written"),
    [
        (False, {"TERM": "xterm"}, "\x1b]9;run ended\x07\x07"),
        (True, {"TERM": "xterm"}, "\x07"),
        (False, {"TERM": "dumb"}, "\x07"),
    ],
)
def test_a_plain_terminal_is_only_rung(plain: bool, environ: dict[str, str], written: str) -> None:
    stderr = Terminal()
    Output(plain=plain, environ=environ, stdout=Terminal(), stderr=stderr).notify("run\x1b ended")
    assert stderr.getvalue() == written


def test_what_is_no_terminal_is_not_rung() -> None:
    stderr = io.StringIO()
    Output(environ={}, stdout=Terminal(), stderr=stderr).notify("run ended")
    assert stderr.getvalue() == ""
