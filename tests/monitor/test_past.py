"""Jobs of old runs: asked for once, by AWS Batch, then by events."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from fakes import BatchClient, Script, a_run, described

from fargo.aws.batch import Batch
from fargo.model.job import Job, JobState
from fargo.model.run import Run
from fargo.monitor.board import Board
from fargo.monitor.past import PastFeed
from fargo.watch import JobsSeen, RunsSeen


def _look(feed: PastFeed, answer: dict[str, Any]) -> tuple[list[JobsSeen], Script]:
    script = Script(answer)
    seen = list(feed.look(Batch(BatchClient(described=script))))
    return [each for each in seen if isinstance(each, JobsSeen)], script


def test_what_batch_knows_needs_no_event_and_is_asked_for_once() -> None:
    def recall(_: Sequence[Run], __: Collection[str]) -> Sequence[Job]:
        raise AssertionError

    feed = PastFeed(recall)
    feed.runs, feed.unknown = (a_run("j1"),), ("j1",)
    (seen,), _ = _look(feed, described("SUCCEEDED"))
    assert [job.state for job in seen.jobs] == [JobState.SUCCEEDED]
    assert _look(feed, described("SUCCEEDED"))[1].calls == []


def test_what_batch_has_forgotten_events_tell_and_the_rest_is_gone() -> None:
    asked: list[Collection[str]] = []

    def recall(_: Sequence[Run], ids: Collection[str]) -> Sequence[Job]:
        asked.append(set(ids))
        return [Job(id="j1", name="n", state=JobState.FAILED)]

    feed = PastFeed(recall)
    feed.runs, feed.unknown = (a_run("j1"), replace(a_run("j2"), id="two")), ("j1", "j2")
    (_, seen), _ = _look(feed, {"jobs": []})
    assert asked == [{"j1", "j2"}]
    assert ([job.state for job in seen.jobs], seen.gone) == ([JobState.FAILED], ("j2",))


def test_a_board_knows_whose_jobs_nobody_told_of() -> None:
    board = Board()
    run = a_run("j1")
    board.take(RunsSeen(feed="runs", at=run.created, runs=(run,)))
    assert board.unknown() == ("j1",)
    board.take(JobsSeen(feed="past", at=run.created, jobs=(), gone=("j1",)))
    assert board.unknown() == ()
