"""One Terraform process: its argument list, its environment, its lines as they come."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

KEPT_PREFIX = "TF_TOKEN_"


def arguments(binary: str, command: str, *args: str, **options: Any) -> list[str]:
    """The argument list of a Terraform command, as python-terraform spells it.

    python-terraform makes the list and does not run it: its own runner keeps all output until
    the end, gives the child our whole environment and lets Ctrl-C reach it twice.

    Args:
        binary: Terraform.
        command: the command, such as `apply` or `state rm`.
        args: positional arguments.
        options: `True` for a flag that takes no value, else the value.
    """
    from python_terraform import IsFlagged, Terraform

    spelled = {name: IsFlagged if value is True else value for name, value in options.items()}
    argv: list[str] = Terraform(terraform_bin_path=binary).generate_cmd_string(command, *args, **spelled)
    return argv


def environment(environ: Mapping[str, str], *more: Mapping[str, str]) -> dict[str, str]:
    """What a Terraform process gets: no TF_ setting of the user's reaches into our stack, but tokens."""
    base = {k: v for k, v in environ.items() if not k.startswith("TF_") or k.startswith(KEPT_PREFIX)}
    base |= {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    for part in more:
        base |= part
    # An empty AWS variable is not the same as none to every SDK.
    return {k: v for k, v in base.items() if v}


POLL_SECONDS = 0.05
QUIET_SECONDS = 1.5
"""So long has Terraform said nothing when an interrupt is passed on: no call has just begun."""
PATIENCE_SECONDS = 20.0
"""So long is such a moment waited for."""
STOPPING = "stopping at the next quiet moment\n"


class Process:
    """Terraform, running in a session of its own so that Ctrl-C reaches it only through `interrupt`.

    It writes to a file that is read as it grows, not to a pipe: where fargo itself is killed,
    Terraform goes on to its end and writes its state, instead of dying at its next line.

    Attributes:
        interrupted: whether an interrupt was passed on.
        errors: what it wrote to stderr, once it has ended.
    """

    def __init__(self, argv: list[str], *, folder: Path, environ: Mapping[str, str]) -> None:
        self._out = tempfile.NamedTemporaryFile("wb", prefix="fargo-terraform-")  # noqa: SIM115 # closed in `lines`
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 # likewise
        self._asked: float | None = None
        self.interrupted = False
        self._spoke = time.monotonic()
        self._child = subprocess.Popen(
            argv,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._errors,
            start_new_session=True,
        )
        self.errors = ""

    def lines(self) -> Iterator[str]:
        """What it prints, line by line, until it ends. `errors` and `code` hold after that."""
        with self._errors, self._out, Path(self._out.name).open(encoding="utf-8", errors="replace") as reader:
            yield from self._follow(reader)
            self._errors.seek(0)
            self.errors = self._errors.read()

    def _follow(self, reader: TextIO) -> Iterator[str]:
        line = ""
        while True:
            ended = self._child.poll() is not None
            while part := reader.readline():
                self._spoke = time.monotonic()
                line += part
                if line.endswith("\n"):
                    yield line
                    line = ""
            if ended:
                break
            if self._asked is not None and not self.interrupted:
                yield from self._pass_on(self._asked)
            time.sleep(POLL_SECONDS)
        if line:
            yield line

    @property
    def code(self) -> int:
        """Its exit code."""
        return self._child.wait()

    def interrupt(self) -> None:
        """Ask it to end at the next quiet moment, once: a second interrupt would make it drop what it knows.

        Not at once: an interrupt cancels the calls that are under way, and AWS may have created by
        then what Terraform never hears of. A resource that AWS is still working on is known.
        """
        self._asked = self._asked or time.monotonic()

    def _pass_on(self, asked: float) -> Iterator[str]:
        now = time.monotonic()
        if now - self._spoke >= QUIET_SECONDS or now - asked >= PATIENCE_SECONDS:
            self.interrupted = True
            self._child.send_signal(signal.SIGINT)
            yield STOPPING
