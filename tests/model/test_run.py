from datetime import UTC, datetime

import pytest

from fargo.model.job import Job, JobState
from fargo.model.packing import chunks, containers
from fargo.model.run import Chunk, Run, RunSnapshot, Wave

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def _wave(number: int, *chunks: Chunk) -> Wave:
    return Wave(
        number=number,
        created=NOW,
        queue="q",
        definition="d",
        image="i",
        vcpu=1,
        memory_mib=2048,
        chunks=chunks,
    )


def _snapshot(waves: tuple[Wave, ...], *jobs: Job) -> RunSnapshot:
    run = Run(id="r", project="p", job="j", created=NOW, command=(), waves=waves)
    return RunSnapshot(run=run, at=NOW, jobs=jobs)


def _state_of(*states: JobState) -> JobState:
    jobs = [Job(id=str(number), name="n", state=state) for number, state in enumerate(states)]
    wave = _wave(1, *(Chunk(number=int(job.id), job_name="n", job_id=job.id) for job in jobs))
    return _snapshot((wave,), *jobs).state


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


FIRST = _wave(1, Chunk(number=0, job_name="a", size=100, job_id="a"))
RETRY = _wave(2, Chunk(number=0, job_name="b", size=3, job_id="b"))
FAILED = Job(id="a", name="a", state=JobState.FAILED, counts=((JobState.SUCCEEDED, 97), (JobState.FAILED, 3)))


def test_the_last_wave_decides_how_a_run_ended() -> None:
    better = _snapshot((FIRST, RETRY), FAILED, Job(id="b", name="b", state=JobState.SUCCEEDED))
    assert (better.state, better.counts) == (JobState.SUCCEEDED, {JobState.SUCCEEDED: 3})
    assert _snapshot((FIRST,), FAILED).state is JobState.FAILED


def test_an_array_is_as_far_as_its_children() -> None:
    counts = ((JobState.RUNNABLE, 90), (JobState.RUNNING, 10))
    parent = Job(id="a", name="a", state=JobState.PENDING, counts=counts)
    assert _snapshot((FIRST,), parent).state is JobState.RUNNING
    assert _snapshot((FIRST,), Job(id="a", name="a", state=JobState.SUBMITTED)).counts == {
        JobState.SUBMITTED: 100
    }


@pytest.mark.parametrize(
    ("rows", "pack", "sizes"),
    [
        (1, 1, (1,)),
        (10_000, 1, (10_000,)),
        (10_001, 1, (10_000, 1)),
        (1_000_000, 100, (10_000,)),
        (25_001, 2, (10_000, 2_501)),
        (3, 100, (1,)),
    ],
)
def test_rows_become_full_arrays_and_a_rest(rows: int, pack: int, sizes: tuple[int, ...]) -> None:
    assert chunks(containers(rows, pack)) == sizes


def test_what_is_not_submitted_whole_has_not_ended() -> None:
    wave = _wave(1, Chunk(number=0, job_name="a", job_id="a"), Chunk(number=1, job_name="b"))
    state = _snapshot((wave,), Job(id="a", name="a", state=JobState.SUCCEEDED))
    assert (state.finished, state.state) == (False, JobState.SUBMITTED)
