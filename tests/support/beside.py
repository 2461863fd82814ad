"""Commands that run beside a nox session's own: what waits leaves the cores to what computes."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nox


@contextmanager
def beside(
    session: nox.Session, commands: Mapping[str, Sequence[str]], environ: Mapping[str, str]
) -> Iterator[None]:
    """Run commands beside what happens within, and show what each wrote at the end.

    Args:
        session: whose programs they are.
        commands: a name for people => a program of the session, or a path, and its arguments.
        environ: added to the environment.
    """
    logs = Path("build", "logs")  # what a CI that is ended from outside leaves to be read
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_files:
        running = {}
        for name, (program, *arguments) in commands.items():
            log = (logs / f"{name}.log").open("w+", encoding="utf-8", errors="replace")
            output = open_files.enter_context(log)
            argv = [str(Path(session.bin, program)), *arguments]
            environment = {**os.environ, **environ}
            running[name] = output, subprocess.Popen(argv, stdout=output, stderr=output, env=environment)
        try:
            yield
        finally:
            failed = [name for name, (_, child) in running.items() if child.wait()]
            for name, (output, _) in running.items():
                session.log(f"{name}, which ran beside the others:")
                output.seek(0)
                print(output.read(), flush=True)
            if failed:
                session.log(f"failed: {', '.join(failed)}")
        if failed:
            session.error("of what ran beside, not all passed")
