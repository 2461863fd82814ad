"""Killed at any line, cut at any call, throttled at any call: `--resume` ends with every row submitted exactly once.

Each fault strikes a submission of three arrays to a real local AWS over HTTP. A kill is `os._exit` in a child process
at the n-th line of fargo's own code that it executes: nothing is cleaned up, as after `kill -9`.
"""

import itertools
import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from local_aws import REGION, client, local_aws, make_definition, make_queue
from test_submitting import OUTPUTS

import fargo.submit
from fargo import ledger
from fargo.aws.batch import Batch
from fargo.aws.store import Store
from fargo.config import JobSettings
from fargo.errors import AwsError, UsageError
from fargo.model.run import Run
from fargo.model.stack import StackOutputs
from fargo.submit import Request, Rows, Sender, create, plan, send, sending

BUCKET = "faults"
ROWS = 20_001
SOURCES = (str(Path(fargo.submit.__file__).parent), ledger.__file__)
KILLED = 9


class World:
    """A local AWS with a queue whose jobs never start, and the ways to submit to it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.batch, self.s3 = client("batch", endpoint), client("s3", endpoint)
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.queue = make_queue(self.batch)
        self.definition = make_definition(self.batch)
        # Nothing runs: what is counted stays as it was submitted.
        self.batch.update_compute_environment(computeEnvironment="queue-ce", state="DISABLED")
        self.store = Store(self.s3, BUCKET)
        # Never used by this process, so that each child opens connections of its own.
        self.unused = {name: client(name, endpoint) for name in ("batch", "s3")}
        self._made = 0

    def new_run(self) -> Run:
        self._made += 1
        now = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self._made)
        request = Request(job="work", rows=Rows(count=ROWS))
        return plan(request, JobSettings(command=["work"]), _outputs(self), now=now, token="abcd")

    def sender(self, wrap: Callable[[Any], Any] | None = None) -> Sender:
        """A process that submits; `wrap` stands before every call. Without it, for a child process."""
        batch, s3 = self.unused["batch"], self.unused["s3"]
        if wrap:
            batch, s3 = _Wrapped(self.batch, wrap), _Wrapped(self.s3, wrap)
        # Nobody waits: the local AWS lists at once what it took. A clock that runs on makes old claims old.
        clock = iter(range(10**9))
        return Sender(
            batch=Batch(batch),
            store=Store(s3, BUCKET),
            sleep=lambda _: None,
            writer=f"{os.getpid()}-{random.random()}",
            now=lambda: datetime.now(UTC) + timedelta(milliseconds=next(clock)),
        )

    def submitted(self, run: Run) -> Counter[str]:
        """How many AWS Batch jobs there are of each of the run's names."""
        names: Counter[str] = Counter()
        for chunk in run.chunks:
            filters = [{"name": "JOB_NAME", "values": [chunk.job_name]}]
            listed = self.batch.list_jobs(jobQueue=self.queue, filters=filters)["jobSummaryList"]
            names[chunk.job_name] += len(listed)
        return names


class _Wrapped:
    """A boto3 client whose calls pass `wrap` first."""

    def __init__(self, inner: Any, wrap: Callable[[Any], Any]) -> None:
        self._inner, self._wrap = inner, wrap

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "get_paginator":
            return lambda call: SimpleNamespace(paginate=self._wrap(found(call).paginate))
        return self._wrap(found)


def _outputs(world: World) -> StackOutputs:
    return replace(OUTPUTS, job_queues={"on_demand": world.queue}, job_definitions={"work": world.definition})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with local_aws() as endpoint, pytest.MonkeyPatch.context() as patch:
        # The three arrays are two groups: one of two, side by side, and one alone.
        patch.setattr(sending, "GROUP", 2)
        yield World(endpoint)


