"""How fast one container's lines reach CloudWatch Logs, beside `docker run` and `docker logs`.

    python benchmarks/log_throughput.py [--image fargo-base:local] [--lines 1000000] [--rounds 3]

The container is `seq LINES`. `docker run` reads it through the engine's attach, as a job is read; `docker
logs` reads what the engine's json-file driver kept of it. Both are timed from their first byte to their
last. A job is timed from startedAt to stoppedAt, at which its whole log can be read. The figure is the
median of the rounds' ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import LOG_GROUP, client, local_aws, make_definition, make_queue, wait_for_job  # noqa: E402

_CHUNK = 1 << 16


def read_by(command: list[str], lines: int) -> float:
    """Seconds between the first and the last byte that `command` writes.

    Raises:
        SystemExit: it wrote another number of lines.
    """
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as output, subprocess.Popen(command, stdout=writing):
        os.close(writing)
        found = output.read(1).count(b"\n")
        begun = time.perf_counter()
        while data := output.read(_CHUNK):
            found += data.count(b"\n")
        took = time.perf_counter() - begun
    if found != lines:
        raise SystemExit(f"{' '.join(command)} gave {found} lines, not {lines}")
    return took


def engine_seconds(image: str, lines: int) -> tuple[float, float]:
    """What `docker run` and `docker logs` take."""
    command = [image, "seq", str(lines)]
    run = read_by(["docker", "run", "--rm", "--log-driver=none", *command], lines)
    start = ["docker", "run", "--detach", "--log-driver=json-file", *command]
    kept = subprocess.run(start, check=True, capture_output=True, text=True).stdout.strip()
    try:
        subprocess.run(["docker", "wait", kept], check=True, capture_output=True)
        return run, read_by(["docker", "logs", kept], lines)
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", kept], check=True, capture_output=True)


def job_seconds(batch: Any, logs: Any, lines: int) -> float:
    """What a job takes, and whether its last line is there."""
    job_id = batch.submit_job(jobName="bench", jobQueue="bench", jobDefinition="bench")["jobId"]
    job = wait_for_job(batch, job_id, "SUCCEEDED", seconds=600)
    stream = {"logGroupName": LOG_GROUP, "logStreamName": job["container"]["logStreamName"]}
    last = logs.get_log_events(**stream, limit=1, startFromHead=False)["events"][0]["message"]
    if last != str(lines):
        raise SystemExit(f"the last line is {last!r}, not {lines}")
    logs.delete_log_stream(**stream)
    return float(job["stoppedAt"] - job["startedAt"]) / 1000


def main() -> None:
    """Print lines per second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--image", default="fargo-base:local")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = []
    with local_aws("docker") as endpoint:
        logs, batch = client("logs", endpoint), client("batch", endpoint)
        logs.create_log_group(logGroupName=LOG_GROUP)
        make_queue(batch, "bench")
        container = {"image": options.image, "command": ["seq", str(options.lines)]}
        make_definition(batch, "bench", vcpu="2", memory="4096", container=container)
        for _ in range(options.rounds):
            run, kept = engine_seconds(options.image, options.lines)
            rounds.append((run, kept, job_seconds(batch, logs, options.lines)))
    names = ("docker run", "docker logs", "fargo")
    for name, column in zip(names, zip(*rounds, strict=True), strict=True):
        print(f"{name:12} {options.lines / statistics.median(column):12,.0f} lines/s")
    for index, name in enumerate(names[:2]):
        ratio = statistics.median(seconds[index] / seconds[2] for seconds in rounds)
        print(f"fargo beside {name:12} {ratio:5.2f}")


if __name__ == "__main__":
    main()
