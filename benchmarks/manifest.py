"""What rows cost: a CSV → manifest, index and hash → bucket; a plain upload of the same bytes beside it.

    python benchmarks/manifest.py [--rows 1000000] [--rounds 3]

Both upload to the same local AWS, in turns; times are medians. The plain one is boto3's `upload_file`
(multipart, its own threads). Peak memory is that of a process which only prepares the manifest.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import client, local_aws  # noqa: E402

from fargo.aws.store import Store  # noqa: E402
from fargo.manifest import Outside, Over, prepared, upload  # noqa: E402

COMMAND = ("python3", "thumbnail.py", "{photo}", "--width", "{width}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print(peak_mb(options.peak))
        return
    with tempfile.TemporaryDirectory(prefix="fargo-bench-") as folder, local_aws() as endpoint:
        table = Path(folder) / "photos.csv"
        few = Path(folder) / "few.csv"
        write_table(table, options.rows)
        write_table(few, 1_000)
        s3 = client("s3", endpoint)
        s3.create_bucket(Bucket="rows", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        rounds = [measure(s3, table) for _ in range(options.rounds)]
        report(options.rows, rounds, [float(peak_of(each)) for each in (few, table)])


def write_table(path: Path, rows: int) -> None:
    """A CSV of four columns."""
    with path.open("w") as file:
        file.write("photo,width,title,taken\n")
        for row in range(rows):
            file.write(f"albums/{row % 977}/photo-{row:07}.jpg,{row % 2000},Nr. {row} of many,2024-05-17\n")


def measure(s3: Any, table: Path) -> tuple[float, float, float, int]:
    """Seconds to prepare, to upload, and of a plain upload; bytes."""
    begun = time.perf_counter()
    over = Over(sources=(str(table),))
    with prepared(over, command=COMMAND, inputs=(), bucket="rows", outside=Outside()) as manifest:
        ready = time.perf_counter()
        for _ in upload(manifest, "bench-run", Store(s3, "rows")):
            pass
        sent = time.perf_counter()
        s3.upload_file(str(manifest.jsonl), "rows", "plain.jsonl")
        s3.upload_file(str(manifest.index), "rows", "plain.idx")
        return ready - begun, sent - ready, time.perf_counter() - sent, manifest.bytes


def report(rows: int, rounds: list[tuple[float, float, float, int]], peaks: list[float]) -> None:
    """Print medians, the ratio, and peaks."""
    ready, sent, plain = (statistics.median(each[at] for each in rounds) for at in range(3))
    total = statistics.median(each[0] + each[1] for each in rounds)
    print(f"{rows:,} rows, {rounds[0][3] / 1e6:.0f} MB")
    print(f"prepare   fargo {ready:6.2f} s   {rows / ready:12,.0f} rows a second")
    print(f"upload    fargo {sent:6.2f} s   boto3 {plain:6.2f} s")
    print(f"together  fargo {total:6.2f} s   fargo/plain upload {total / plain:.2f}")
    print(f"peak      {peaks[1]:.0f} MB, of 1,000 rows {peaks[0]:.0f} MB")


def peak_of(table: Path) -> str:
    """The same, of a process of its own."""
    command = [sys.executable, __file__, "--peak", str(table)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def peak_mb(table: str) -> float:
    """Prepare, and tell the most memory that this process has had."""
    over = Over(sources=(table,))
    with prepared(over, command=COMMAND, inputs=(), bucket="rows", outside=Outside()):
        # Not getrusage: its maximum is that of the parent too, from before the exec.
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


if __name__ == "__main__":
    main()
