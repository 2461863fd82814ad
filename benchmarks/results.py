"""What the results of a large run cost: to list, and to read and sum up; a plain boto3 program beside it.

    python benchmarks/results.py [--rows 1000000] [--read 5000] [--plain 2000]

`--read` rows are read and summed up. `--plain` are read by the peer: a list of keys, a thread pool as wide,
every result kept. Both go to the local AWS; figures are per row, because the peer keeps all that it reads.
`--rows` are listed from a server that has nothing but keys: moto goes through a whole bucket for each page.
Memory is what Python held at the most (tracemalloc), in a second pass whose time does not count.
"""

import argparse
import json
import multiprocessing
import sys
import time
import tracemalloc
from bisect import bisect_left
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import client, local_aws  # noqa: E402
from results_bucket import REGION, Bucket  # noqa: E402

from fargo.aws.session import Session, Target  # noqa: E402
from fargo.aws.store import Store  # noqa: E402
from fargo.model import naming  # noqa: E402
from fargo.model.run import Run  # noqa: E402
from fargo.results import Summing, records, standing  # noqa: E402
from fargo.results.ordered import THREADS  # noqa: E402
from fargo.results.standing import PAGE  # noqa: E402

ANSWER = "<ListBucketResult><IsTruncated>{}</IsTruncated>{}{}</ListBucketResult>"
ENTRY = (
    "<Contents><Key>{}</Key><LastModified>2026-11-22T18:30:00.000Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>500</Size>"
    "<StorageClass>STANDARD</StorageClass></Contents>"
)
"""As S3 writes it (Amazon S3 API, ListObjectsV2)."""
FAILED = 20
"""Every so many rows one failed."""


@dataclass(frozen=True)
class Cost:
    """What a piece of work took."""

    wall: float
    cpu: float
    calls: int
    peak_mb: float

    def line(self, what: str, rows: int) -> str:
        """It in words."""
        each = f"{self.wall / rows * 1e3:7.3f} ms and {self.cpu / rows * 1e3:6.3f} ms of CPU a row"
        return f"{what:42} {self.calls:6} calls {self.wall:7.1f} s  {each}  peak {self.peak_mb:6.1f} MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--read", type=int, default=5000)
    parser.add_argument("--plain", type=int, default=2000)
    options = parser.parse_args()
    with local_aws() as endpoint:
        s3 = client("s3", endpoint, REGION)
        s3.create_bucket(Bucket="workspace", CreateBucketConfiguration={"LocationConstraint": REGION})
        bucket = Bucket(s3, "workspace", endpoint)
        session = Session(Target.LOCAL, REGION, endpoint=endpoint)
        ours = Counted(session)
        plain, small, read = (
            filled(bucket, rows) for rows in (options.plain, options.read // 10, options.read)
        )
        theirs = measured(ours, lambda: naive(ours.client, bucket.name, plain))
        print(theirs.line(f"boto3, {options.plain:,} rows kept", plain.rows))
        for run in (small, read):
            cost = measured(ours, lambda run=run: summed(ours.store, run))
            print(cost.line(f"fargo, {run.rows:,} rows listed and summed up", run.rows))
        ratio = (cost.wall / read.rows) / (theirs.wall / plain.rows)
        memory = cost.peak_mb / (theirs.peak_mb / plain.rows * read.rows)
        print(f"fargo/boto3 per row: wall {ratio:.2f}; memory at {read.rows:,} rows {memory:.2f}")
    for rows in (options.rows // 10, options.rows):
        listed(bucket, rows)


def listed(bucket: Bucket, rows: int) -> None:
    """How the rows of a large run stand."""
    run = replace(bucket.run(1), rows=rows)
    with keys_server(run.id, rows) as endpoint:
        ours = Counted(Session(Target.LOCAL, REGION, endpoint=endpoint))
        cost = measured(ours, lambda: standing(ours.store, run))
    print(cost.line(f"fargo, {rows:,} rows listed", rows))


@contextmanager
def keys_server(run: str, rows: int) -> Iterator[str]:
    """ListObjectsV2 of a run's rows, a twentieth of them failed, in a process of its own; its endpoint."""
    ready = multiprocessing.SimpleQueue()
    server = multiprocessing.Process(target=serve_keys, args=(run, rows, ready), daemon=True)
    server.start()
    yield f"http://127.0.0.1:{ready.get()}"
    server.terminate()
    server.join()


def serve_keys(run: str, rows: int, ready: Any) -> None:
    """The server's process."""
    keys = sorted((naming.result_key if row % FAILED else naming.failed_key)(run, row) for row in range(rows))

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            begin = bisect_left(keys, asked.get("continuation-token", asked["prefix"]))
            page = [key for key in keys[begin : begin + PAGE] if key.startswith(asked["prefix"])]
            following = keys[begin + PAGE] if len(page) == PAGE and begin + PAGE < len(keys) else ""
            more = f"<NextContinuationToken>{following}</NextContinuationToken>" if following else ""
            entries = "".join(ENTRY.format(key) for key in page)
            answer = ANSWER.format(str(bool(following)).lower(), more, entries).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        ready.put(server.server_port)
        server.serve_forever()


class Counted:
    """A client that counts its calls, with fargo's settings; the store on it."""

    def __init__(self, session: Session) -> None:
        self.client: Any = session.client("s3", attempts=6)
        self.store = Store(self.client, "workspace")
        self.calls = 0
        self.client.meta.events.register("before-send.s3", self._count)

    def _count(self, **_: object) -> None:
        self.calls += 1


def filled(bucket: Bucket, rows: int) -> Run:
    """A run whose rows all left a result."""
    run = bucket.run(rows)
    bucket.results(run, (row for row in range(rows) if row % FAILED))
    bucket.results(run, range(0, rows, FAILED), exit_code=1)
    return run


def measured(counted: Counted, work: Callable[[], Any]) -> Cost:
    """Time and calls of one pass, then memory in another."""
    counted.calls, begun, cpu = 0, time.perf_counter(), time.process_time()
    work()
    wall, cpu, calls = time.perf_counter() - begun, time.process_time() - cpu, counted.calls
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Cost(wall, cpu, calls, peak / 1e6)


def summed(store: Store, run: Run) -> None:
    """Our way, as `fargo results --json` does it."""
    summing = Summing()
    for record in records(store, run, standing(store, run)):
        summing.add(record)
    if summing.summary().missing:
        raise SystemExit("rows are missing")


def naive(s3: Any, bucket: str, run: Run) -> None:
    """Everybody's way: list, read all with a thread pool, keep all, look at them."""

    def keys(folder: str) -> list[str]:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"runs/{run.id}/{folder}/")
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def get(key: str) -> Any:
        return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(get, keys("result") + keys("failed")))
    found.sort(key=lambda each: each["row"])
    sorted(each["seconds"] for each in found)


if __name__ == "__main__":
    main()
