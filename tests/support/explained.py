"""`fargo explain` as a library: a run on a local AWS, explained as a whole or row by row."""

import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from fargo import ledger, runs
from fargo.connection import Connection
from fargo.explain.evidence import Clients
from fargo.explain.explaining import Explanation, explain
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
        state = snapshot(part, self.connection.batch)
        return explain(state, self._clients, labels=labels, project=self.connection.project)

    @cached_property
    def _clients(self) -> Clients:
        here = self.connection
        return Clients(
            session=here.session, batch=here.batch, logs=here.logs, store=here.store, history=here.history
        )


def submit(project: Path, arguments: Sequence[str]) -> str:
    """Submit a job and wait until it has ended; its run's id."""
    command = [sys.executable, "-m", "fargo", "--local"]
    here = {"cwd": project, "capture_output": True, "text": True}
    submitted = subprocess.run([*command, "submit", *arguments], **here, check=True)  # type: ignore[call-overload]
    run = str(submitted.stdout).strip()
    subprocess.run([*command, "wait", run], **here, check=False)  # type: ignore[call-overload]
    return run