def _whole(world: World, run: Run) -> None:
    """Resume until it ends well, as a user would; then each row was submitted exactly once."""
    try:
        _resume(run, world.sender(_untouched))
    except UsageError:
        assert not +world.submitted(run), "there is no run, and yet a job"
        return
    written = ledger.load(world.store, run.id)
    assert written.submitted
    assert set(world.submitted(run).values()) == {1}
    assert sum(chunk.size for chunk in written.chunks) == ROWS
    ids = world.batch.describe_jobs(jobs=list(written.job_ids))["jobs"]
    assert {job["jobName"] for job in ids} == {chunk.job_name for chunk in written.chunks}


def _submit(run: Run, sender: Sender) -> None:
    for _ in send(create(run, sender), sender):
        pass


def _resume(run: Run, sender: Sender) -> None:
    for _ in send(ledger.read(sender.store, run.id), sender):
        pass


def _untouched(call: Any) -> Any:
    return call


# Kills.


def _killed_at(line: int, work: Callable[[], None]) -> bool:
    """Do the work in a child that dies at the `line`-th line of fargo/submit; whether it died before its end."""
    child = os.fork()
    if child == 0:
        try:
            left = line

            def trace(frame: FrameType, event: str, _: Any) -> Any:
                nonlocal left
                if not frame.f_code.co_filename.startswith(SOURCES):
                    return None
                if event == "line":
                    left -= 1
                    if left <= 0:
                        os._exit(KILLED)
                return trace

            threading.settrace(trace)
            sys.settrace(trace)
            work()
        except BaseException:  # noqa: BLE001 - the child must never go on as a test
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED), code
    return code == KILLED


def test_killed_at_any_line(world: World) -> None:
    for line in itertools.count(1):
        run = world.new_run()
        died = _killed_at(line, partial(_submit, run, world.sender()))
        _whole(world, run)
        if not died:
            break
    assert line > 150


def test_killed_at_any_line_of_the_resume_too(world: World) -> None:
    draw = random.Random(7)
    for _ in range(100):
        run = world.new_run()
        _killed_at(draw.randrange(40, 200), partial(_submit, run, world.sender()))
        for _ in range(2):
            _killed_at(draw.randrange(1, 120), partial(_resume, run, world.sender()))
        _whole(world, run)


# Calls.


def _request_lost(call: Any, request: Any) -> Any:
    del call, request
    raise ConnectionClosedError(endpoint_url="http://aws")


def _answer_lost(call: Any, request: Any) -> Any:
    call(**request)
    raise ConnectionClosedError(endpoint_url="http://aws")


def _throttled(call: Any, request: Any) -> Any:
    del call, request
    answer = {"Error": {"Code": "TooManyRequestsException"}, "ResponseMetadata": {"HTTPStatusCode": 429}}
    raise ClientError(answer, "Any")  # type: ignore[arg-type] # no more of an answer is read


def _failed(call: Any, request: Any) -> Any:
    call(**request)
    answer = {"Error": {"Code": "ServerException"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    raise ClientError(answer, "Any")  # type: ignore[arg-type] # as above


FAULTS = [_request_lost, _answer_lost, _throttled, _failed]


def _faulty(strikes: dict[int, Any]) -> Callable[[Any], Any]:
    """The calls of these numbers meet these faults."""
    number = itertools.count()

    def wrap(call: Any) -> Any:
        def struck(**request: Any) -> Any:
            fault = strikes.get(next(number))
            return fault(call, request) if fault else call(**request)

        return struck

    return wrap


def _try(
    world: World, run: Run, strikes: dict[int, Any], work: Callable[[Run, Sender], None] = _submit
) -> None:
    with suppress(AwsError, UsageError):
        work(run, world.sender(_faulty(strikes)))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("length", [1, 2, 30])
def test_any_call_may_fail_and_those_after_it(world: World, fault: Any, length: int) -> None:
    for first in range(9):
        run = world.new_run()
        _try(world, run, dict.fromkeys(range(first, first + length), fault))
        _whole(world, run)


def test_faults_of_every_kind_in_submission_and_resume(world: World) -> None:
    draw = random.Random(11)
    for _ in range(150):
        run = world.new_run()
        for work in (_submit, _resume, _resume):
            _try(world, run, {n: draw.choice(FAULTS) for n in range(30) if draw.random() < 0.3}, work)
        _whole(world, run)
