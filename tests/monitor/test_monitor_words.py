"""What the monitor asks, explains and says about freshness, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fargo.aws.batch_answers import Queue
from fargo.errors import AwsDenied, AwsThrottled, AwsUnreachable
from fargo.model.job import Job, JobState
from fargo.model.run import Chunk, Run, Wave
from fargo.monitor import headings
from fargo.monitor.asking import MORE, copies, live, retry_question, stop_question
from fargo.monitor.board import Board
from fargo.monitor.keys import EVERYWHERE, Key, footer, footer_length
from fargo.monitor.look import Look
from fargo.monitor.source import Title
from fargo.monitor.why import why
from fargo.watch import JobsSeen, QueuesSeen, RunsSeen, Trouble

T0 = datetime(2026, 6, 12, 14, 20, tzinfo=UTC)
TITLE = Title(project="demo", region="us-east-1", account_id="123456789012", target="aws", profile="work")
ARRAY = Job(
    id="array", name="array", state=JobState.PENDING, size=200,
    counts=((JobState.RUNNING, 30), (JobState.RUNNABLE, 20), (JobState.SUCCEEDED, 148), (JobState.FAILED, 2)),
)  # fmt: skip
JOB = Job(id="job", name="job", state=JobState.RUNNING, created=T0)
RUN = Run(
    id="array-260612-142000-abcd", project="demo", job="array", created=T0, command=("x",),
    waves=(
        Wave(number=1, created=T0, queue="q", definition="d", image="i", vcpu=1, memory_mib=2048,
             chunks=(Chunk(number=0, job_name="n", size=200, job_id="array"),)),
    ),
)  # fmt: skip


def board_of(*jobs: Job) -> Board:
    board = Board()
    board.take(JobsSeen(feed="jobs", at=T0, jobs=jobs))
    board.take(RunsSeen(feed="runs", at=T0, runs=(RUN,)))
    board.scope = (("jobs", 5.0),)
    board.count()
    return board


def test_a_stop_names_the_jobs_and_counts_what_it_reaches() -> None:
    asked = stop_question([ARRAY, JOB], board_of(ARRAY, JOB))
    text = "\n".join(asked.lines)
    assert asked.title == "Stop 1 array job and 1 job?"
    assert "array [200]" in text
    assert "1 array job and 1 job: 31 running, 20 waiting children." in text
    assert "cannot be undone" in text
    assert not asked.word


def test_of_many_jobs_five_are_named() -> None:
    jobs = [Job(id=f"j{n}", name=f"name-{n}", state=JobState.RUNNING) for n in range(8)]
    text = "\n".join(stop_question(jobs, board_of(*jobs)).lines)
    assert "name-4" in text
    assert "name-5" not in text
    assert "and 3 more" in text


def test_to_stop_more_than_a_hundred_containers_a_word_must_be_typed() -> None:
    many = Job(id="a", name="a", state=JobState.PENDING, size=200, counts=((JobState.RUNNING, 101),))
    assert stop_question([many], board_of(many)).word == "stop"


def test_what_has_ended_is_not_stopped_and_a_child_not_besides_its_array() -> None:
    ended = Job(id="e", name="e", state=JobState.SUCCEEDED)
    child = Job(id="array:3", name="array", state=JobState.RUNNING)
    assert live([ended, ARRAY, child]) == [ARRAY]


def test_a_retry_says_which_rows_and_with_what_memory() -> None:
    assert "with 1 vCPU, 2 GiB" in "\n".join(retry_question(RUN, 2, "").lines)
    assert "with 1 vCPU, 4 GiB instead of 2 GiB (+100%)" in "\n".join(retry_question(RUN, 2, MORE[2]).lines)


def test_what_can_be_copied_names_the_profile_and_the_region() -> None:
    found = {what: value for _, what, value in copies(ARRAY, board_of(ARRAY), TITLE)}
    assert found["arn"] == "arn:aws:batch:us-east-1:123456789012:job/array"
    assert found["fargo command"] == f"fargo logs {RUN.id}"
    assert found["aws command"].endswith("--jobs array --region us-east-1 --profile work")


@pytest.mark.parametrize(
    ("reason", "exit_code", "cause", "command"),
    [
        ("OutOfMemoryError: Container killed due to memory usage", 137, "more memory", "retry {run} --memory '3 GiB'"),
        ("Host EC2 (instance i-0123) terminated.", None, "was terminated", "retry {run}"),
        ("CannotPullContainerError: no", None, "image could not be pulled", "build"),
        ("Job attempt duration exceeded timeout", None, "longer than its timeout", "up"),
        ("Essential container in task exited", 3, "exit code 3", "logs {run}"),
        ("Essential container in task exited", 143, "asked to end", "retry {run}"),
        ("", None, "AWS gives no reason", ""),
    ],
)  # fmt: skip
def test_a_failure_has_a_cause_and_a_command(
    reason: str, exit_code: int | None, cause: str, command: str
) -> None:
    child = Job(id="array:1", name="array", state=JobState.FAILED, reason=reason, exit_code=exit_code)
    found = why(child, board_of(ARRAY, child))
    assert cause in found.cause
    assert next((fix.command for fix in found.fixes), "") == command.format(run=RUN.id)


def test_a_job_that_waits_is_explained_as_fargo_explain_does() -> None:
    board = board_of(replace(JOB, state=JobState.RUNNABLE))
    assert why(board.store.jobs["job"], board).cause == "It is RUNNABLE"
    queue = Queue("arn/q", "q", "ENABLED", "INVALID", "")
    run = replace(
        RUN,
        id="job",
        waves=(replace(RUN.last, queue="arn/q", chunks=(Chunk(number=0, job_name="n", job_id="job"),)),),
    )
    board.take(RunsSeen(feed="runs", at=T0, runs=(run,)))
    board.take(QueuesSeen(feed="queues", at=T0, queues=(queue,), environments=()))
    found = why(board.store.jobs["job"], board)
    assert (found.rule, found.fixes[0].command) == ("queue-invalid", "up")


def test_an_array_of_which_some_failed_names_the_command_that_says_why() -> None:
    found = why(ARRAY, board_of(ARRAY))
    assert (found.cause, found.fixes[0].command) == ("2 containers of it failed", f"explain {RUN.id}")


def header(board: Board, now: datetime) -> str:
    return headings.title(TITLE, board, board.age(now), "every 5s", Look(), 80).plain


def below(board: Board, now: datetime) -> str:
    return headings.trouble(board, board.age(now), now, "work").plain


def test_the_header_tells_the_age_of_what_is_shown() -> None:
    board = board_of(JOB)
    assert "● live 5s ago   every 5s" in header(board, T0 + timedelta(seconds=4))
    assert "● stale 40s" in header(board, T0 + timedelta(seconds=38))


def test_throttling_is_told_and_the_jobs_stay() -> None:
    board = board_of(JOB)
    error = AwsThrottled("AWS refused", operation="ListJobs")
    board.take(Trouble(feed="jobs of q", at=T0, error=error, times=3, pause=20))
    now = T0 + timedelta(seconds=4)
    assert "stale" in header(board, now)
    assert below(board, now) == "ListJobs throttled 3x: asking again in 16s"
    assert board.clock(now) == now


def test_expired_credentials_name_the_command_that_renews_them() -> None:
    board = board_of(JOB)
    error = AwsDenied("The token has expired", operation="DescribeJobs", code="ExpiredTokenException")
    board.take(Trouble(feed="jobs", at=T0, error=error, times=1, pause=10))
    assert "`aws sso login --profile work`" in below(board, T0)
    assert "refused since" in header(board, T0)


def test_while_offline_running_jobs_clocks_stand_still() -> None:
    board = board_of(JOB)
    error = AwsUnreachable("AWS could not be asked (DescribeJobs): no route", operation="DescribeJobs")
    board.take(Trouble(feed="jobs", at=T0 + timedelta(seconds=5), error=error, times=1, pause=10))
    now = T0 + timedelta(minutes=3)
    assert "offline since" in header(board, now)
    assert board.clock(now) == T0
    board.take(JobsSeen(feed="jobs", at=now, jobs=(JOB,)))
    assert board.clock(now) == now


def test_the_counts_keep_to_the_width_and_words_go_before_numbers() -> None:
    board = board_of(ARRAY, JOB)
    for width in (60, 80, 110, 160):
        line = headings.counts(board, T0, Look(), width)
        assert line.cell_len <= width
    assert headings.counts(board, T0, Look(), 80).plain.startswith(
        " ▶ 31 run  ◌ 20 queued  ✔ 148 ok  ✘ 2 fail"
    )
    assert (
        " ▶ 31 running   ◌ 20 queued   ✔ 148 ok   ✘ 2 failed" in headings.counts(board, T0, Look(), 160).plain
    )


def test_the_footer_keeps_the_keys_that_matter() -> None:
    keys = (Key(keys="x", action="stop", shown="x", word="Stop", help="stop", rank=1), *EVERYWHERE)
    assert [key.shown for key in footer(keys, 30)] == ["x", "?", "q"]
    assert footer_length(footer(keys, 30)) <= 30
    assert footer(keys, 5) == ()


def test_no_key_that_changes_anything_is_a_control_key() -> None:
    from fargo.monitor.screens.acting import ACTING

    changing = [key for key in ACTING if key.changes]
    assert {key.keys for key in changing} == {"x", "r"}


def test_what_finishes_is_drawn_at_once() -> None:
    board = board_of(ARRAY)
    done = ((JobState.RUNNING, 10), (JobState.SUCCEEDED, 188), (JobState.FAILED, 2))
    at = T0 + timedelta(seconds=44)
    board.take(JobsSeen(feed="jobs", at=at, jobs=(replace(ARRAY, counts=done),)))
    board.count()
    assert "▁▁▁▁▁▁▁▁▁█" in headings.counts(board, at, Look(), 160).plain
