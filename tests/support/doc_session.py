"""A page as a session: its commands in their order, in a folder of its own, on a local AWS.

What a command prints must hold what the page shows below it. Lines of a page may leave out what was printed
between them; ids, times, sizes and other numbers may differ.
"""

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pytest
from doc_lines import shell_parts
from doc_pages import Command

from fargo.__main__ import run
from fargo.local import daemon

RUN_ID = re.compile(r"\b[a-z][a-z0-9-]*-\d{6}-\d{6}-[a-z0-9]{4}\b")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SUBMIT = re.compile(r"\bfargo (?:--local )?submit\b")
READS = re.compile(r"\bfargo (?:--local )?(?:cost|explain|logs(?! -f)|report|results|retry|show)\b")
"""What a user runs when the run has ended."""
ADDRESS = "127.0.0.1:5151"
"""The local AWS's own, unless another program has the port."""


class _Terminal(io.StringIO):
    """Where tables are drawn as a user sees them."""

    def isatty(self) -> bool:
        return True


@dataclass
class Session:
    """What a user has in front of them.

    Attributes:
        folder: where it began; `cd` leads elsewhere.
        monkeypatch: takes back the folder and the variables.
        base_image: for `fargo init`; empty where the examples' own can be pulled.
        account: whether commands without `--local` mean AWS, and not the local AWS.
        not_run: how a command begins => why it is not run.
        more: how a command begins => what is added to it, so that it takes less time.
        run_stays: whether RUN is that of before, whatever is submitted.
        ended: what happens when a run has ended, which its user has waited for; given the run's id.
        names: what stands for what, such as RUN for a run's id.
    """

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    base_image: str = ""
    account: bool = False
    not_run: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    ended: Callable[[str], None] = lambda _run: None
    names: dict[str, str] = field(default_factory=dict)
    run_stays: bool = False
    _ended: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setenv("NO_COLOR", "1")
        self.monkeypatch.setenv("COLUMNS", "200")
        self.monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    def play(self, commands: Iterable[Command]) -> None:
        """Run commands, and hold them to what the page says.

        Raises:
            AssertionError: another exit code or other output than the page's; a defect of fargo.
        """
        for is_simple, group in groupby(filter(self._is_run, commands), _is_simple):
            if is_simple:
                for command in group:
                    self.one(command)
            else:
                self._shell(list(group))

    def one(self, command: Command) -> str:
        """Run one command of fargo's, with the `cd` and `export` beside it; what it printed on stdout."""
        this = self.names.get("RUN", "")
        if READS.search(command.text) and this and this not in self._ended:
            self._ended.add(this)
            self._fargo([*self._target, "wait", this])
            self.ended(this)
        out = err = ""
        code = 0
        for part in command.text.split("&&"):
            words = shlex.split(self._filled(part))
            if words[0] == "cd":
                self.monkeypatch.chdir(words[1])
            elif words[0] == "export":
                self.monkeypatch.setenv(*words[1].split("=", 1))
            else:
                code, out, err = self._fargo(words[1:])
        self._hold(command.place, command.text, (code, command.exit_code), (out, err), command.output)
        if SUBMIT.search(command.text) and "--dry-run" not in command.text:
            self._name(command, out + err)
        if "retry" in command.text:
            self._ended.discard(this)
        return out

    @property
    def _target(self) -> list[str]:
        return [] if self.account else ["--local"]

    def _is_run(self, command: Command) -> bool:
        return not command.text.startswith(tuple(self.not_run))

    def _fargo(self, words: list[str]) -> tuple[int, str, str]:
        words = ["--yes", *words]
        if "init" in words and self.base_image:
            words += ["--base-image", self.base_image]
        out, err = _Terminal(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(words)
        return code, out.getvalue(), err.getvalue()

    def _shell(self, commands: list[Command]) -> None:
        """Commands of other programs, or of several at once, as one script: they share variables."""
        lines = [
            f"{{ {self._filled(each.text)}\n}} || (exit $(($? - {each.exit_code})))" for each in commands
        ]
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        shown = tuple(line for each in commands for line in each.output)
        texts = "\n".join(each.text for each in commands)
        self._hold(commands[0].place, texts, (ended.returncode, 0), (ended.stdout, ended.stderr), shown)

    def _filled(self, text: str) -> str:
        """The command for this session: on the local AWS, with the ids that there are."""
        text = " ".join(
            [text.strip(), *(more for start, more in self.more.items() if text.startswith(start))]
        )
        if not self.account:
            text = re.sub(r"\bfargo (?!--local\b|local\b|init\b)", "fargo --local ", text)
        if status := daemon.status():
            text = text.replace(ADDRESS, status.endpoint.removeprefix("http://"))
        if "JOB-ID" in text:
            shown = json.loads(self._fargo([*self._target, "show", self.names["RUN"], "--json"])[1])
            text = text.replace("JOB-ID", shown["jobs"][0]["id"])
        known = self.names.values()
        text = RUN_ID.sub(lambda id_: id_[0] if id_[0] in known else self.names.get("RUN", "no-run"), text)
        for name, value in self.names.items():
            text = re.sub(rf"(?<![\w-]){name}(?![\w-])", value, text)
        return text

    def _name(self, command: Command, said: str) -> None:
        """Keep the id of the run that was submitted, under the name that the page gives it."""
        found = RUN_ID.search(said)
        assert found, f"{command.place}: no run's id in {said}"
        given = re.findall(r"\b[A-Z]{3,}\b", command.comment) if "prints" in command.comment else []
        self.names["LAST"] = found[0]
        for name in given or ([] if self.run_stays else ["RUN"]):
            self.names[name] = found[0]
        self.run_stays |= "RUN" in given

    def _hold(
        self, place: str, text: str, codes: tuple[int, int], said: tuple[str, str], shown: tuple[str, ...]
    ) -> None:
        what = f"{place}: {text}\n{said[0]}\n{said[1]}"
        assert codes[0] == codes[1], f"ended with {codes[0]}, not {codes[1]}: {what}"
        assert "Traceback" not in said[1], what
        if missing := not_printed(shown, *said):
            raise AssertionError(f"never printed: {missing!r}\n{what}")


def not_printed(shown: Iterable[str], *streams: str) -> str:
    """The first line that a page shows and no stream had in its place; empty where there is none."""
    left = [[_normal(line) for line in stream.splitlines()] for stream in streams]
    for line in shown:
        if line.strip() in ("", "…"):
            continue
        wanted = _normal(line)
        stream = next((lines for lines in left if wanted in lines), None)
        if stream is None:
            return line
        del stream[: stream.index(wanted) + 1]
    return ""


def _normal(line: str) -> str:
    """A line without what differs from run to run."""
    line = RUN_ID.sub("RUN", COLOUR.sub("", line).replace("--local ", ""))
    line = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{16,}\b", "ID", line)
    line = re.sub(r"(?<![\w./:-])/[\w.+-]+(?:/[\w.+-]+)+", "PATH", line)
    line = re.sub(r"[<+-]?\$?\d(?:[\d,.]*\d)?(?:\+\w+)?", "0", line)
    line = re.sub(r"\b0(?:[smhd]|m0s?|h0m?)\b", "0s", line)
    line = re.sub(r"\b0 (?:bytes|B|[KMGT]i?B)\b", "0 B", line)
    return " ".join(line.split())


def _is_simple(command: Command) -> bool:
    """Whether it is fargo's alone, and needs no shell."""
    parts = shell_parts(command.text)
    words = [part.split()[0] for part in parts if part]
    return {*words} <= {"fargo", "cd", "export"} and command.text.count("&&") == len(parts) - 1
