"""Failures in one line for each cause: counted together, named by example."""

from fargo.failures import causes
from fargo.model.job import Job, JobState
from fargo.view import failures

MEMORY = "OutOfMemoryError: Container killed due to memory usage"


def _child(index: int, reason: str = MEMORY, code: int | None = 137) -> Job:
    return Job(id=f"a:{index}", name="n", state=JobState.FAILED, exit_code=code, reason=reason)


def test_failures_of_one_cause_are_one_line_and_the_most_frequent_comes_first() -> None:
    other = _child(3, "Essential container in task exited", 1)
    good = Job(id="a:9", name="n", state=JobState.SUCCEEDED, exit_code=0)
    found = causes([other, _child(17), good, _child(88)])
    assert [failures.line(cause) for cause in found] == [
        f"2 jobs: exit 137, {MEMORY} (#17, #88)",
        "1 job: exit 1, Essential container in task exited (#3)",
    ]


def test_an_arrays_parent_is_no_failure_of_its_own() -> None:
    parent = Job(id="a", name="n", state=JobState.FAILED, size=2)
    assert causes([parent, _child(1)])[0].count == 1


def test_reasons_that_differ_in_an_id_are_one_cause() -> None:
    ids = ("0123456789abcdef0123456789abcdef", "11111111-2222-3333-4444-555555555555")
    found = causes(_child(number, f"Task {name} stopped", None) for number, name in enumerate(ids))
    assert [failures.line(cause) for cause in found] == ["2 jobs: Task … stopped (#0, #1)"]


def test_of_many_some_are_named() -> None:
    assert failures.line(causes(map(_child, range(2_000)))[0]).startswith("2,000 jobs: ")
    assert failures.line(causes(map(_child, range(4)))[0]).endswith("(#0, #1, #2, …)")


def test_a_single_job_is_named_by_its_id_and_needs_no_reason() -> None:
    job = Job(id="0b5c7f3a-1111-2222-3333-444444444444", name="n", state=JobState.FAILED)
    assert failures.line(causes([job])[0]) == "1 job: no reason given (0b5c7f3a)"


def test_a_reason_never_drives_the_terminal() -> None:
    assert "\x1b" not in failures.line(causes([_child(1, "\x1b[2J")])[0])


def test_it_is_said_how_many_were_not_looked_at() -> None:
    found = causes(map(_child, range(3)))
    assert failures.rows(found, failed=3) == [("failed", failures.line(found[0]))]
    assert failures.rows(found, failed=10_000)[-1] == ("failed", "of 10,000, 3 were looked at")
    assert failures.rows((), failed=0) == []
