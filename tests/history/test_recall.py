"""Snapshots of runs that AWS Batch has forgotten: events tell how they ended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from told import BEGIN, Group, a_run, event, history, life, ms

from fargo.history import Recall, recall
from fargo.model.job import Job, JobState
from fargo.model.run import RunSnapshot

LATER = BEGIN + timedelta(days=10)


def _state(*known: Job, ids: tuple[str, ...] = ("j1",), size: int = 1, run: str = "") -> RunSnapshot:
    ledger = a_run(*ids, size=size, **({"run": run} if run else {}))
    return RunSnapshot(run=ledger, at=LATER, jobs=known, gone=len(ids) - len(known))


def _array_end(**summary: int) -> str:
    properties = {"size": 3, "statusSummary": summary}
    return event("j1", "FAILED", 9, stoppedAt=ms(9), arrayProperties=properties)


def test_a_forgotten_run_stands_as_its_events_told() -> None:
    (found,) = recall([_state()], history(Group(life(code=137))))
    assert (found.state, found.gone, found.past, found.unseen) == (JobState.FAILED, 0, ("j1",), ())
    assert found.jobs[0].exit_code == 137
    assert found.finished
    assert found.counts == {JobState.FAILED: 1}


def test_nothing_is_asked_where_aws_batch_knows_every_job_of_the_last_wave() -> None:
    group = Group([])
    known = _state(Job(id="j1", name="n", state=JobState.SUCCEEDED))
    assert recall([known], history(group)) == (known,)
    assert group.asked == []


def test_nothing_is_asked_of_jobs_that_are_only_about_to_appear() -> None:
    group, young = Group([]), replace(_state(), at=BEGIN)
    assert recall([young], history(group)) == (young,)
    assert group.asked == []


def test_several_old_runs_are_one_question_that_ends_with_the_last_answer() -> None:
    states = [_state(ids=(name,), run=f"work-261101-12000{name[-1]}-abcd") for name in ("j1", "j2")]
    group = Group(life("j1"), life("j2", code=1), life("j3"))
    found = recall(states, history(group))
    assert [state.state for state in found] == [JobState.SUCCEEDED, JobState.FAILED]
    assert len(group.asked) == 2
    assert all(state.run.id in group.asked[0]["filterPattern"] for state in states)


def test_what_events_do_not_tell_either_stays_gone() -> None:
    (found,) = recall([_state(ids=("j1", "j2"))], history(Group(life("j1"))))
    assert (found.gone, found.past, found.unseen) == (1, ("j1",), ("j2",))
    (none,) = recall([_state()], history(Group([])))
    assert (none.jobs, none.gone) == ((), 1)


def test_a_job_whose_end_is_not_told_stays_gone() -> None:
    (found,) = recall([_state()], history(Group(life()[:3])))
    assert (found.jobs, found.gone) == ((), 1)


def test_an_array_has_its_counts_where_they_are_of_its_end() -> None:
    (found,) = recall([_state(size=3)], history(Group([_array_end(SUCCEEDED=2, FAILED=1)])))
    assert found.counts == {JobState.SUCCEEDED: 2, JobState.FAILED: 1}
    (stale,) = recall([_state(size=3)], history(Group([_array_end(SUCCEEDED=1, RUNNING=2)])))
    assert (stale.state, stale.counts) == (JobState.FAILED, {})


def test_jobs_keep_the_order_of_the_ledger() -> None:
    known = Job(id="j2", name="n", state=JobState.SUCCEEDED)
    (found,) = recall([_state(known, ids=("j1", "j2"))], history(Group(life("j1"))))
    assert [job.id for job in found.jobs] == ["j1", "j2"]


def test_how_a_job_ended_is_asked_once_and_so_is_what_nobody_knows() -> None:
    group = Group(life("j1"))
    recalled = Recall(history(group))
    for _ in range(3):
        (found,) = recalled.fill([_state(ids=("j1", "j2"))])
        assert (found.past, found.gone) == (("j1",), 1)
    assert len(group.asked) == 1


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotFoundException", "ThrottlingException"]
)
def test_where_events_cannot_be_read_what_aws_batch_knows_stands(code: str) -> None:
    class Closed:
        def filter_log_events(self, **_: Any) -> None:
            from botocore.exceptions import ClientError

            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "FilterLogEvents")

    assert recall([_state()], history(Closed())) == (_state(),)
