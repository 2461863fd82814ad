"""From the environment to a task, and from a command to the row's own command."""

import pytest
from fargo_runner.contract import RunnerError
from fargo_runner.task import fill, read_task

HERE = {"FARGO_RUN": "run-1", "FARGO_BUCKET": "workspace"}


@pytest.mark.parametrize(
    ("argument", "filled"),
    [
        ("{row}", "7"),
        ("--out={run}/{row}.txt", "--out=r/7.txt"),
        ("{{row}}", "{row}"),
        ("{{{row}}}", "{{row}}"),
        ("{row", "{row"),
        ("{photo}", "{photo}"),
        ("{}", "{}"),
        ("${HOME}", "${HOME}"),
        ('{"a": {"b": {}}}', '{"a": {"b": {}}}'),
        ("{{ template }}", "{{ template }}"),
        ("", ""),
    ],
)
def test_only_known_names_in_braces_are_replaced(argument: str, filled: str) -> None:
    assert fill([argument], {"run": "r", "row": "7"}) == [filled]


def test_a_value_is_never_looked_into_again_nor_split() -> None:
    hostile = "{row}; rm -rf / $(x) \\1 'quote'"
    assert fill(["a {run}", "b"], {"run": hostile, "row": "7"}) == [f"a {hostile}", "b"]


def test_without_a_run_there_is_no_task() -> None:
    assert read_task(["true"], {"AWS_BATCH_JOB_ID": "x"}) is None


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ({}, 0),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "7"}, 7),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "7", "FARGO_CHUNK": "2"}, 20_007),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "", "FARGO_CHUNK": ""}, 0),
    ],
)
def test_row_counts_chunks_of_ten_thousand(more: dict[str, str], row: int) -> None:
    task = read_task(["x", "{row}"], HERE | more)
    assert task
    assert task.row == row
    assert task.command == ("x", str(row))


@pytest.mark.parametrize("missing", ["FARGO_RUN", "FARGO_BUCKET"])
def test_half_an_environment_is_refused_naming_what_is_missing(missing: str) -> None:
    with pytest.raises(RunnerError, match=f"{missing} is not"):
        read_task(["true"], {name: value for name, value in HERE.items() if name != missing})


@pytest.mark.parametrize("text", ["x", "-1", "1.5"])
def test_an_index_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(RunnerError, match=r"AWS_BATCH_JOB_ARRAY_INDEX=.* is not a number"):
        read_task(["true"], HERE | {"AWS_BATCH_JOB_ARRAY_INDEX": text})
