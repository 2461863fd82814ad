"""What the runner costs over the bare command: time and memory, on this machine.

    python benchmarks/runner.py [--rounds 15] [--rows 300]

S3 is a scripted one on loopback, so the figures are the runner's own work and no network's. The command is
`true`: what is left is cost. The ways alternate, so that what else this machine does meets all of them;
each time is the median of its rounds. The memory is the most that the runner's process held until its last
command ran.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tests" / "runner")]

from scripted_s3 import ScriptedS3  # noqa: E402 found by the line above

RUNNER = str(_ROOT / "image" / "runner" / "bin" / "fargo-run")
COMMAND = "true"


@dataclass(frozen=True)
class Way:
    """One way to run the command: how often it runs, in an environment of its own."""

    name: str
    argv: tuple[str, ...]
    environ: dict[str, str]
    runs: int = 1

    def milliseconds(self) -> float:
        """Run it once: wall time for all of it."""
        begun = time.perf_counter()
        subprocess.run([*self.argv, COMMAND], env=self.environ, check=True)
        return (time.perf_counter() - begun) * 1000

    def megabytes(self) -> float:
        """Run it once with a command that asks for the peak of its parent, the runner; 0 without one."""
        if not self.argv:
            return 0
        # Half a second, so that all is imported that the end of a row needs.
        ask = f"sleep {0.5 / self.runs}; grep VmHWM /proc/$PPID/status"
        command = [*self.argv, "sh", "-c", ask]
        done = subprocess.run(command, env=self.environ, check=True, capture_output=True, text=True)
        return max(int(line.split()[1]) for line in done.stdout.splitlines()) / 1024


@contextmanager
def ways(rows: int) -> Iterator[list[Way]]:
    """Bare; one row; one row with a column; packed rows."""
    s3 = ScriptedS3()
    # This Python's own folder first: a developer's python3 may be a wrapper that costs more than all else.
    plain = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    task = plain | {
        "FARGO_RUN": "run-1",
        "FARGO_BUCKET": "workspace",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_ENDPOINT_URL": s3.url,
    }
    table = task | s3.rows(*({"a": f"value {row}"} for row in range(rows)))
    under = (RUNNER, "--")
    try:
        yield [
            Way("the bare command", (), plain),
            Way("fargo-run, one row without columns", under, task),
            Way("fargo-run, one row of a manifest", under, table),
            Way(f"fargo-run, {rows} packed rows", under, table | {"FARGO_PACK": str(rows)}, rows),
        ]
    finally:
        s3.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rows", type=int, default=300)
    options = parser.parse_args()
    with ways(options.rows) as all_ways:
        seen: dict[str, list[float]] = {way.name: [] for way in all_ways}
        for _ in range(options.rounds):
            for way in all_ways:
                seen[way.name].append(way.milliseconds())
        peaks = {way.name: way.megabytes() for way in all_ways}
    medians = [statistics.median(each) for each in seen.values()]
    print(f"{'':36}{'ms':>9}{'over bare':>11}{'peak MB':>9}")
    for (name, peak), median in zip(peaks.items(), medians, strict=True):
        print(f"{name:36}{median:9.1f}{median - medians[0]:11.1f}{peak:9.1f}")
    each = (medians[-1] - medians[-2]) / (options.rows - 1)
    print(f"each further packed row: {each:.1f} ms, {each - medians[0]:.1f} ms over the bare command")


if __name__ == "__main__":
    main()
