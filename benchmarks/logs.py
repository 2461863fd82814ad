"""How fast `fargo logs` prints what containers wrote, beside `aws logs tail`, and in how much memory.

    python benchmarks/logs.py [--lines 100000] [--children 100] [--rounds 3] [--aws aws]

One job wrote LINES lines, and an array of CHILDREN children as many together. Both tools read them over
the same proxy in front of the local AWS, which remembers each answer of CloudWatch Logs: after a first
round the clients are what is timed, and not the server. Each is timed from its first byte to its last,
and as a whole process. `--aws` names an AWS CLI 2, because version 1 has no `logs tail`.
"""

import argparse
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import chdir
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process
from pathlib import Path
from typing import Any, ClassVar

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import client, local_aws, set_rules  # noqa: E402
from projects import REGION, deploy, write_project  # noqa: E402

from fargo.local.state import StateDir  # noqa: E402

_LINE = "2026-11-25 12:00:00,000 INFO worker step {} of the work is done, loss 0.1234"
_CHUNK = 1 << 16
_GROUP = "/fargo/demo/jobs"


Answer = tuple[int, bytes, list[tuple[str, str]]]


class Remembering(BaseHTTPRequestHandler):
    """Passes a request on, but answers a question about logs that was asked before from memory."""

    protocol_version = "HTTP/1.1"
    behind: ClassVar[str]
    known: ClassVar[dict[tuple[str, bytes], Answer]] = {}

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = (self.headers.get("X-Amz-Target", ""), body)
        answer = self.known.get(key) or self._ask(body)
        if key[0].startswith("Logs_"):
            self.known[key] = answer
        status, data, headers = answer
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"connection", "transfer-encoding", "content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _ask(self, body: bytes) -> Answer:
        connection = HTTPConnection(self.behind.removeprefix("http://"))
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.getheaders()

    do_GET = do_POST = do_PUT = do_HEAD = _pass  # noqa: N815 # http.server's names

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Took:
    """One reading: seconds from the first byte to the last, of all, of CPU; and the peak of memory in MiB."""

    between: float
    whole: float
    cpu: float
    memory: float


def read_by(command: list[str], environment: dict[str, str], lines: int) -> Took:
    """What `command` takes.

    Raises:
        SystemExit: it wrote another number of lines.
    """
    reading, writing = os.pipe()
    begun = time.perf_counter()
    with os.fdopen(reading, "rb", buffering=0) as output:
        process = subprocess.Popen(command, stdout=writing, env=environment)
        os.close(writing)
        found = output.read(1).count(b"\n")
        first, memory = time.perf_counter(), 0.0
        while data := output.read(_CHUNK):
            found += data.count(b"\n")
            memory = _peak(process.pid) or memory
        last = time.perf_counter()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    if found != lines:
        raise SystemExit(f"{shlex.join(command)} gave {found} lines, not {lines}")
    return Took(last - first, last - begun, usage.ru_utime + usage.ru_stime, memory)


def _peak(pid: int) -> float:
    """The most memory that a process had, in MiB; what wait4 tells begins with its parent's."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def submitted(fargo: list[str], endpoint: str, lines: int, *more: str) -> str:
    """A run whose containers wrote so many lines each, once it has ended."""
    words = "\n".join(_LINE.format(number) for number in range(lines))
    set_rules(endpoint, [{"job": "*", "script": [{"out": words}, {"exit": 0}]}])
    run = subprocess.run(
        [*fargo, "submit", "work", *more], check=True, capture_output=True, text=True
    ).stdout.strip()
    subprocess.run([*fargo, "wait", run], check=True, capture_output=True)
    return run


def aws_tail(aws: list[str], endpoint: str, streams: list[str]) -> list[str]:
    """`aws logs tail` of so many streams; it takes a hundred."""
    command = [*aws, "--endpoint-url", endpoint, "--region", REGION, "logs", "tail", _GROUP]
    return [*command, "--since", "2020-01-01T00:00:00", "--log-stream-names", *streams]


def compare(name: str, commands: dict[str, list[str]], lines: int, rounds: int) -> None:
    """Print lines per second and ratios; the first round fills the proxy's memory."""
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    took: dict[str, list[Took]] = {each: [] for each in commands}
    for number in range(rounds + 1):
        for each, command in commands.items():
            measured = read_by(command, environment, lines)
            if number:
                took[each].append(measured)
    print(f"{name}: {lines:,} lines")
    for each, found in took.items():
        between, whole, cpu, memory = (
            statistics.median(getattr(one, key) for one in found)
            for key in ("between", "whole", "cpu", "memory")
        )
        print(
            f"  {each:14} {lines / between:11,.0f} lines/s, as a process {lines / whole:9,.0f} lines/s, "
            f"{cpu:5.2f} s of CPU, {memory:4.0f} MiB"
        )
    if len(took) > 1:
        ours, peer = took.values()
        pairs = list(zip(ours, peer, strict=True))
        between = statistics.median(b.between / a.between for a, b in pairs)
        whole = statistics.median(b.whole / a.whole for a, b in pairs)
        cpu = statistics.median(b.cpu / a.cpu for a, b in pairs)
        print(f"  fargo: {between:.1f} times the lines/s, as a process {whole:.1f}; 1/{cpu:.1f} of the CPU")


def main() -> None:
    """Print lines per second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--children", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--aws", default="aws", help="the command of an AWS CLI 2")
    options = parser.parse_args()
    aws, fargo = shlex.split(options.aws), [sys.executable, "-m", "fargo", "--local"]
    os.environ["PYTHONPATH"] = str(_ROOT / "tool")
    with tempfile.TemporaryDirectory() as folder, local_aws() as endpoint:
        project = write_project(Path(folder) / "project")
        deploy(project, endpoint)
        with chdir(project):
            one = submitted(fargo, endpoint, options.lines)
            each = options.lines // options.children
            array = submitted(fargo, endpoint, each, "--array", str(options.children))
            Remembering.behind = endpoint
            server = ThreadingHTTPServer(("127.0.0.1", 0), Remembering)
            serving = Process(target=server.serve_forever, daemon=True)
            serving.start()
            proxy = f"http://127.0.0.1:{server.server_port}"
            state = StateDir.default().path / "state.json"
            state.write_text(json.dumps(json.loads(state.read_text()) | {"endpoint": proxy}))
            try:
                has_tail = _is_two(aws)
                first, *others = _streams(endpoint)
                runs = (("one stream", one, [first]), ("an array", array, others))
                for name, run, streams in runs:
                    commands = {"fargo logs": [*fargo, "logs", run]}
                    if has_tail:
                        commands["aws logs tail"] = aws_tail(aws, proxy, streams)
                    lines = options.lines if run == one else each * options.children
                    compare(name, commands, lines, options.rounds)
            finally:
                state.write_text(json.dumps(json.loads(state.read_text()) | {"endpoint": endpoint}))
                serving.terminate()


def _is_two(aws: list[str]) -> bool:
    try:
        said = subprocess.run([*aws, "--version"], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(error)
    if re.match(r"aws-cli/2\.", said):
        print(said.split(" ", maxsplit=1)[0])
        return True
    print(f"no AWS CLI 2, and so no peer: {said.strip()}")
    return False


def _streams(endpoint: str) -> list[str]:
    """The names of all streams, the oldest first."""
    logs = client("logs", endpoint, REGION)
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=_GROUP)
    found = [(s["creationTime"], s["logStreamName"]) for page in pages for s in page["logStreams"]]
    return [name for _, name in sorted(found)]


if __name__ == "__main__":
    main()
