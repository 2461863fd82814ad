"""How long fargo takes to deploy and to take down, beside Terraform alone on the same stack.

    python benchmarks/deploy.py

Two fresh local AWS, one after the other, with the same stack. Terraform alone does what a careful person
types: `init`, `plan -out`, `apply` of that plan; `plan`; the same with a new image; `destroy`. fargo does
`up`, `plan`, `up` with a changed Dockerfile, `down --yes`. Printed: the seconds of both and their ratio; of
fargo's, those that passed outside of any Terraform process, which are its own; and what Terraform waited
for. Needs Terraform, the AWS provider and a Docker engine (the image is an empty one).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import local_aws  # noqa: E402
from projects import write_project  # noqa: E402

from fargo.aws.session import Session, Target  # noqa: E402
from fargo.terraform import mirror  # noqa: E402

STEPS = ("up", "plan", "up, new image", "down")
REGION = "us-east-1"
LONGEST = 4
# Terraform, with the moments of its start and end written down.
TIMED = """#!/bin/sh
begun=$(date +%s.%N)
"{terraform}" "$@"
code=$?
echo "$begun $(date +%s.%N)" >> "{log}"
exit $code
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its seconds, those of them in a Terraform process, and what was printed."""

    seconds: float
    inside: float
    said: str


class Machine:
    """A folder with Terraform in front of the PATH that writes down when it ran."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._log = folder / "times"
        program = folder / "bin" / "terraform"
        program.parent.mkdir()
        program.write_text(TIMED.format(terraform=shutil.which("terraform"), log=self._log))
        program.chmod(0o755)
        self.environ = {**environ, "PATH": f"{program.parent}:{environ['PATH']}"}

    def step(self, run: Callable[[], str]) -> Step:
        """Do one step."""
        self._log.write_text("")
        begun = time.time()
        said = run()
        return Step(time.time() - begun, _covered(self._log.read_text()), said)

    def run(self, *argv: str, cwd: Path) -> str:
        """Run a program to its good end; what it printed.

        Raises:
            SystemExit: it ended badly.
        """
        done = subprocess.run(argv, cwd=cwd, env=self.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr


def _covered(log: str) -> float:
    """The seconds that at least one of the spans covers."""
    total = end = 0.0
    for line in sorted(log.splitlines()):
        first, last = map(float, line.split())
        total += max(0.0, last - max(first, end))
        end = max(end, last)
    return total


def fargo(machine: Machine) -> Iterator[Step]:
    """The steps of fargo."""
    project = write_project(machine.folder / "project", "bench")

    def command(*words: str) -> Callable[[], str]:
        argv = [sys.executable, "-m", "fargo", "--local", *words]
        return lambda: machine.run(*argv, cwd=project)

    yield machine.step(command("up", "--yes"))
    yield machine.step(command("plan"))
    (project / "Dockerfile").write_text("FROM scratch\nCOPY fargo.toml /\n")
    yield machine.step(command("up", "--yes"))
    yield machine.step(command("down", "--yes"))


def terraform(machine: Machine, stack: Path) -> Iterator[Step]:
    """The same steps of Terraform alone, on a copy of the stack that fargo wrote."""
    variables = stack / "terraform.tfvars.json"

    def command(*commands: str) -> Callable[[], str]:
        return lambda: "".join(machine.run("terraform", *each.split(), cwd=stack) for each in commands)

    apply = ("plan -input=false -no-color -out=plan", "apply -input=false -no-color plan")
    yield machine.step(command("init -input=false", *apply))
    yield machine.step(command("plan -input=false"))
    variables.write_text(json.dumps(json.loads(variables.read_text()) | {"image_tag": "another"}))
    yield machine.step(command(*apply))
    yield machine.step(command("destroy -auto-approve -input=false -no-color"))


@contextmanager
def machine(*, endpoint: str, environ: Mapping[str, str]) -> Iterator[Machine]:
    """A machine with a folder of its own, that talks to the local AWS at `endpoint`."""
    with tempfile.TemporaryDirectory(prefix="fargo-benchmark-") as name:
        folder = Path(name)
        session = Session(Target.LOCAL, REGION, endpoint=endpoint)
        provider = mirror.configure(os.environ, home=Path.home(), folder=folder)
        asked = {**environ, **session.environment(environ), **provider}
        # An empty value takes a variable away.
        yield Machine(folder, {name: value for name, value in asked.items() if value})


def main() -> None:
    """Print one line per step."""
    environ = {**os.environ, "PYTHONPATH": str(_ROOT / "tool")}
    with tempfile.TemporaryDirectory(prefix="fargo-benchmark-") as kept:
        stack = Path(kept) / "stack"
        with local_aws() as endpoint, machine(endpoint=endpoint, environ=environ) as ours:
            environ["XDG_STATE_HOME"] = ours.environ["XDG_STATE_HOME"] = os.environ["XDG_STATE_HOME"]
            steps = []
            for step in fargo(ours):
                steps.append(step)
                if not stack.exists():
                    made = ours.folder / "project" / ".fargo" / "local" / "stack"
                    shutil.copytree(
                        made, stack, ignore=shutil.ignore_patterns(".terraform*", "adopt.tf.json")
                    )
        with local_aws() as endpoint, machine(endpoint=endpoint, environ=environ) as plain:
            alone = list(terraform(plain, stack))
    print(f"{'':14} {'Terraform':>10} {'fargo':>8} {'ratio':>6} {'its own':>8}   (seconds)")
    for name, theirs, mine in zip(STEPS, alone, steps, strict=True):
        own = mine.seconds - mine.inside
        share = own / mine.seconds
        print(
            f"{name:14} {theirs.seconds:10.1f} {mine.seconds:8.1f} {mine.seconds / theirs.seconds:6.2f}"
            f" {own:8.1f} = {share:.0%}"
        )
    print("\nwhat Terraform alone waited for:")
    waits = re.findall(
        r"^(\S+): (Creation|Destruction) complete after (?:(\d+)m)?(\d+)s",
        alone[0].said + alone[3].said,
        re.MULTILINE,
    )
    for address, what, minutes, seconds in sorted(waits, key=lambda w: -int(w[2] or 0) * 60 - int(w[3]))[
        :LONGEST
    ]:
        print(f"  {int(minutes or 0) * 60 + int(seconds):4} s  {what.lower()} of {address}")


if __name__ == "__main__":
    main()
