from datetime import UTC, datetime

import pytest

from fargo.model.job import Job, JobState
from fargo.model.run import Run, RunSnapshot

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
RUN = Run(
    id="r", project="p", job="j", created=NOW, queue="q", definition="d", image="i", command=(), vcpu=1, memory_mib=2048
)  # fmt: skip


def _state_of(*states: JobState) -> JobState:
    jobs = tuple(Job(id=str(number), name="n", state=state) for number, state in enumerate(states))
    return RunSnapshot(run=RUN, at=NOW, jobs=jobs).state


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ((), JobState.SUBMITTED),
        ((JobState.SUCCEEDED, JobState.SUCCEEDED), JobState.SUCCEEDED),
        ((JobState.SUCCEEDED, JobState.FAILED), JobState.FAILED),
        ((JobState.FAILED, JobState.RUNNING), JobState.RUNNING),
        ((JobState.RUNNABLE, JobState.STARTING, JobState.SUCCEEDED), JobState.STARTING),
    ],
)
def test_a_run_is_failed_only_once_all_its_jobs_ended(states: tuple[JobState, ...], whole: JobState) -> None:
    assert _state_of(*states) == whole
