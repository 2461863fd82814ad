"""`fargo explain` as a library: a run on a local AWS, explained as a whole or row by row."""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cached_property
from pathlib import Path

from fargo import ledger, runs
from fargo.__main__ import run as main
from fargo.connection import Connection
from fargo.explain.evidence import Clients
from fargo.explain.explaining import Explanation, explain
from fargo.history import recall
from fargo.logs import Labels
from fargo.model.run import Run
from fargo.watch import snapshot


class Explainer:
    """Explains one run of a project that looks deployed to the local AWS."""

    def __init__(self, project: Path, run: str) -> None:
        self.connection = Connection(project / "fargo.toml", local=True)
        self.run = ledger.load(self.connection.store, run)

    def explain(self, row: int | None = None) -> Explanation:
        """The whole run, or the part of it that ran a row."""
        part: Run = self.run if row is None else runs.only_row(self.connection.store, self.run, row)
        labels = Labels(self.run, self.connection.store)
        (state,) = recall((snapshot(part, self.connection.batch),), self.connection.history)
        only = row if any(wave.pack > 1 for wave in self.run.waves) else None
        return explain(state, self._clients, labels=labels, project=self.connection.project, row=only)

    @cached_property
    def _clients(self) -> Clients:
        here = self.connection
        return Clients(
            session=here.session, batch=here.batch, logs=here.logs, store=here.store, history=here.history
        )


def fargo(project: Path, *arguments: str) -> str:
    """A command in this process, whatever its exit code; its stdout."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        main(["--local", "--project", str(project / "fargo.toml"), *arguments])
    return out.getvalue()


def submit(project: Path, arguments: Sequence[str]) -> str:
    """Submit a job and wait until it has ended; its run's id."""
    run = fargo(project, "submit", *arguments).strip()
    assert run
    fargo(project, "wait", run)
    return run
