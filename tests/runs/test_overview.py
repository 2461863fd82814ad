"""A closer look at a run: few calls however large it is, and a cost that is honest about what was looked at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, a_run, refusal

from fargo.aws.batch import Batch
from fargo.aws.logs import Logs
from fargo.children import listed
from fargo.cost import MINIMUM_SECONDS, START_SECONDS, Task
from fargo.history import History
from fargo.model.fargate import Architecture, Size
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import Chunk, RunSnapshot
from fargo.overview import overview

TASK = Task(size=Size(1, 2048), architecture=Architecture.X86_64)
STARTED = int(NOW.timestamp() * 1000)


class Children:
    """A client of `batch` whose arrays have ten thousand children in every state, a thousand a page."""

    def __init__(self) -> None:
        self.calls = 0

    def get_paginator(self, name: str) -> "Children":
        assert name == "list_jobs"
        return self

    def paginate(self, *, arrayJobId: str, jobStatus: str, **_: Any) -> Any:  # noqa: N803 # AWS's spelling
        for page in range(10):
            self.calls += 1
            yield {
                "jobSummaryList": [
                    {
                        "jobId": f"{arrayJobId}:{page * 1_000 + number}",
                        "jobName": "n",
                        "status": jobStatus,
                        "createdAt": STARTED - 5_000,
                        "startedAt": STARTED,
                        "stoppedAt": STARTED + 100_000,
                    }
                    for number in range(1_000)
                ]
            }


class Events:
    """A client of `logs` with no events, or one that refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def filter_log_events(self, **_: Any) -> dict[str, Any]:
        if self._error:
            raise self._error
        return {"events": []}


def _array(job_id: str = "a", **counts: int) -> Job:
    told = tuple((JobState(name), count) for name, count in counts.items())
    return Job(id=job_id, name="n", state=JobState.FAILED, size=10_000, counts=told)


def _state(*jobs: Job, size: int = 10_000) -> RunSnapshot:
    run = a_run()
    chunks = tuple(
        Chunk(number=number, job_name=job.id, job_id=job.id, size=size) for number, job in enumerate(jobs)
    )
    wave = replace(run.last, rows=size * len(jobs), chunks=chunks)
    return RunSnapshot(
        run=replace(run, rows=wave.rows, waves=(wave,)), at=NOW + timedelta(hours=1), jobs=jobs
    )


def _look(state: RunSnapshot, client: Any = None, events: Any = None) -> Any:
    return overview(
        state, Batch(client or Children()), History(lambda: Logs(events or Events(), "g")), lambda _: TASK
    )


def test_a_run_of_a_million_containers_is_looked_at_in_few_calls() -> None:
    client = Children()
    arrays = [_array(f"a{number}", FAILED=1, SUCCEEDED=9_998, RUNNING=1) for number in range(100)]
    found = _look(_state(*arrays), client)
    assert client.calls <= 5
    assert found.failed == 100
    assert found.spread.waited == (5, 5)


def test_calls_are_bounded_where_every_array_has_one_failure() -> None:
    class Few(Children):
        def paginate(self, **_: Any) -> Any:
            self.calls += 1
            yield {"jobSummaryList": [{"jobId": "a:1", "jobName": "n", "status": "FAILED"}]}

    client = Few()
    arrays = [_array(f"a{number}", FAILED=1) for number in range(100)]
    assert len(list(listed(Batch(client), arrays, JobState.FAILED, most=2_000))) == client.calls == 10


@pytest.mark.parametrize(("state", "ids"), [(JobState.RUNNING, ["s"]), (JobState.FAILED, [])])
def test_what_is_in_no_such_state_costs_no_call(state: JobState, ids: list[str]) -> None:
    client = Children()
    jobs = [Job(id="s", name="n", state=JobState.RUNNING), _array(SUCCEEDED=10_000)]
    assert [job.id for job in listed(Batch(client), jobs, state, most=10)] == ids
    assert client.calls == 0


def test_containers_that_were_not_looked_at_count_like_those_that_were() -> None:
    found = _look(_state(_array(SUCCEEDED=10_000)))
    assert found.cost.dollars == pytest.approx(10_000 * (100 + START_SECONDS) / 3600 * TASK.hourly)


def test_every_attempt_costs_and_a_minute_at_the_least() -> None:
    tries = (
        Attempt(started=NOW, stopped=NOW + timedelta(seconds=5)),
        Attempt(started=NOW, stopped=NOW + timedelta(seconds=400)),
        Attempt(reason="CannotPullContainerError"),
    )
    job = Job(id="s", name="n", state=JobState.SUCCEEDED, created=NOW, started=NOW, attempts=tries)
    found = _look(_state(job, size=1))
    seconds = MINIMUM_SECONDS + 400 + START_SECONDS
    assert found.cost.dollars == pytest.approx(seconds / 3600 * TASK.hourly)
    assert found.spread is None


def test_what_has_not_started_has_no_cost() -> None:
    assert _look(_state(Job(id="s", name="n", state=JobState.RUNNABLE, created=NOW), size=1)).cost is None


def test_who_may_not_read_events_sees_a_run_without_them() -> None:
    job = Job(id="s", name="n", state=JobState.RUNNING, created=NOW, started=NOW)
    assert _look(_state(job, size=1), events=Events(refusal("AccessDeniedException", 400))).moves == {}


def test_the_children_of_a_forgotten_array_are_told_by_events(told: Callable[..., Any]) -> None:
    state = replace(_state(replace(_array(), counts=())), past=("a",))
    found = _look(state, events=told("a:1", "a:2"))
    assert [cause.count for cause in found.causes] == [2]
    assert found.cost.dollars == pytest.approx(2 * MINIMUM_SECONDS / 3600 * TASK.hourly)


@pytest.fixture
def told() -> Callable[..., Any]:
    """A client of `logs` that tells of children that failed after ten seconds."""
    import json

    def client(*ids: str) -> Any:
        class Told(Events):
            def filter_log_events(self, **_: Any) -> dict[str, Any]:
                details = [
                    {"jobId": each, "jobName": "n", "status": "FAILED", "startedAt": STARTED, "stoppedAt": STARTED + 10_000}
                    for each in ids
                ]  # fmt: skip
                told = {"detail-type": "Batch Job State Change", "time": NOW.isoformat()}
                lines = [json.dumps(told | {"detail": detail}) for detail in details]
                return {"events": [{"timestamp": 0, "logStreamName": "s", "message": line} for line in lines]}

        return Told()

    return client
