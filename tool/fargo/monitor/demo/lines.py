"""What boto3's client for CloudWatch Logs would answer in the demonstration."""

import random
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from fargo.errors import AwsNotFound
from fargo.monitor.demo.clients import Demo
from fargo.monitor.demo.lives import Plan

LINE_SECONDS = 2.5
"""A container writes a line so often."""
_NAMES = (
    "chunk {n} mapped {p:.1f}%",
    "wrote s3://genomes-out/part-{n:05}.bam",
    "heap {h:.1f} GB of {m:.1f} GB",
)


class LogsClient:
    """CloudWatch Logs, as far as `fargo.aws.logs` asks it: each container writes a line now and then."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo

    def get_log_events(self, *, logStreamName: str, nextToken: str = "", **more: Any) -> dict[str, Any]:  # noqa: N803 # boto3's names
        """GetLogEvents: a token is how many lines were read."""
        events = self._lines(logStreamName)
        begin = int(nextToken or 0)
        if not nextToken and "startTime" in more:
            begin = bisect_left(events, more["startTime"], key=lambda event: event["timestamp"])
        end = min(begin + more.get("limit", 10_000), len(events))
        return {"events": events[begin:end], "nextForwardToken": str(max(begin, end))}

    def filter_log_events(self, **wanted: Any) -> dict[str, Any]:
        """FilterLogEvents by streams' names: a token is how many events were given before."""
        begin, end = wanted.get("startTime", 0), wanted.get("endTime", 1 << 62)
        found = []
        for name in wanted.get("logStreamNames", ()):
            try:
                lines = self._lines(name)
            except AwsNotFound:
                continue
            found += [{**line, "logStreamName": name} for line in lines if begin <= line["timestamp"] <= end]
        found.sort(key=lambda event: event["timestamp"])
        first = int(wanted.get("nextToken", 0))
        last = first + wanted.get("limit", 10_000)
        more = {"nextToken": str(last)} if last < len(found) else {}
        return {"events": found[first:last], **more}

    def _lines(self, stream: str) -> list[dict[str, Any]]:
        _, _, name, number = stream.split("/")
        job_id, index = (name[:36], int(name[37:] or 0))
        lives = self._demo.lives(job_id)
        now = self._demo.clock()
        life = lives.at(index, now) if lives else None
        if lives is None or life is None or len(life.attempts) < int(number):
            raise AwsNotFound(f"there is no log stream {stream}", operation="GetLogEvents")
        start, end, code, reason = life.attempts[int(number) - 1]
        texts = list(_texts(lives.plan, stream, int(((end or now) - start) / LINE_SECONDS)))
        if code:
            texts.append(f"ERROR {reason}")
        base = self._demo.scene.moment(start).timestamp() * 1000
        return [
            {"timestamp": int(base + n * LINE_SECONDS * 1000), "ingestionTime": int(base), "message": text,
             "eventId": f"{stream}/{n:08}"}
            for n, text in enumerate(texts)
        ]  # fmt: skip


def _texts(plan: Plan, stream: str, count: int) -> Iterator[str]:
    yield f"{' '.join(plan.command)}: {plan.vcpu:g} vCPU, {plan.memory_mib} MiB"
    draw = random.Random(stream)  # noqa: S311 # as above
    heap = plan.memory_mib / 1024
    for number in range(count):
        text = _NAMES[draw.randrange(len(_NAMES))]
        used = heap * min(0.35 + number / 120, 0.98)
        warn = "WARN  " if text.startswith("heap") and used > heap * 0.9 else ""
        yield warn + text.format(n=number, p=draw.uniform(91, 99.9), h=used, m=heap)
