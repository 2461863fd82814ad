"""`fargo results` as it is typed."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_aws import ACCOUNT, client, local_aws
from projects import REGION, deploy, write_project
from results_bucket import Bucket

from fargo import ledger
from fargo.model import naming
from fargo.model.run import Run

Fargo = Callable[..., "tuple[int, str, str]"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("results") / "project")


@pytest.fixture(scope="module")
def deployed(project: Path) -> Iterator[Bucket]:
    with local_aws() as endpoint:
        deploy(project, endpoint)
        yield Bucket(client("s3", endpoint, REGION), f"fargo-demo-{ACCOUNT}-{REGION}", endpoint)


@pytest.fixture
def fargo(
    project: Path,
    deployed: Bucket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Fargo:
    """Run a command in this process, in a folder of the test's own."""
    from fargo.__main__ import run

    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["--local", "--project", str(project / "fargo.toml"), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def mixed(deployed: Bucket) -> Run:
    """Four rows: two good, one failed, one without a result."""
    run = deployed.run(4, [{"photo": f"{row}.jpg"} for row in range(4)])
    ledger.write(deployed.store(), run)
    for row in (0, 1):
        deployed.result(run, row, {"thumb": b"%d" % row})
    deployed.result(run, 2, {"log": b"2"}, exit_code=137, signal=9)
    return run


def test_it_ends_with_what_the_rows_came_to_and_the_next_step(
    fargo: Fargo, mixed: Run, tmp_path: Path
) -> None:
    code, out, err = fargo("results", mixed.id)
    assert (code, out) == (0, "")
    assert "4 rows: 2 succeeded, 1 failed, 1 without a result" in err
    assert "a row took 1.5 s in the median, 1.5 s at the 95th percentile, 1.5 s at most" in err
    assert f"{mixed.id}/results.csv: 3 files" in err
    assert re.search(rf"fargo --local --project \S+ retry {mixed.id}", err)
    assert re.search(rf"fargo --local --project \S+ results {mixed.id} --failed", err)
    with (tmp_path / mixed.id / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["state"], row["photo"]) for row in rows][1:3] == [
        ("succeeded", "1.jpg"),
        ("failed", "2.jpg"),
    ]
    assert (tmp_path / mixed.id / "output/1/thumb").read_bytes() == b"1"


def test_a_second_call_says_what_was_there(fargo: Fargo, mixed: Run) -> None:
    fargo("results", mixed.id, "-o", "here")
    code, _, err = fargo("results", mixed.id, "-o", "here")
    assert code == 0
    assert "here/results.csv: 3 files (3 there already)" in err


def test_json_is_a_line_a_row_and_writes_no_file(fargo: Fargo, mixed: Run, tmp_path: Path) -> None:
    code, out, _ = fargo("results", mixed.id, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["row"] for row in rows] == [0, 1, 2, 3]
    assert (rows[2]["state"], rows[2]["exit_code"], rows[2]["signal"]) == ("failed", 137, 9)
    assert rows[3]["columns"] == {"photo": "3.jpg"}
    assert list(tmp_path.iterdir()) == []


def test_json_with_a_folder_does_both(fargo: Fargo, mixed: Run, tmp_path: Path) -> None:
    _, out, _ = fargo("results", mixed.id, "--json", "--failed", "-o", "d")
    assert [json.loads(line)["row"] for line in out.splitlines()] == [2, 3]
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == ["failed.csv", "output"]


def test_no_outputs_writes_the_table_alone(fargo: Fargo, mixed: Run, tmp_path: Path) -> None:
    assert fargo("results", mixed.id, "--no-outputs", "-o", "d")[0] == 0
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["results.csv"]


def test_an_output_that_is_gone_ends_it_with_6_after_the_rest(
    fargo: Fargo, mixed: Run, deployed: Bucket, tmp_path: Path
) -> None:
    key = naming.output_prefix(mixed.id, 0) + "thumb"
    deployed.client.delete_object(Bucket=deployed.name, Key=key)
    code, _, err = fargo("results", mixed.id, "-o", "d")
    assert code == 6
    assert f"row 0: {key} is in the result, and gone from the bucket" in err
    assert "1 of the files and results that should be there could not be had" in err
    assert (tmp_path / "d/output/1/thumb").exists()
    assert (tmp_path / "d/results.csv").exists()


@pytest.mark.parametrize("how", [["--json"], []])
def test_a_damaged_result_ends_it_with_6(fargo: Fargo, mixed: Run, deployed: Bucket, how: list[str]) -> None:
    deployed.put(naming.result_key(mixed.id, 1), b"{")
    code, _, err = fargo("results", mixed.id, *how)
    assert code == 6
    assert "could not be had" in err
    assert "Traceback" not in err


def test_no_answer_in_the_middle_is_a_sentence_that_says_how_to_go_on(
    fargo: Fargo, mixed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fargo.aws.store import Store
    from fargo.errors import AwsUnreachable

    def cut(*_: object) -> None:
        raise AwsUnreachable("AWS could not be asked (GetObject): cable", "check the network")

    monkeypatch.setattr(Store, "chunks", cut)
    code, _, err = fargo("results", mixed.id, "-o", "my folder")
    assert code == 6
    assert "cable" in err
    assert re.search(rf"then go on: `fargo .* results {mixed.id} -o 'my folder'`", err)


def test_ctrl_c_says_how_to_go_on(fargo: Fargo, mixed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from fargo.cli.context import Context

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Context, "consume", pressed)
    code, _, err = fargo("results", mixed.id)
    assert code == 130
    assert re.search(rf"go on: `fargo .* results {mixed.id}`", err)


def test_a_run_without_rows_or_columns_has_one(fargo: Fargo, deployed: Bucket) -> None:
    run = deployed.run(1)
    ledger.write(deployed.store(), run)
    deployed.result(run, 0)
    code, _, err = fargo("results", run.id)
    assert code == 0
    assert "1 row: 1 succeeded, 0 failed, 0 without a result" in err
    assert "retry" not in err
