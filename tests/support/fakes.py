"""Clients that answer what a test tells them to, for the faults that the local AWS cannot be asked for."""

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from fargo.model.run import Chunk, Run, Wave

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def refusal(code: str, status: int) -> ClientError:
    """What botocore raises for an error answer."""
    answer = {"Error": {"Code": code, "Message": "said"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Any")  # type: ignore[arg-type] # no more of an answer is read


def throttled() -> ClientError:
    return refusal("TooManyRequestsException", 429)


def unreachable() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="http://nowhere")


class Script:
    """A callable that plays answers in order, the last for all further calls; exceptions are raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **request: Any) -> Any:
        self.calls.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer(request) if callable(answer) else answer


class BatchClient:
    """SubmitJob, ListJobs and DescribeJobs."""

    def __init__(
        self, *, submit: Script | None = None, listed: Script | None = None, described: Script | None = None
    ) -> None:
        self.submit_job = submit or Script({"jobId": "j1"})
        self.listed = listed or Script(jobs_listed())
        self.describe_jobs = described or Script({"jobs": []})

    def get_paginator(self, name: str) -> "BatchClient":
        assert name == "list_jobs"
        return self

    def paginate(self, **request: Any) -> list[Any]:
        return [self.listed(**request)]


class LogsClient:
    """GetLogEvents of one stream, in pages that are lists of lines; an exception stands for a page once."""

    def __init__(self, *pages: "list[str] | Exception") -> None:
        self.pages = list(pages)

    def get_log_events(self, *, nextToken: str = "0", **_: Any) -> dict[str, Any]:  # noqa: N803 # AWS's spelling
        number = int(nextToken)
        if number >= len(self.pages):
            return {"events": [], "nextForwardToken": nextToken}
        page = self.pages[number]
        if isinstance(page, Exception):
            del self.pages[number]
            raise page
        events = [{"timestamp": number, "message": line} for line in page]
        return {"events": events, "nextForwardToken": str(number + 1)}


class Objects:
    """The workspace bucket's PutObject and GetObject, in memory; `put` may be told to fail first."""

    def __init__(self, put: Callable[..., Any] = lambda **_: None) -> None:
        self.held: dict[str, bytes] = {}
        self._put = put

    def put_object(
        self,
        *,
        Key: str,  # noqa: N803 # AWS's spelling, here and below
        Body: bytes,  # noqa: N803
        IfMatch: str = "",  # noqa: N803
        IfNoneMatch: str = "",  # noqa: N803
        **more: Any,
    ) -> dict[str, str]:
        self._put(Key=Key, **more)
        if (IfNoneMatch and Key in self.held) or (IfMatch and IfMatch != self._etag(Key)):
            raise refusal("PreconditionFailed", 412)
        self.held[Key] = Body
        return {"ETag": self._etag(Key)}

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 # AWS's spelling
        if Key not in self.held:
            raise refusal("NoSuchKey", 404)
        return {"Body": io.BytesIO(self.held[Key]), "ETag": self._etag(Key)}

    def _etag(self, key: str) -> str:
        return hashlib.md5(self.held[key]).hexdigest()


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def jobs_listed(*names: str) -> dict[str, Any]:
    return {"jobSummaryList": [{"jobName": name, "jobId": "j1"} for name in names]}


def described(status: str, **more: Any) -> dict[str, Any]:
    """A DescribeJobs answer with one job."""
    job = {"jobId": "j1", "jobName": "r-w1-c0", "status": status, "container": {"logStreamName": "s"}}
    return {"jobs": [job | more]}


def a_run(job_id: str = "", *, created: datetime = NOW) -> Run:
    wave = Wave(
        number=1,
        created=created,
        queue="q",
        definition="d",
        image="i",
        vcpu=0.25,
        memory_mib=512,
        chunks=(Chunk(number=0, job_name="r-w1-c0", job_id=job_id),),
    )
    return Run(
        id="work-261122-183000-abcd",
        project="demo",
        job="work",
        created=created,
        command=("work",),
        waves=(wave,),
    )
