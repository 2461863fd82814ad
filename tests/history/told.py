"""Events as EventBridge writes them, and a log group that holds them in pages."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from fargo.aws.logs import Logs
from fargo.history import History
from fargo.model.run import Chunk, Run, Wave

BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)
RUN = "work-261101-120000-abcd"


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def ms(seconds: float) -> int:
    return int(at(seconds).timestamp() * 1000)


def event(job_id: str, status: str, seconds: float, **detail: Any) -> str:
    """A line of the log group: a job came into a state so many seconds after the begin."""
    told = {
        "version": "0",
        "id": f"{job_id}-{status}",
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "time": at(int(seconds)).isoformat().replace("+00:00", "Z"),
        "detail": {
            "jobId": job_id,
            "jobName": f"{RUN}-w1-c0",
            "status": status,
            "createdAt": ms(0),
            **detail,
        },
    }
    return json.dumps(told)


def life(job_id: str = "j1", *, code: int = 0, **more: Any) -> list[str]:
    """The events of a job that waited 12 seconds, started for 39 and ran for 191."""
    ran = {"startedAt": ms(51), "container": {"logStreamName": "s"}}
    ended = {
        "startedAt": ms(51),
        "stoppedAt": ms(242),
        "attempts": [
            {"startedAt": ms(51), "stoppedAt": ms(242), "container": {"logStreamName": "s", "exitCode": code}}
        ],
        "container": {"logStreamName": "s", "exitCode": code, "reason": "OutOfMemoryError" if code else ""},
    }
    return [
        event(job_id, "RUNNABLE", 1, **more),
        event(job_id, "STARTING", 12, **more),
        event(job_id, "RUNNING", 51, **ran, **more),
        event(job_id, "FAILED" if code else "SUCCEEDED", 242, **ended, **more),
    ]


class Group:
    """A client of `logs` whose FilterLogEvents gives these pages of lines, whatever it is asked for."""

    def __init__(self, *pages: list[str]) -> None:
        self.pages = pages
        self.asked: list[dict[str, Any]] = []

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        number = int(request.get("nextToken", 0))
        lines = [
            {"eventId": f"{number}-{place}", "logStreamName": "s", "timestamp": 0, "message": line}
            for place, line in enumerate(self.pages[number])
        ]
        more = {"nextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"events": lines} | more


def history(group: Any, **more: Any) -> History:
    return History(lambda: Logs(group, "/fargo/demo/events"), **more)


def a_run(*job_ids: str, size: int = 1, run: str = RUN) -> Run:
    chunks = tuple(
        Chunk(number=number, job_name=f"{run}-w1-c{number}", job_id=job_id, size=size)
        for number, job_id in enumerate(job_ids)
    )
    wave = Wave(
        number=1, created=BEGIN, queue="q", definition="d", image="i", vcpu=0.25, memory_mib=512,
        rows=size * len(job_ids), chunks=chunks,
    )  # fmt: skip
    return Run(
        id=run, project="demo", job="work", created=BEGIN, command=("work",), rows=wave.rows, waves=(wave,)
    )
