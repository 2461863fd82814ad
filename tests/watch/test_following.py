"""Watching a run when AWS falters: a finished job ends it as finished, and no line is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import BatchClient, LogsClient, Script, Time, a_run, described, refusal, throttled, unreachable

from fargo.aws.batch import Batch
from fargo.aws.logs import Logs
from fargo.errors import AwsDenied, AwsThrottled, AwsUnreachable, WaitTimeout
from fargo.logs import LogEvent, Tail
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import APPEARS_SECONDS, RunSnapshot
from fargo.watch import PATIENCE_SECONDS, Trouble, Watcher, WatchEvent

OLD = datetime.now(UTC) - timedelta(days=1)
JOBS = (Job(id="j1", name="n", state=JobState.RUNNING, attempts=(Attempt(log_stream="s"),)),)


def _watch(
    described: Script,
    logs: LogsClient | None = None,
    *,
    created: datetime = OLD,
    timeout: float | None = None,
) -> list[WatchEvent]:
    time = Time()
    tail = Tail(Logs(logs, "group")) if logs else None
    watcher = Watcher(
        batch=Batch(BatchClient(described=described)),
        tail=tail,
        clock=time.clock,
        sleep=time.sleep,
        timeout=timeout,
    )
    return list(watcher.watch(a_run("j1", created=created)))


def _lines(events: list[WatchEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, LogEvent)]


def _end(events: list[WatchEvent]) -> RunSnapshot:
    assert isinstance(events[-1], RunSnapshot)
    return events[-1]


def test_lines_that_were_read_before_a_throttle_come_with_the_next_call() -> None:
    tail = Tail(Logs(LogsClient(["a", "b"], throttled(), ["c"]), "group"))
    with pytest.raises(AwsThrottled):
        tail.poll(JOBS)
    assert [event.text for event in tail.poll(JOBS)] == ["a", "b", "c"]
    assert tail.poll(JOBS) == []


def test_a_page_without_lines_is_not_the_end() -> None:
    assert [event.text for event in Tail(Logs(LogsClient(["a"], [], ["b"]), "group")).poll(JOBS)] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("trouble", [throttled(), unreachable(), refusal("ServerException", 500)], ids=str)
def test_trouble_with_the_last_lines_hides_neither_them_nor_the_end(trouble: Exception) -> None:
    # The first poll reads "a" to its end; the second, after the job's end, is disturbed.
    events = _watch(Script(described("SUCCEEDED")), LogsClient(["a"], trouble, trouble, ["b"]))
    assert _lines(events) == ["a", "b"]
    assert _end(events).state is JobState.SUCCEEDED
    assert any(isinstance(event, Trouble) for event in events)


def test_last_lines_that_cannot_be_had_are_given_up_and_the_end_is_told() -> None:
    class Dead(LogsClient):
        def get_log_events(self, **_: Any) -> dict[str, Any]:
            raise unreachable()

    events = _watch(Script(described("FAILED")), Dead())
    assert _end(events).state is JobState.FAILED


def test_throttling_only_slows_it_down() -> None:
    many = [throttled()] * int(PATIENCE_SECONDS)
    events = _watch(Script(*many, described("SUCCEEDED")))
    assert sum(event.pause for event in events if isinstance(event, Trouble)) > 2 * PATIENCE_SECONDS
    assert _end(events).state is JobState.SUCCEEDED


def test_a_server_error_is_asked_again() -> None:
    events = _watch(Script(refusal("ServerException", 500), described("SUCCEEDED")))
    assert isinstance(events[0], Trouble)
    assert _end(events).finished


def test_silence_is_borne_as_long_as_patience_lasts() -> None:
    with pytest.raises(AwsUnreachable) as caught:
        _watch(Script(unreachable()))
    assert "`fargo wait work-261122-183000-abcd`" in caught.value.hint


def test_a_timeout_holds_while_being_throttled() -> None:
    with pytest.raises(WaitTimeout):
        _watch(Script(throttled()), timeout=600)


def test_credentials_that_no_longer_hold_end_it_at_once() -> None:
    with pytest.raises(AwsDenied):
        _watch(Script(described("RUNNING"), refusal("ExpiredTokenException", 400)))


def test_a_fresh_job_that_aws_does_not_show_yet_is_waited_for() -> None:
    nothing: dict[str, Any] = {"jobs": []}
    events = _watch(Script(nothing, nothing, described("SUCCEEDED")), created=datetime.now(UTC))
    assert isinstance(events[0], RunSnapshot)
    assert events[0].appearing
    assert _end(events).state is JobState.SUCCEEDED


def test_a_job_that_never_shows_is_not_waited_for_without_end() -> None:
    described = Script({"jobs": []})
    assert _end(_watch(described, created=datetime.now(UTC) + timedelta(days=1))).jobs == ()
    assert APPEARS_SECONDS / 5 < len(described.calls) < 2 * APPEARS_SECONDS


def test_a_run_that_aws_has_forgotten_is_over_at_once() -> None:
    assert len(_watch(Script({"jobs": []}), created=OLD)) == 1
