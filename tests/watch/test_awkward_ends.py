"""Following where AWS lags behind itself, pages break in the middle, or a part of it refuses."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

import pytest
from fakes import LogsClient, Time, a_run, refusal, throttled, unreachable

from fargo.aws.batch import Batch
from fargo.aws.logs import Logs
from fargo.errors import AwsUnreachable, WaitTimeout
from fargo.logs import Tail
from fargo.model.job import JobState
from fargo.model.run import Chunk, Run, RunSnapshot
from fargo.watch import PATIENCE_SECONDS, Poller, Recovered, Trouble, Watcher, WatchEvent, watch_runs

OLD = datetime.now(UTC) - timedelta(minutes=5)
Answer = Callable[[list[str]], list[dict[str, Any]]]


class Client:
    """DescribeJobs as a function of its ids and of how often it was called; ListJobs likewise."""

    def __init__(self, describe: Answer, listed: Callable[[str], list[str]] = lambda _: []) -> None:
        self._describe, self._listed = describe, listed
        self.described = self.lists = 0

    def describe_jobs(self, *, jobs: list[str]) -> dict[str, Any]:
        self.described += 1
        return {"jobs": self._describe(jobs)}

    def get_paginator(self, _: str) -> "Client":
        return self

    def paginate(self, *, arrayJobId: str, jobStatus: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 # AWS's
        self.lists += 1
        ids = self._listed(arrayJobId)
        found = [{"jobId": f"{arrayJobId}:{each}", "jobName": "n", "status": jobStatus} for each in ids]
        yield {"jobSummaryList": found}


def _job(job_id: str, status: str, failed: int = 0, **more: Any) -> dict[str, Any]:
    array = {"arrayProperties": {"size": 10, "statusSummary": {"FAILED": failed, "RUNNING": 10 - failed}}}
    known = {"jobId": job_id, "jobName": "n", "jobQueue": "q", "status": status, "container": {}}
    return known | (array if failed else {}) | more


def _run(*waves: tuple[str, ...], size: int = 10) -> Run:
    run = a_run("x", created=OLD)
    made = [
        replace(
            run.last,
            number=number,
            rows=size * len(ids),
            chunks=tuple(
                Chunk(number=n, job_name=job_id, size=size, job_id=job_id) for n, job_id in enumerate(ids)
            ),
        )
        for number, ids in enumerate(waves, 1)
    ]
    return replace(run, rows=made[0].rows, waves=tuple(made))


def _followed(
    client: Client, run: Run, *, logs: Any = None, timeout: float | None = 3600, most: int = 5000
) -> tuple[list[WatchEvent], Time]:
    time, events = Time(), list[WatchEvent]()
    tail = Tail(Logs(logs, "g")) if logs else None
    watcher = Watcher(
        batch=Batch(client), tail=tail, clock=time.clock, sleep=time.sleep, failures=True, timeout=timeout
    )
    for event in watcher.watch(run):
        events.append(event)
        assert len(events) < most
    return events, time


def test_a_failure_that_is_counted_before_it_is_listed_ends_neither_time_nor_patience() -> None:
    client = Client(lambda ids: [_job(each, "PENDING", failed=1) for each in ids])
    with pytest.raises(WaitTimeout):
        _followed(client, _run(("p",)), timeout=600)
    assert client.lists < 600 / 10


def test_a_run_of_many_jobs_is_not_over_before_all_of_them_were_seen() -> None:
    former = tuple(f"a{number}" for number in range(100))
    rounds = [0]

    def describe(ids: list[str]) -> list[dict[str, Any]]:
        rounds[0] += "b" in ids
        alive = rounds[0] < 3
        return [_job(each, "RUNNING" if each == "b" and alive else "SUCCEEDED") for each in ids]

    events, _ = _followed(Client(describe), _run(former, ("b",)))
    states = [event for event in events if isinstance(event, RunSnapshot)]
    assert [len(state.jobs) for state in states] == [101] * len(states)
    assert [state.finished for state in states] == [False, False, True]


@pytest.mark.parametrize("logs", [None, LogsClient()], ids=["without lines", "with lines"])
def test_silence_of_batch_is_not_broken_by_others(logs: Any) -> None:
    asked = [0]

    def describe(ids: list[str]) -> list[dict[str, Any]]:
        asked[0] += 1
        if asked[0] > 1:
            raise unreachable()
        return [_job(each, "RUNNABLE") for each in ids]

    with pytest.raises(AwsUnreachable):
        _followed(Client(describe), _run(("p",), size=1), logs=logs)
    assert asked[0] < PATIENCE_SECONDS


def test_an_end_is_told_though_its_lines_cannot_be_read() -> None:
    class Dead:
        def get_log_events(self, **_: Any) -> Any:
            raise unreachable()

        filter_log_events = get_log_events

    client = Client(lambda ids: [_job(each, "SUCCEEDED", container={"logStreamName": "s"}) for each in ids])
    events, time = _followed(client, _run(("p",), size=1), logs=Dead())
    assert isinstance(events[-1], RunSnapshot)
    assert time.now < 3 * PATIENCE_SECONDS


def test_who_may_not_list_children_is_told_so_once_and_followed_on() -> None:
    def refuse(_: str) -> list[str]:
        raise refusal("AccessDeniedException", 403)

    asked = [0]

    def describe(ids: list[str]) -> list[dict[str, Any]]:
        asked[0] += 1
        return [_job(each, "FAILED" if asked[0] > 20 else "PENDING", failed=1) for each in ids]

    events, _ = _followed(Client(describe, refuse), _run(("p",)))
    assert sum(isinstance(event, Trouble) for event in events) == 1
    assert isinstance(events[-1], RunSnapshot)
    assert events[-1].state is JobState.FAILED


def test_who_is_throttled_asks_more_seldom_and_is_told_that_it_is_over() -> None:
    asked = [0]

    def listed(_: str) -> list[str]:
        asked[0] += 1
        if asked[0] < 4:
            raise throttled()
        return ["1"]

    client = Client(lambda ids: [_job(each, "PENDING", failed=1) for each in ids], listed)
    events: list[Any] = []
    with pytest.raises(WaitTimeout):
        events.extend(_events(client, 600))  # what came before it is kept
    told = [event for event in events if isinstance(event, Trouble | Recovered)]
    assert [type(event) for event in told] == [Trouble, Trouble, Trouble, Recovered]
    assert asked[0] == 4


def _events(client: Client, timeout: float) -> Iterator[WatchEvent]:
    time = Time()
    yield from Watcher(
        batch=Batch(client), tail=None, clock=time.clock, sleep=time.sleep, failures=True, timeout=timeout
    ).watch(_run(("p",)))


def test_all_arrays_that_failed_last_are_explained() -> None:
    ids = tuple(f"a{number}" for number in range(8))
    client = Client(lambda jobs: [_job(each, "FAILED", failed=10) for each in jobs], lambda _: ["1"])
    events, _ = _followed(client, _run(ids))
    assert isinstance(events[-1], RunSnapshot)
    assert {child.parent for child in events[-1].children} == set(ids)


def test_what_failed_in_a_former_wave_is_over() -> None:
    def describe(ids: list[str]) -> list[dict[str, Any]]:
        return [_job(each, "FAILED", failed=10) if each == "a" else _job(each, "SUCCEEDED") for each in ids]

    events, _ = _followed(Client(describe, lambda _: ["1"]), _run(("a",), ("b",)))
    assert isinstance(events[-1], RunSnapshot)
    assert events[-1].state is JobState.SUCCEEDED
    assert events[-1].last_children == ()


def test_watched_runs_are_told_of_once_all_their_jobs_were_seen() -> None:
    many = _run(tuple(f"a{number}" for number in range(100)))
    two = replace(_run(("b",)), id="two")
    client = Client(lambda ids: [_job(each, "RUNNING") for each in ids])
    first = next(watch_runs(lambda: [many, two], lambda: Poller(Batch(client))))
    assert isinstance(first, tuple)
    assert [len(state.jobs) for state in first] == [100, 1]


def test_why_watched_runs_failed_is_asked_as_soon_as_it_is_known_that_they_did() -> None:
    client, time = (
        Client(lambda ids: [_job(each, "FAILED", failed=1) for each in ids], lambda _: ["1"]),
        Time(),
    )
    ticks = count(step=0.001)  # no two moments are the same: what was added first is asked first
    poller = Poller(
        Batch(client),
        clock=lambda: time.clock() + next(ticks),
        wait=lambda _, seconds: time.sleep(seconds),
    )
    before, after = islice(watch_runs(lambda: [_run(("a",))], lambda: poller), 2)
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    assert (len(before[0].children), len(after[0].children)) == (0, 1)
    assert max(time.slept, default=0) < 1


def test_having_no_runs_is_told() -> None:
    assert next(watch_runs(list, lambda: Poller(Batch(Client(lambda _: []))))) == ()
