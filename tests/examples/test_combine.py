"""The job that combines many simulations: its weights, its checks, what it refuses."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / "examples" / "simulate" / "combine.py"


def combine(folder: Path, *results: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    for row, result in enumerate(results):
        given = {"temperature": 2.0, "size": 64, "exact": 0.9113, "seed": row} | result
        (folder / str(row)).mkdir()
        (folder / str(row) / "result.json").write_text(json.dumps(given), encoding="utf-8")
    command = [sys.executable, str(PROGRAM), str(folder)]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_each_estimate_weighs_as_much_as_its_error_bar_is_small(tmp_path: Path) -> None:
    sure, vague = {"estimate": 0.91, "standard_error": 0.001}, {"estimate": 0.92, "standard_error": 0.003}
    done = combine(tmp_path, sure, vague)
    whole = json.loads((tmp_path / "out/combined.json").read_text())
    assert done.returncode == 0, done.stderr
    # By hand: weights 9 and 1; 1 / sqrt(1/0.001^2 + 1/0.003^2); (0.01)^2 / (0.001^2 + 0.003^2).
    assert whole["estimate"] == pytest.approx(0.911)
    assert whole["standard_error"] == pytest.approx(0.000948683)
    assert whole["chi_square_per_degree"] == pytest.approx(10.0)
    assert done.stdout.splitlines() == [
        "2 experiments, chi-square 10.00 per degree of freedom",
        "magnetisation 0.91100 ± 0.00095, exact 0.91130, z = -0.32",
    ]


def test_one_experiment_stays_what_it_is(tmp_path: Path) -> None:
    done = combine(tmp_path, {"estimate": 0.91, "standard_error": 0.001})
    assert done.stdout.splitlines()[0] == "1 experiment"
    assert json.loads((tmp_path / "out/combined.json").read_text())["chi_square_per_degree"] is None


def test_a_whole_far_from_the_answer_fails(tmp_path: Path) -> None:
    assert combine(tmp_path, {"estimate": 0.8, "standard_error": 0.001}).returncode == 1


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ([], "there is no */result.json"),
        ([{"seed": 3}, {"seed": 3}], "two estimates have one seed"),
        ([{"size": 32}, {}], "of different magnets"),
    ],
)
def test_what_cannot_be_combined_is_refused(tmp_path: Path, results: list[dict[str, Any]], says: str) -> None:
    done = combine(tmp_path, *({"estimate": 0.91, "standard_error": 0.001} | each for each in results))
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (1, True, False)
