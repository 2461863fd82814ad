"""`field:value words !not`, as it is typed."""

import pytest

from fargo.model.job import Job, JobState
from fargo.monitor.filtering import Filter

QUEUE = "arn:aws:batch:us-east-1:1:job-queue/fargo-demo-spot"


def job(name: str = "align", state: JobState = JobState.RUNNING, **more: object) -> Job:
    return Job(id=str(more.pop("id", f"id-{name}")), name=name, state=state, queue=QUEUE, **more)  # type: ignore[arg-type]


def fits(words: str, each: Job, run: str = "") -> bool:
    return Filter.of(words).fits(each, lambda _: run)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", True),
        ("align", True),
        ("ALI", True),
        ("sort", False),
        ("!sort", True),
        ("!align", False),
        ("name:align", True),
        ("name:sort,align", True),
        ("status:run", True),
        ("status:run,fail align", True),
        ("status:fail", False),
        ("!status:fail", True),
        ("status:running", True),
        ("status:r", True),
        ("queue:spot", True),
        ("queue:demand", False),
        ("run:nightly", True),
        ("nightly-31", True),
        ("id:id-al", True),
        ("exit:0", False),
    ],
)
def test_a_job_is_meant_where_every_word_fits(words: str, *, meant: bool) -> None:
    assert fits(words, job(), "nightly-31") is meant


def test_exit_codes_and_reasons_of_what_failed() -> None:
    failed = job(state=JobState.FAILED, exit_code=137, reason="OutOfMemoryError: killed")
    assert fits("exit:137", failed)
    assert fits("exit:1,137 reason:outofmemory", failed)
    assert not fits("exit:1", failed)
    assert fits("status:fail", failed)


def test_an_array_with_failed_children_is_found_by_who_looks_for_failures() -> None:
    counts = ((JobState.RUNNING, 3), (JobState.FAILED, 1))
    array = job(state=JobState.PENDING, size=4, counts=counts)
    assert fits("status:fail", array)
    assert fits("status:run", array)
    assert not fits("status:ok", array)


def test_a_child_is_found_by_its_index() -> None:
    assert fits("#17", job(id="parent:17"))
    assert not fits("#17", job(id="parent:18"))


def test_a_job_that_is_being_stopped_has_that_status() -> None:
    assert fits("status:stop", job(stopping=True))
    assert not fits("status:stop", job())


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("statsu:run", "there is no field statsu: status?"),
        ("status:dancing", "status:dancing is none of queue, start, run, ok, fail, stop"),
        ("exit:none", "exit:none is no number"),
        ("zz:1", "there is no field zz: status, name, queue, run, id, exit, reason"),
    ],
)
def test_what_is_wrong_is_told_and_hides_nothing(words: str, problem: str) -> None:
    found = Filter.of(words)
    assert found.problem == problem
    assert found.fits(job(), lambda _: "")


def test_a_word_that_is_still_being_typed_is_no_error() -> None:
    for words in ("status:", "!", "s", "status:f", "name:"):
        assert not Filter.of(words).problem, words
