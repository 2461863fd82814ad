"""Why it failed, what it wrote and what it cost, through `import fargo`."""

from collections.abc import Callable

import pytest

import fargo

Play = Callable[..., None]


@pytest.fixture
def failed(project: fargo.Project, play: Play) -> fargo.Run:
    """A run of six rows, two in a container, of which the second container says why it failed."""
    script = [{"out": "ModuleNotFoundError: No module named 'numpy'"}, {"exit": 1}]
    play(**{"*:1": script, "*": [{"out": "fine"}, {"exit": 0}]})
    run = project.submit("photo", over=({"photo": f"{n}.jpg"} for n in range(6)), pack=2)
    assert run.wait(timeout=60).state is fargo.JobState.FAILED
    return run


def test_causes_come_with_what_mends_them(failed: fargo.Run) -> None:
    found = failed.explain()
    assert (found.failed, found.looked) == (1, 1)
    (finding,) = found.findings
    assert (finding.rule, finding.jobs) == ("python-module", 1)
    assert finding.cause == "The image has no Python module numpy"
    assert f"retry {failed.id} --deployed" in [fix.command for fix in finding.fixes]
    assert finding.tail == ("ModuleNotFoundError: No module named 'numpy'",)


def test_one_row_is_its_own_container(failed: fargo.Run) -> None:
    assert [finding.rule for finding in failed.explain(row=3).findings] == ["python-module"]
    assert failed.explain(row=0).findings == ()
    with pytest.raises(fargo.UsageError, match="has no row 6"):
        failed.explain(row=6)


def test_lines_come_with_the_rows_of_their_container(failed: fargo.Run) -> None:
    lines = sorted((line.label, line.text) for line in failed.logs())
    module = "ModuleNotFoundError: No module named 'numpy'"
    assert lines == [("#0-1", "fine"), ("#2-3", module), ("#4-5", "fine")]
    assert [line.text for line in failed.logs(failed=True)] == [module]
    assert [line.text for line in failed.logs(row=4)] == ["fine"]


def test_what_a_run_costs_is_told_with_whose_prices(failed: fargo.Run) -> None:
    found = failed.cost()
    assert found.cost
    assert 0 < found.cost.dollars < 0.01
    assert "from the local AWS" in found.cost.basis
    assert found.expected.containers == 3
