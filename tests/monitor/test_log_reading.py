"""What a log pane reads: when it looks again, what it says, and when it is over."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from fargo.errors import AwsDenied, AwsError, AwsThrottled
from fargo.model.job import Attempt, Job, JobState
from fargo.model.log import LogEvent
from fargo.monitor.lines import Line, line
from fargo.monitor.logsource import JobLogs, Lookup, Reading

T0 = datetime(2026, 1, 1, 14, 20, tzinfo=UTC)


def job(state: JobState, **more: object) -> Job:
    return Job(id="id", name="job", state=state, **more)  # type: ignore[arg-type]


class Source:
    """Lines and troubles, as a test says."""

    title, file_name = "job", "job.log"

    def __init__(self, *jobs: Job) -> None:
        self.told: Sequence[Job] = jobs
        self.next: list[Sequence[Line] | AwsError] = []

    def jobs(self) -> Sequence[Job]:
        return self.told

    def lines(self) -> Iterator[Sequence[Line]]:
        for each in self.next:
            if isinstance(each, AwsError):
                raise each
            yield each
        self.next = []


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (JobState.RUNNABLE, "no lines yet: the container is RUNNABLE: it waits for room in its queue"),
        (JobState.STARTING, "no lines yet: the container is STARTING: its container is being started"),
        (
            JobState.RUNNING,
            "no lines yet: the container is RUNNING: its container runs and has written nothing",
        ),
    ],
)
def test_where_nothing_was_written_yet_the_reason_is_said(clock: Clock, state: JobState, said: str) -> None:
    (look,) = Reading(Source(job(state)), clock).looks()
    assert (look.note, look.over) == (said, False)


def test_lines_come_before_the_word_on_how_they_stand(clock: Clock) -> None:
    source = Source(job(JobState.RUNNING))
    source.next = [[line("one")], [line("two")]]
    looks = list(Reading(source, clock).looks())
    assert [[each.text for each in look.lines] for look in looks] == [["one"], ["two"], []]
    assert looks[-1].note == ""


def test_it_is_over_ten_seconds_after_the_job_has_ended(clock: Clock) -> None:
    source = Source(job(JobState.FAILED, exit_code=137, reason="OutOfMemoryError"))
    reading = Reading(source, clock)
    source.next = [[line("Killed")]]
    assert not list(reading.looks())[-1].over
    clock.now = 9.9
    assert not list(reading.looks())[-1].over
    clock.now = 10
    last = list(reading.looks())[-1]
    assert (last.over, last.note) == (True, "FAILED: exit 137, OutOfMemoryError: no more lines come")


def test_a_job_that_is_retried_is_not_over(clock: Clock) -> None:
    source = Source(job(JobState.FAILED))
    reading = Reading(source, clock)
    list(reading.looks())
    source.told = (job(JobState.RUNNABLE),)
    clock.now = 20
    list(reading.looks())
    source.told = (job(JobState.FAILED),)
    assert not list(reading.looks())[-1].over


def test_throttling_slows_the_looks_and_is_said_and_lines_stay(clock: Clock) -> None:
    source = Source(job(JobState.RUNNING))
    reading = Reading(source, clock)
    pauses = []
    for _ in range(4):
        source.next = [AwsThrottled("slow down", operation="GetLogEvents")]
        (look,) = reading.looks()
        pauses.append(reading.pause())
    assert pauses == [4, 8, 16, 32]
    assert look.note == "GetLogEvents throttled 4 times: next look in 32s, what is shown stays"


def test_other_troubles_are_said_in_their_own_words(clock: Clock) -> None:
    source = Source(job(JobState.RUNNING))
    source.next = [AwsDenied("AWS refused GetLogEvents: expired (ExpiredToken)")]
    (look,) = Reading(source, clock).looks()
    assert look.note.startswith("AWS refused GetLogEvents: expired (ExpiredToken): next look in")


def test_a_log_that_is_quiet_is_looked_at_less_often(clock: Clock) -> None:
    reading = Reading(Source(job(JobState.RUNNING)), clock)
    assert reading.pause() == 2
    clock.now = 60
    assert reading.pause() == 5


class FakeTail:
    """A tail that gives what it is told."""

    def __init__(self) -> None:
        self.begin: list[LogEvent] = []
        self.more: list[LogEvent] = []

    def start(self, jobs: object) -> Iterator[LogEvent]:
        return iter(self.begin)

    def poll(self, jobs: object) -> list[LogEvent]:
        found, self.more = self.more, []
        return found


def read(tail: FakeTail) -> list[tuple[str, str, bool]]:
    logs = JobLogs("job", "job.log", tail=lambda: tail, jobs=lambda: (job(JobState.RUNNING),))  # type: ignore[arg-type,return-value]
    both = [*logs.lines(), *logs.lines()]
    return [(each.prefix, each.text, each.mark) for some in both for each in some]


def test_each_further_attempt_of_a_job_stands_below_a_remark() -> None:
    tail = FakeTail()
    tail.begin = [LogEvent(T0, "s", "first"), LogEvent(T0, "s", "second", attempt=2)]
    tail.more = [LogEvent(T0, "s", "third", attempt=2)]
    assert read(tail) == [
        ("", "first", False),
        ("", "try 2", True),
        ("", "second", False),
        ("", "third", False),
    ]


def test_a_childs_lines_say_whose_they_are_and_of_which_attempt() -> None:
    tail = FakeTail()
    tail.begin = [LogEvent(T0, "s", "a", label="#17"), LogEvent(T0, "s", "b", label="#17", attempt=2)]
    assert read(tail) == [("#17", "a", False), ("#17/2", "b", False)]


class FakeBatch:
    asked = 0

    def __init__(self, *answers: Job) -> None:
        self.answers = answers

    def describe(self, ids: Sequence[str]) -> tuple[Job, ...]:
        self.asked += 1
        return self.answers


def test_what_the_board_knows_in_detail_is_not_asked_for(clock: Clock) -> None:
    batch = FakeBatch()
    known = job(JobState.RUNNING)
    assert Lookup("id", {"id": known}.get, lambda: batch, clock)() == (known,)  # type: ignore[arg-type,return-value]
    assert batch.asked == 0


def test_a_job_that_was_only_listed_is_described_every_five_seconds_and_once_more_at_its_end(
    clock: Clock,
) -> None:
    detail = job(JobState.RUNNING, attempts=(Attempt(log_stream="s"),))
    batch = FakeBatch(detail)
    look = Lookup("id", {"id": job(JobState.RUNNING, detailed=False)}.get, lambda: batch, clock)  # type: ignore[arg-type,return-value]
    for now, asked in ((0, 1), (2, 1), (5, 2)):
        clock.now = now
        assert look() == (detail,)
        assert batch.asked == asked
    batch.answers = (job(JobState.FAILED),)
    for now in (10, 20, 30):
        clock.now = now
        assert look() == batch.answers
    assert batch.asked == 3


def test_a_job_that_aws_does_not_know_is_none(clock: Clock) -> None:
    assert Lookup("id", {}.get, FakeBatch, clock)() == ()  # type: ignore[arg-type,return-value]
