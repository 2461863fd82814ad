"""From the environment to a task, and from a command to the row's own command."""

import pytest
from fargo_runner.contract import RunnerError
from fargo_runner.task import fill, read_container

HERE = {"FARGO_RUN": "run-1", "FARGO_BUCKET": "workspace"}


@pytest.mark.parametrize(
    ("argument", "filled"),
    [
        ("{row}", "7"),
        ("--out={run}/{row}.txt", "--out=r/7.txt"),
        ("{{row}}", "{row}"),
        ("{{photo}}", "{photo}"),
        ("${row}", "${row}"),
        ("{file name}", "7 of r"),
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
    assert fill([argument], {"run": "r", "row": "7", "file name": "7 of r"}) == [filled]


def test_a_value_is_never_looked_into_again_nor_split() -> None:
    hostile = "{row}; rm -rf / $(x) \\1 'quote'"
    assert fill(["a {run}", "b"], {"run": hostile, "row": "7"}) == [f"a {hostile}", "b"]


def test_without_a_run_there_is_no_task() -> None:
    assert read_container(["true"], {"AWS_BATCH_JOB_ID": "x"}) is None


ROWS = {"FARGO_ROWS": "20100"}


@pytest.mark.parametrize(
    ("more", "positions"),
    [
        ({}, range(1)),
        (ROWS | {"AWS_BATCH_JOB_ARRAY_INDEX": "7"}, range(7, 8)),
        (ROWS | {"AWS_BATCH_JOB_ARRAY_INDEX": "7", "FARGO_CHUNK": "2"}, range(20_007, 20_008)),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "", "FARGO_CHUNK": "", "FARGO_ROWS": ""}, range(1)),
        (ROWS | {"AWS_BATCH_JOB_ARRAY_INDEX": "3", "FARGO_PACK": "100"}, range(300, 400)),
        ({"FARGO_ROWS": "25", "FARGO_PACK": "10", "AWS_BATCH_JOB_ARRAY_INDEX": "2"}, range(20, 25)),
    ],
)
def test_a_container_has_its_own_positions(more: dict[str, str], positions: range) -> None:
    container = read_container(["x"], HERE | more)
    assert container
    assert container.positions == positions


def test_a_container_past_the_end_is_an_error() -> None:
    container = read_container(["x"], HERE | {"FARGO_ROWS": "20", "FARGO_PACK": "10", "FARGO_CHUNK": "1"})
    assert container
    with pytest.raises(RunnerError, match="Container 10000 has no rows: the wave has 20, 10 in a container"):
        _ = container.positions


@pytest.mark.parametrize("text", ["{", '"photo"', "[1]"])
def test_inputs_that_are_no_list_of_columns_are_refused(text: str) -> None:
    with pytest.raises(RunnerError, match="is no list of columns"):
        read_container(["x"], HERE | {"FARGO_INPUTS": text})


@pytest.mark.parametrize("missing", ["FARGO_RUN", "FARGO_BUCKET"])
def test_half_an_environment_is_refused_naming_what_is_missing(missing: str) -> None:
    with pytest.raises(RunnerError, match=f"{missing} is not"):
        read_container(["true"], {name: value for name, value in HERE.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AWS_BATCH_JOB_ARRAY_INDEX", "x"),
        ("AWS_BATCH_JOB_ARRAY_INDEX", "-1"),
        ("FARGO_ROWS", "1.5"),
        ("FARGO_PACK", "0"),
    ],
)
def test_a_number_that_is_none_is_refused(name: str, text: str) -> None:
    with pytest.raises(RunnerError, match=f"{name}={text} is no such number"):
        read_container(["true"], HERE | {name: text})
