"""The containers of a run: whole while they are few, an honest sample where they are many."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import NOW, a_run
from local_aws import (
    LOG_GROUP,
    client,
    forget_jobs,
    local_aws,
    make_definition,
    make_queue,
    script,
    wait_for_job,
    wait_until,
)
from projects import REGION, keep_events

from fargo.aws.batch import Batch
from fargo.aws.logs import Logs
from fargo.containers import containers
from fargo.history import History, recall
from fargo.model.job import Job, JobState
from fargo.model.naming import batch_job_name
from fargo.model.run import Chunk, Run, RunSnapshot
from fargo.watch import snapshot

STARTED = int(NOW.timestamp() * 1000)


class Arrays:
    """A client of `batch` whose arrays have as many children in every state as they are asked for."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def get_paginator(self, name: str) -> "Arrays":
        assert name == "list_jobs"
        return self

    def paginate(self, *, arrayJobId: str, jobStatus: str, PaginationConfig: dict[str, int]) -> Iterator[Any]:  # noqa: N803 # AWS's spelling
        for page in range(10_000 // PaginationConfig["PageSize"]):
            self.calls["ListJobs"] += 1
            first = page * PaginationConfig["PageSize"]
            ids = range(first, first + PaginationConfig["PageSize"])
            yield {
                "jobSummaryList": [
                    {"jobId": f"{arrayJobId}:{number}", "jobName": "n", "status": jobStatus} for number in ids
                ]
            }

    def describe_jobs(self, *, jobs: list[str]) -> dict[str, Any]:
        self.calls["DescribeJobs"] += 1
        attempts = [{"startedAt": STARTED, "stoppedAt": STARTED + 1_000}] * 2
        told = {"jobName": "n", "status": "SUCCEEDED", "jobQueue": "q", "attempts": attempts}
        return {"jobs": [{"jobId": each} | told for each in jobs]}


def _array(number: int, *, tries: int = 1, **counts: int) -> Job:
    told = tuple((JobState(name), count) for name, count in counts.items())
    return Job(id=f"a{number}", name="n", state=JobState.PENDING, size=10_000, counts=told, tries=tries)


def _state(*jobs: Job) -> RunSnapshot:
    run = a_run()
    chunks = tuple(Chunk(number=n, job_name=job.id, job_id=job.id, size=10_000) for n, job in enumerate(jobs))
    run = replace(run, waves=(replace(run.last, chunks=chunks),))
    return RunSnapshot(run=run, at=NOW + timedelta(hours=1), jobs=jobs)


def _none() -> Logs:
    raise AssertionError  # nothing is forgotten: nobody asks for events


def test_ten_thousand_children_are_ten_calls() -> None:
    api = Arrays()
    found = containers(_state(_array(0, SUCCEEDED=10_000)), Batch(api), History(_none), most=20_000)
    assert (len(found.jobs), found.total, found.whole) == (10_000, 10_000, True)
    assert api.calls == {"ListJobs": 10}


def test_what_may_have_been_retried_is_described_with_all_attempts() -> None:
    api = Arrays()
    found = containers(_state(_array(0, tries=3, SUCCEEDED=1_000)), Batch(api), History(_none), most=1_000)
    assert api.calls == {"ListJobs": 1, "DescribeJobs": 10}
    assert {len(job.attempts) for job in found.jobs} == {2}


def test_of_a_million_the_few_that_failed_come_whole_and_the_calls_stay_few() -> None:
    api = Arrays()
    arrays = [_array(number, FAILED=1, SUCCEEDED=9_990, RUNNING=9) for number in range(100)]
    found = containers(_state(*arrays), Batch(api), History(_none), most=3_000)
    states = Counter(job.state for job in found.jobs)
    assert (found.total, found.whole) == (1_000_000, False)
    assert states[JobState.FAILED] == 100
    assert states.total() == 3_000
    assert api.calls["ListJobs"] <= 110


@pytest.fixture
def ran() -> Iterator[tuple[str, Run]]:
    """An array of two whose children are tried twice, ended; its endpoint and its run."""
    with local_aws(speed=50) as endpoint:
        keep_events(endpoint)
        client("logs", endpoint, REGION).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", endpoint, REGION)
        queue = make_queue(batch)
        definition = make_definition(batch, retryStrategy={"attempts": 2})
        run = a_run(created=datetime.now(UTC) - timedelta(hours=1))
        job_id = batch.submit_job(
            jobName=batch_job_name(run.id, 1, 0),
            jobQueue=queue,
            jobDefinition=definition,
            arrayProperties={"size": 2},
            containerOverrides=script({"sleep": 5}, {"exit": 1}),
        )["jobId"]
        wait_for_job(batch, job_id)
        chunk = Chunk(number=0, job_name="c", size=2, job_id=job_id)
        yield endpoint, replace(run, waves=(replace(run.last, chunks=(chunk,)),))


def _history(endpoint: str) -> History:
    return History(lambda: Logs(client("logs", endpoint, REGION), "/fargo/demo/events"))


def test_every_attempt_of_every_child_is_told(ran: tuple[str, Run]) -> None:
    endpoint, run = ran
    batch = Batch(client("batch", endpoint, REGION))
    found = containers(snapshot(run, batch), batch, _history(endpoint), most=10)
    assert [len(job.attempts) for job in found.jobs] == [2, 2]
    assert found.total == 2


def test_of_a_forgotten_array_events_tell_every_attempt(ran: tuple[str, Run]) -> None:
    endpoint, run = ran
    told = _history(endpoint)
    wait_until(lambda: told.ended([run], run.job_ids))
    endpoint = forget_jobs()
    batch, history = Batch(client("batch", endpoint, REGION)), _history(endpoint)
    state = recall([snapshot(run, batch)], history)[0]
    found = containers(state, batch, history, most=10)
    assert [len(job.attempts) for job in found.jobs] == [2, 2]
    assert found.total == 2
