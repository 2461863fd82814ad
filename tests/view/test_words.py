from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fargo.deploy import Change
from fargo.docker import Output, Step
from fargo.images import ImageReady
from fargo.model.image import ImageRef
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import Chunk, Run, RunSnapshot, Wave
from fargo.terraform import Diagnostic, Message, Phase, Planned, Progress
from fargo.view import deploy, images, runs, text
from fargo.view.deploy import DeployView

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("\x1b[2J\x1b]0;owned\x07", "\\x1b[2J\\x1b]0;owned\\x07"), ("a\tb", "a\tb"), ("é 日本", "é 日本"), ("\x9b1m", "\\x9b1m")],
)  # fmt: skip
def test_a_jobs_output_never_drives_the_terminal(raw: str, shown: str) -> None:
    assert text.safe(raw) == shown


def test_lines_stay_lines_when_they_are_made_safe() -> None:
    assert text.safe_lines("a\x1b[2J\nb\r\n") == "a\\x1b[2J\nb\\x0d\n"


def test_an_outcome_tells_code_reason_and_attempt() -> None:
    job = Job(
        id="i", name="n", state=JobState.FAILED, exit_code=137, reason="OOM", attempts=(Attempt(), Attempt())
    )
    assert text.outcome(job) == "exit 137, OOM, attempt 2"
    fine = Job(
        id="i", name="n", state=JobState.SUCCEEDED, exit_code=0, reason="Essential container in task exited"
    )
    assert text.outcome(fine) == "exit 0"


def test_waiting_is_counted_until_the_start_and_running_from_it() -> None:
    job = Job(
        id="i", name="n", state=JobState.RUNNING, created=NOW - timedelta(seconds=90), started=NOW - timedelta(seconds=30)
    )  # fmt: skip
    assert (text.waited(job, NOW), text.elapsed(job, NOW)) == ("1m00", "30s")


def test_an_apply_is_counted_as_it_goes() -> None:
    now = [0.0]
    view = DeployView(lambda: now[0], "up")
    for event in (Planned("a", "create"), Planned("b", "create"), Progress("a", "create", Phase.STARTED)):
        view.take(event)
    now[0] = 4.0
    shown = _text(view)
    assert "0/2" in shown
    assert "1 waiting" in shown
    assert "creating 4s" in shown
    view.take(Progress("a", "create", Phase.DONE, 5))
    view.take(Progress("b", "create", Phase.FAILED, 5))
    shown = _text(view)
    assert "1/2" in shown
    assert "b failed" in shown
    assert "creating" not in shown


def test_what_an_interrupt_stopped_is_not_shown_as_failed() -> None:
    view = DeployView(lambda: 0.0, "up")
    for event in (
        Planned("a", "create"),
        Progress("a", "create", Phase.STARTED),
        Progress("a", "create", Phase.STOPPED, 3),
    ):
        view.take(event)
    shown = _text(view)
    assert "■ a stopped" in shown
    assert "✘" not in shown
    assert "waiting" not in shown


def test_a_build_has_one_line_however_much_it_writes() -> None:
    view = DeployView(lambda: 0.0, "build")
    heights = []
    for event in (Step(number=2, total=5, text="RUN make"), Output(text="short"), Output(text="long " * 60)):
        view.take(event)
        heights.append(_text(view, 60).count("\n"))
    assert heights == heights[:1] * 3
    assert "RUN make  long long" in _text(view, 60)


def _text(view: DeployView, width: int = 100) -> str:
    from rich.console import Console

    console = Console(width=width)
    with console.capture() as captured:
        console.print(view.render())
    return captured.get()


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Progress("a", "delete", Phase.STARTED), "removing a"),
        (Progress("a", "create", Phase.DONE, 61), "done a after 1m01"),
        (Progress("a", "create", Phase.GOING_ON, 10), ""),
        (Progress("a", "create", Phase.STOPPED, 3), "stopped a after 3s"),
        (Diagnostic("warning", "old"), ""),
        (Diagnostic("error", "no"), ""),
        (Message("terraform init"), "terraform init"),
        (Step(number=2, total=5, text="RUN x"), "step 2/5 RUN x"),
    ],
)
def test_events_as_plain_lines(event: object, line: str) -> None:
    assert deploy.plain_line(event) == line  # type: ignore[arg-type] # one of each kind


def test_a_warning_of_terraform_is_kept_for_the_end() -> None:
    view = DeployView(lambda: 0.0, "up")
    view.take(Diagnostic("warning", "old\x1b"))
    view.take(Diagnostic("error", "no"))
    assert view.warnings == ["old\\x1b"]


def test_changes_are_counted_in_words() -> None:
    changes = (Change("a", "create"), Change("b", "create"), Change("c", "import"))
    assert deploy.counts(changes) == "2 to create, 1 to adopt"


def test_an_image_says_what_was_done() -> None:
    ref = ImageRef("r", "tag")
    assert images.ready(ImageReady(ref=ref, built=True, pushed=True)) == "tag built and pushed"
    assert images.ready(ImageReady(ref=ref)) == "tag is there already"


def test_rows_in_one_container_are_not_so_many_in_each() -> None:
    one = Wave(number=1, created=NOW, queue="q", definition="d", image="i", vcpu=1, memory_mib=2048,
               rows=27, pack=250, chunks=(Chunk(number=0, job_name="n", job_id="j"),))  # fmt: skip
    two = replace(one, rows=251, chunks=(replace(one.chunks[0], size=2),))
    assert runs.size_words(one) == "27 rows in 1 container"
    assert runs.size_words(two) == "251 rows in 2 containers, 250 in each"
    run = Run(id="r", project="p", job="w", created=NOW, command=("w",), rows=27, waves=(one,))
    job = Job(id="j", name="n", state=JobState.SUCCEEDED)
    assert runs.containers(RunSnapshot(run=run, at=NOW, jobs=(job,))) == "1 succeeded of 1 container"
