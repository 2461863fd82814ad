"""What is said of a run that is followed: few lines, honest ages, words that a screen reader can read."""

from dataclasses import replace
from typing import Any

import pytest
from fakes import a_run
from rich.console import Console
from watching import START, a_job, at, throttled, unreachable

from fargo.model.job import JobState
from fargo.model.run import Chunk, RunSnapshot
from fargo.view import listing
from fargo.view.following import FollowView, Narrator
from fargo.watch import Recovered, Trouble

MANY = 200


def _state(when: float = 0, *, reasons: tuple[str, ...] = (), **counts: int) -> RunSnapshot:
    run = a_run("p", created=START)
    chunks = (Chunk(number=0, job_name="r-w1-c0", size=MANY, job_id="p"),)
    run = replace(run, rows=MANY, waves=(replace(run.last, rows=MANY, chunks=chunks),))
    told = tuple((state, counts[state]) for state in JobState if state in counts)
    state = JobState.PENDING if any(not state.finished for state, _ in told) else JobState.FAILED
    parent = a_job("p", state, size=MANY, counts=told, created=START)
    failed = [a_job(f"p:{at}", JobState.FAILED, reason=reason) for at, reason in enumerate(reasons)]
    return RunSnapshot(run=run, at=at(when), jobs=(parent,), children=tuple(failed))


def _shown(view: FollowView, width: int = 100) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(view.render())
    return captured.get().splitlines()


def _trouble(error: Any, when: float) -> Trouble:
    return Trouble(feed="run", at=at(when), error=error, times=2, pause=20)


def test_a_bar_a_pace_and_what_is_left() -> None:
    view = FollowView(now=lambda: at(120))
    view.take(_state(0, RUNNING=200))
    view.take(_state(60, RUNNING=126, SUCCEEDED=72, FAILED=2))
    head, bar, counts = _shown(view)
    assert "RUNNING" in head
    assert "2m00" in head
    assert "74/200  37/min  about 3m24 left" in bar
    assert counts == "126 running, 72 succeeded, 2 failed of 200"


@pytest.mark.parametrize("width", [20, 60, 160])
def test_however_many_causes_there_are_it_is_a_few_lines_that_fit(width: int) -> None:
    view = FollowView(now=lambda: at(60))
    reasons = tuple(f"a reason that is rather long, of the kind {number}" for number in range(40))
    view.take(_state(0, reasons=reasons, RUNNING=100, FAILED=100))
    view.take(_trouble(throttled(), 50))
    lines = _shown(view, width)
    assert len(lines) <= 12
    assert max(map(len, lines)) <= width


def test_times_stop_while_aws_is_out_of_reach() -> None:
    view = FollowView(now=lambda: at(3600))
    view.take(_state(60, RUNNING=200))
    view.take(_trouble(unreachable(), 65))
    shown = _shown(view)
    assert "1m00" in shown[0]
    assert "offline since" in shown[0]
    assert shown[-1].startswith("⚠ no network; asking again in")


def test_trouble_is_over_with_the_next_answer() -> None:
    view = FollowView(now=lambda: at(75))
    view.take(_state(60, RUNNING=200))
    view.take(_trouble(unreachable(), 65))
    view.take(_state(70, RUNNING=200))
    view.take(Trouble(feed="failures", at=at(71), error=throttled(), times=1, pause=20))
    view.take(Recovered(feed="failures", at=at(72)))
    assert not any("⚠" in line or "offline" in line or "stale" in line for line in _shown(view))


def test_it_is_never_said_that_all_were_looked_at_where_some_were() -> None:
    some = _state(60, reasons=("no disk",) * 3, RUNNING=100, FAILED=100)
    view = FollowView(now=lambda: at(60))
    view.take(some)
    assert view.why == ("3 jobs: no disk (#0, #1, #2)", "of 100, 3 were looked at")
    assert listing.plain([some], {})[1].endswith("no disk; of 3 looked at: 3")


def test_reasons_cannot_drive_the_terminal() -> None:
    view = FollowView(now=lambda: at(60))
    view.take(_state(0, reasons=("\x1b]0;owned\x07",), RUNNING=199, FAILED=1))
    assert "\x1b" not in "".join(_shown(view))


def test_without_a_display_what_matters_is_said_at_once_and_the_rest_once_a_minute() -> None:
    narrator = Narrator()
    said = [
        narrator.said(_state(second, RUNNING=200 - second, SUCCEEDED=second - failed, FAILED=failed))
        for second in range(1, 121)
        for failed in [int(second >= 30)]
    ]
    lines = [line for line in said if line]
    assert len(lines) == 3
    assert lines[1] == "work-261122-183000-abcd RUNNING, 15 percent, 30 of 200 done, 1 failed"


EXPLAIN = "fargo --local explain work-261122-183000-abcd"


def test_where_nothing_starts_the_command_that_tells_why_is_named() -> None:
    def last_line(state: RunSnapshot, when: float) -> str:
        view = FollowView(explain=EXPLAIN, now=lambda: at(when))
        view.take(state)
        return _shown(view)[-1]

    waiting = f"why it waits: {EXPLAIN}"
    assert last_line(_state(0, RUNNABLE=200), 31) == waiting
    assert last_line(_state(0, RUNNABLE=200), 29) != waiting
    assert last_line(_state(40, RUNNABLE=199, STARTING=1), 40) != waiting
    assert last_line(_state(40, RUNNABLE=199, SUCCEEDED=1), 40) != waiting


def test_without_a_display_it_is_named_once() -> None:
    narrator = Narrator(EXPLAIN)
    said = [narrator.hint(_state(second, RUNNABLE=200)) for second in range(0, 90, 10)]
    assert list(filter(None, said)) == [f"why it waits: {EXPLAIN}"]
    assert said[4]
    assert narrator.hint(_state(90, RUNNING=200)) == ""


def test_a_list_of_runs_fits_its_terminal_and_tells_why() -> None:
    states = [_state(60, reasons=("OutOfMemoryError: killed",), RUNNING=199, FAILED=1)]
    for width in (80, 120, 200):
        console = Console(width=width, color_system=None)
        with console.capture() as captured:
            console.print(listing.table(states, width, costs={states[0].run.id: 1.5}))
        head, line = captured.get().splitlines()
        assert max(len(head), len(line)) <= width
        assert "work-261122-183000-abcd" in line
        assert "✘" in line
        assert "$1.50" in line
    assert "OutOfMemoryError" in line


def test_of_a_list_only_news_are_told() -> None:
    before = [_state(0, RUNNING=200)]
    assert listing.changed([_state(60, RUNNING=100, SUCCEEDED=100)], before) == []
    failing = _state(60, RUNNING=199, FAILED=1)
    assert listing.changed([failing], before) == [failing]
    assert listing.changed([failing], []) == [failing]


def test_an_old_look_is_not_a_young_one() -> None:
    view = listing.ListView(lambda: 100)
    view.take((_state(0, RUNNING=200),))
    view.take(_trouble(unreachable(), 5))
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(view.render())
    assert "no network" in captured.get()
