"""What a submission over many rows costs: calls, time and memory; a loop of boto3 beside it.

    python benchmarks/submit.py [--rows 1000000] [--loop 100] [--delay 0]

`fargo submit` is a process of its own, against a fresh local AWS whose jobs never start. Beside it, in the
same run: the loop that most scripts are, one SubmitJob a row, as a process of its own too; and boto3's
`upload_file` of the manifest's bytes. Calls are counted by the local AWS.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import ACCOUNT, client, local_aws  # noqa: E402
from projects import REGION, deploy, write_project  # noqa: E402

BUCKET = f"fargo-demo-{ACCOUNT}-{REGION}"
LOOP = """
import sys, boto3
batch = boto3.client("batch", endpoint_url=sys.argv[1], region_name=sys.argv[2],
                     aws_access_key_id="local", aws_secret_access_key="local")
for row in range(int(sys.argv[3])):
    batch.submit_job(jobName=f"loop-{row}", jobQueue="fargo-demo-on-demand", jobDefinition="fargo-demo_work",
                     containerOverrides={"environment": [{"name": "ROW", "value": str(row)}]})
"""
UPLOAD = """
import sys, boto3
boto3.client("s3", endpoint_url=sys.argv[1], region_name=sys.argv[2], aws_access_key_id="local",
             aws_secret_access_key="local").upload_file(sys.argv[3], sys.argv[4], "plain")
"""


@dataclass(frozen=True)
class Cost:
    """Of one process; `megabytes` is the most that it held."""

    wall: float
    cpu: float
    megabytes: float
    calls: int


class World:
    """A local AWS with a project that looks deployed, and nothing of which starts."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.endpoint, self.project = endpoint, write_project(folder)
        deploy(self.project, endpoint)
        batch = client("batch", endpoint, REGION)
        for name in ("on-demand", "spot"):
            batch.update_compute_environment(computeEnvironment=f"fargo-demo-{name}-ce", state="DISABLED")

    def cost(self, *argv: str, delay: float) -> Cost:
        """Run a process in the project's folder; `delay` seconds are added to each of its calls."""
        # Never strikes: it counts.
        faults: list[dict[str, Any]] = [{"kind": "error", "after": 10**9}]
        if delay:
            faults = [{"kind": "slow", "seconds": delay}]
        self._faults("PUT", faults)
        environ = {**os.environ, "PYTHONPATH": str(_ROOT / "tool")}
        begun = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(argv, cwd=self.project, env=environ, stdout=said, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if process.returncode:
                raise SystemExit(said.read().decode())
        calls = sum(fault["calls"] for fault in self._faults("GET"))
        self._faults("DELETE")
        cpu = usage.ru_utime + usage.ru_stime
        return Cost(wall=wall, cpu=cpu, megabytes=usage.ru_maxrss / 1024, calls=calls)

    def _faults(self, method: str, content: Any = None) -> list[dict[str, Any]]:
        data = None if content is None else json.dumps(content).encode()
        address = f"{self.endpoint}/_fargo/faults"
        request = urllib.request.Request(address, data=data, method=method)  # noqa: S310 # our own server
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 # the same
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def fargo(self, rows: int, *options: str, delay: float = 0) -> Cost:
        """`fargo submit --over` a CSV of so many rows."""
        table = self.project.parent / f"{rows}.csv"
        with table.open("w", encoding="utf-8") as file:
            file.write("photo,width,title\n")
            file.writelines(
                f"s3://bucket/photos/{n:09}.jpg,{n % 4096},photo number {n}\n" for n in range(rows)
            )
        argv = (sys.executable, "-m", "fargo", "--local", "submit", "work", "--over", str(table), *options)
        return self.cost(*argv, delay=delay)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=100)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds added to a small run's calls")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, local_aws() as endpoint:
        world = World(endpoint, Path(folder) / "project")
        world.fargo(10)
        loop = world.cost(
            sys.executable, "-c", LOOP, endpoint, REGION, str(options.loop), delay=options.delay
        )
        show(f"boto3 loop over {options.loop:,}", loop)
        small = world.fargo(10_000, delay=options.delay)
        show("fargo over 10,000 rows", small)
        print(
            f"  wall / loop's {small.wall / loop.wall:.2f}; calls a row / loop's {small.calls / 10_000:.5f}"
        )
        large = world.fargo(options.rows)
        show(f"fargo over {options.rows:,} rows", large)
        show("  the same, packed by 100", world.fargo(options.rows, "--pack", "100"))
        with tempfile.NamedTemporaryFile() as file:
            found = client("s3", endpoint, REGION).list_objects_v2(Bucket=BUCKET, Prefix="runs/")["Contents"]
            largest = max(found, key=lambda item: item["Size"])["Key"]
            client("s3", endpoint, REGION).download_file(BUCKET, largest, file.name)
            plain = world.cost(sys.executable, "-c", UPLOAD, endpoint, REGION, file.name, BUCKET, delay=0)
        show("boto3 upload_file of the same bytes", plain)
        print(f"  wall / plain upload's {large.wall / plain.wall:.2f}")


def show(what: str, cost: Cost) -> None:
    """One line."""
    print(
        f"{what:36} calls {cost.calls:6,}   wall {cost.wall:6.2f} s   CPU {cost.cpu:6.2f} s   "
        f"peak {cost.megabytes:5.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
