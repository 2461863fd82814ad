"""What a look at the latest runs costs: CPU and memory of the whole process, calls; the AWS CLI beside it.

    python benchmarks/ps.py [--runs 20] [--repeat 5]

Against a local AWS that holds runs of an array each, one in five with failed children. Beside `fargo ps`, in
the same run: `aws batch list-jobs` of the queue, which tells of no child; `fargo --help`, which asks nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import local_aws, set_rules  # noqa: E402
from projects import REGION, deploy, write_project  # noqa: E402

CHILDREN = 1_000


@dataclass(frozen=True)
class Cost:
    """Of one process; `megabytes` is the most that it held."""

    cpu: float
    wall: float
    megabytes: float


def cost(argv: list[str], folder: Path, *, ends: tuple[int, ...] = (0,)) -> Cost:
    """Run a process to its end, which must be one of these exit codes."""
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}
    environ = {**os.environ, **keys, "PYTHONPATH": str(_ROOT / "tool")}
    begun = time.perf_counter()
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(argv, cwd=folder, env=environ, stdout=nothing, stderr=nothing)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends:
        raise SystemExit(f"{argv} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss / 1024)


def main() -> None:
    """Print a line for each, and the ratio of CPU to the AWS CLI's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    with local_aws() as endpoint, tempfile.TemporaryDirectory() as folder:
        project = write_project(Path(folder) / "project")
        deploy(project, endpoint)
        fargo = [sys.executable, "-m", "fargo", "--local"]
        for number in range(asked.runs):
            failing = [{"job": "*:7", "script": [{"exit": 3}]}] if number % 5 == 0 else []
            set_rules(endpoint, [*failing, {"job": "*", "script": [{"exit": 0}]}])
            submit = [*fargo, "submit", "work", "--array", str(CHILDREN), "--follow"]
            cost(submit, project, ends=(0, 1))
        aws = [str(Path(sys.executable).parent / "aws"), "--endpoint-url", endpoint, "batch", "list-jobs"]
        aws += ["--job-queue", "fargo-demo-on-demand", "--job-status", "SUCCEEDED"]
        told = {
            "fargo ps": [*fargo, "ps", "-n", str(asked.runs)],
            "fargo ps --json": [*fargo, "ps", "-n", str(asked.runs), "--json"],
            "aws batch list-jobs": aws,
            "fargo --help": [*fargo[:-1], "--help"],
        }
        found: dict[str, list[Cost]] = {name: [] for name in told}
        for _ in range(asked.repeat):
            for name, argv in told.items():
                found[name].append(cost(argv, project))
    peer = statistics.median(each.cpu for each in found["aws batch list-jobs"])
    for name, costs in found.items():
        cpu = statistics.median(each.cpu for each in costs)
        wall = statistics.median(each.wall for each in costs)
        most = max(each.megabytes for each in costs)
        ratio = f"{cpu / peer:4.2f} of the AWS CLI's"
        print(f"{name:20} CPU {cpu:5.2f} s ({ratio})  wall {wall:5.2f} s  {most:4.0f} MB")


if __name__ == "__main__":
    main()
